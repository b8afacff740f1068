package mail

import (
	"bytes"
	"fmt"
	"image/color"
	"time"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// The picture's measures, in points that are pixels of the mail. It has twice as many pixels, for
// screens that show them.
const (
	pictureWidth = 640
	leftEdge     = 206 // of the strips
	rightEdge    = 616
	headHeight   = 30
	rowHeight    = 34
	footHeight   = 26
	barHeight    = 12
	pictureDPI   = 144
)

// Height is the picture's.
func (t timeline) Height() int { return headHeight + rowHeight*len(t.Strips) + footHeight }

// ink are the picture's colours.
var ink = struct{ text, faint, rule, base, window, used, found, rotated color.NRGBA }{
	text:    color.NRGBA{0x22, 0x22, 0x22, 0xff},
	faint:   color.NRGBA{0x66, 0x66, 0x66, 0xff},
	rule:    color.NRGBA{0xe2, 0xe4, 0xe8, 0xff},
	base:    color.NRGBA{0xec, 0xee, 0xf1, 0xff},
	window:  color.NRGBA{0xf4, 0xc5, 0x7a, 0xff},
	used:    color.NRGBA{0x3b, 0x6e, 0xa8, 0xff},
	found:   color.NRGBA{0xb0, 0x00, 0x20, 0xff},
	rotated: color.NRGBA{0x1b, 0x6e, 0x3c, 0xff},
}

// picture draws a timeline as a PNG, the same bytes for the same timeline; nil where there is none.
func picture(t timeline) ([]byte, error) {
	if len(t.Strips) == 0 {
		return nil, nil
	}
	p, err := newPainter(t)
	if err != nil {
		return nil, err
	}
	p.axis()
	for i, s := range t.Strips {
		p.strip(headHeight+float64(i)*rowHeight, s)
	}
	p.legend()
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: p.canvas}).WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// painter draws with y from the top.
type painter struct {
	timeline
	canvas        *vgimg.Canvas
	height        float64
	regular, bold font.Face
}

func newPainter(t timeline) (*painter, error) {
	p := &painter{timeline: t, height: float64(t.Height())}
	p.canvas = vgimg.NewWith(vgimg.UseWH(pictureWidth, vg.Length(p.height)), vgimg.UseDPI(pictureDPI))
	for _, f := range []struct {
		into *font.Face
		ttf  []byte
	}{{&p.regular, liberationsansregular.TTF}, {&p.bold, liberationsansbold.TTF}} {
		face, err := opentype.Parse(f.ttf)
		if err != nil {
			return nil, fmt.Errorf("font: %w", err)
		}
		f.into.Face = face
	}
	return p, nil
}

// x is where a time lies.
func (p *painter) x(at time.Time) float64 {
	part := float64(at.Sub(p.From)) / float64(p.To.Sub(p.From))
	return leftEdge + min(1, max(0, part))*(rightEdge-leftEdge)
}

func (p *painter) box(x, y, w, h float64, c color.Color) {
	p.canvas.SetColor(c)
	top := vg.Length(p.height - y)
	left, bottom, right := vg.Length(x), top-vg.Length(h), vg.Length(x+w)
	var path vg.Path
	path.Move(vg.Point{X: left, Y: top})
	path.Line(vg.Point{X: right, Y: top})
	path.Line(vg.Point{X: right, Y: bottom})
	path.Line(vg.Point{X: left, Y: bottom})
	path.Close()
	p.canvas.Fill(path)
}

// write puts text with its base line at y, cut to a width.
func (p *painter) write(face font.Face, size, x, y, most float64, text string, c color.Color) {
	face.Font.Size = font.Length(size)
	runes := []rune(text)
	for len(runes) > 1 && float64(face.Width(string(runes))) > most {
		runes = append(runes[:len(runes)-2], '…')
	}
	p.canvas.SetColor(c)
	p.canvas.FillString(face, vg.Point{X: vg.Length(x), Y: vg.Length(p.height - y)}, string(runes))
}

// axis writes days at even distances, at most seven.
func (p *painter) axis() {
	days := int(p.To.Sub(p.From).Hours()/24) + 1
	step := 1
	for days/step > 6 {
		step++
	}
	first := p.From.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	for at := first; at.Before(p.To); at = at.AddDate(0, 0, step) {
		x := p.x(at)
		p.box(x, headHeight-6, 1, p.height-headHeight-footHeight+6, ink.rule)
		if x < rightEdge-20 {
			p.write(p.regular, 10, x-2, headHeight-12, 80, day(at), ink.faint)
		}
	}
}

func (p *painter) strip(top float64, s strip) {
	p.write(p.bold, 11, 24, top+14, leftEdge-34, s.ID, ink.text)
	p.write(p.regular, 10, 24, top+27, leftEdge-34, s.Verdict, colourOf(s.Colour))
	y := top + 9
	p.box(leftEdge, y, rightEdge-leftEdge, barHeight, ink.base)
	closes := p.To
	if s.Closes != nil {
		closes = *s.Closes
	}
	p.span(s.Opens, closes, y, barHeight, ink.window)
	if s.FirstUse != nil && s.LastUse != nil {
		p.span(*s.FirstUse, *s.LastUse, y+barHeight-3, 3, ink.used)
	}
	for _, f := range s.Found {
		p.span(f.from, f.to, y+2, 6, ink.found)
	}
	if s.Rotated != nil {
		x := p.x(*s.Rotated)
		p.box(x-1, y-4, 2, barHeight+8, ink.rotated)
		p.box(x-1, y-4, 7, 5, ink.rotated)
	}
}

// span fills a time, which is at least wide enough to be seen.
func (p *painter) span(from, to time.Time, y, h float64, c color.Color) {
	x := p.x(from)
	p.box(x, y, max(3, p.x(to)-x), h, c)
}

func (p *painter) legend() {
	y, x := p.height-footHeight+8, float64(leftEdge)
	for _, l := range []struct {
		text string
		ink  color.Color
	}{
		{"window", ink.window},
		{"own uses", ink.used},
		{"findings", ink.found},
		{"rotated", ink.rotated},
	} {
		p.box(x, y, 9, 9, l.ink)
		p.write(p.regular, 10, x+14, y+8, 80, l.text, ink.faint)
		x += 84
	}
}

// colourOf is a colour of the HTML part.
func colourOf(text string) color.NRGBA {
	c := color.NRGBA{A: 0xff}
	if _, err := fmt.Sscanf(text, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
		return ink.text
	}
	return c
}
