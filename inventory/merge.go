package inventory

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Merged is an inventory file with the new items of an import at its end, and what became of
// the others.
type Merged struct {
	Text    []byte // equal to the old text when nothing is new
	Added   []Item
	Known   []string // ids of items that the inventory has already
	Left    []string // ids of items that stand behind # in the file: somebody took them out
	Differs []string // sentences: what the export says otherwise than the inventory; not written
	Gone    []string // ids of rows that the exports should list and do not; they are kept
}

// Merge puts imported items into an inventory file in CSV. Nothing that is there is changed:
// rows, comments, the order of columns and line ends stay byte for byte, and new rows are
// appended. An empty text becomes Template first. others are the secrets of the case's other
// files, whose ids are taken too.
func (i *Imported) Merge(name string, text []byte, others []Secret) (*Merged, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte(Template())
	}
	have, err := Read(name, text)
	if err != nil {
		return nil, err
	}
	f, err := newTarget(name, text)
	if err != nil {
		return nil, err
	}
	m := &Merged{Text: text}
	known := index(slices.Concat(have, others))
	off, listed := f.commentedOut(), map[string]bool{}
	for _, it := range i.Items {
		it = it.plain()
		listed[it.ID] = true
		s, ok := known.find(it)
		switch {
		case ok:
			m.Known = append(m.Known, it.ID)
			m.Differs = append(m.Differs, differences(it, s)...)
		case off[it.ID]:
			m.Left = append(m.Left, it.ID)
		default:
			m.Added = append(m.Added, it)
		}
	}
	for _, s := range have {
		if !listed[s.ID] && i.lists(s.ID) {
			m.Gone = append(m.Gone, s.ID)
		}
	}
	slices.Sort(m.Gone)
	if len(m.Added) == 0 {
		return m, nil
	}
	if m.Text, err = f.with(m.Added); err != nil {
		return nil, err
	}
	return m, f.proves(m, have)
}

// byName finds secrets by id, and by credential those that have no other name than that.
type byName struct{ ids, credentials map[string]Secret }

func index(secrets []Secret) byName {
	b := byName{map[string]Secret{}, map[string]Secret{}}
	for _, s := range secrets {
		b.ids[s.ID] = s
		for _, c := range s.Credentials {
			if c.Match == "exact" {
				b.credentials[c.Value] = s
			}
		}
	}
	return b
}

func (b byName) find(it Item) (Secret, bool) {
	s, ok := b.ids[it.ID]
	if ok || !it.Bare {
		return s, ok
	}
	id, bad := identify(it.Kind, it.Identifier, it.StoredIn)
	if bad != nil || len(id.credentials) == 0 {
		return s, false
	}
	s, ok = b.credentials[id.credentials[0].Value]
	return s, ok
}

// differences tells what an export knows otherwise, or beyond, of a secret in the inventory.
func differences(it Item, s Secret) []string {
	var out []string
	differ := func(what, here, there string) {
		if there == "" || here == there {
			return
		}
		out = append(out, fmt.Sprintf("%s: %s is %s in the inventory and %s in the export; kept as it is",
			s.ID, what, cmp.Or(here, "empty"), there))
	}
	if id, bad := identify(it.Kind, it.Identifier, it.StoredIn); bad == nil && !s.has(id) {
		differ("identifier", s.Short(), Secret{Kind: it.Kind, Identifier: id.text}.Short())
	}
	for _, x := range []struct {
		what, there string
		here        string
	}{
		{"created_at", it.CreatedAt, stamp(s.CreatedAt)},
		{"rotated_at", it.RotatedAt, stamp(s.RotatedAt)},
	} {
		if m, bad := parseMoment(x.there); bad == nil {
			if m.date && x.what == "rotated_at" {
				m.time = m.time.AddDate(0, 0, 1)
			}
			differ(x.what, x.here, stamp(&m.time))
		}
	}
	if s.Kind != it.Kind && s.Kind != Other && it.Kind != Other {
		differ("kind", string(s.Kind), string(it.Kind))
	}
	return out
}

// has reports whether a secret is known by all names of an identity, or fewer: a whole key id
// includes its masked tail.
func (s Secret) has(id identity) bool {
	for _, c := range id.credentials {
		if slices.Contains(s.Credentials, c) {
			continue
		}
		if c.Match == "tail" && strings.HasSuffix(s.Identifier, c.Value) {
			continue
		}
		return false
	}
	return len(id.credentials) > 0 || s.Identifier == id.text
}

// target is a CSV file to which rows are added.
type target struct {
	name      string
	text      []byte
	separator rune
	columns   []string // folded
	lineEnd   string
}

func newTarget(name string, text []byte) (*target, error) {
	p := &problems{file: name, refused: map[int]bool{}}
	line := strings.TrimSpace(firstLine(string(text)))
	switch {
	case !utf8.Valid(text):
		p.add(place{}, fault{"new rows cannot be added to this encoding", "save the file as UTF-8"})
	case strings.HasPrefix(line, "{"), strings.HasPrefix(line, "["), yamlStart.MatchString(line):
		p.add(place{}, fault{
			"rows can be added to CSV only", "name a CSV file with --to, and list it in case.yaml",
		})
	case bytes.ContainsRune(text, '\r') && !bytes.ContainsRune(text, '\n'):
		p.add(place{}, fault{
			"lines that end in a carriage return alone", "save the file with line feeds",
		})
	}
	src, _, _ := newSource(text)
	f := &target{name: name, text: text, separator: separator(firstLine(src.text)), lineEnd: "\n"}
	if bytes.Contains(text, []byte("\r\n")) {
		f.lineEnd = "\r\n"
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	header := nextRow(newCSV(src.text, f.separator), src, p)
	for _, c := range header.cells { // Read has seen that there is one
		f.columns = append(f.columns, fold(c.value))
	}
	return f, nil
}

// commentedOut is the ids of rows behind #, other than the examples of Template.
func (f *target) commentedOut() map[string]bool {
	at := slices.Index(f.columns, "id")
	ids := map[string]bool{}
	examples := Template()
	for line := range strings.Lines(string(f.text)) {
		row, ok := strings.CutPrefix(strings.TrimLeft(line, "\" \t\ufeff"), "#")
		if !ok || strings.Contains(examples, strings.TrimSpace(line)) {
			continue
		}
		r := newCSV(strings.TrimLeft(row, "# \t"), f.separator)
		r.LazyQuotes = true
		if cells, err := r.Read(); err == nil && at < len(cells) {
			ids[strings.TrimSpace(cells[at])] = true
		}
	}
	return ids
}

// with is the file with more rows. Every text of an item must have its column: what is left out
// in silence is lost.
func (f *target) with(items []Item) ([]byte, error) {
	var b bytes.Buffer
	b.Write(f.text)
	if len(f.text) > 0 && f.text[len(f.text)-1] != '\n' {
		b.WriteString(f.lineEnd)
	}
	missing := map[string]bool{}
	for _, it := range items {
		if !slices.Contains(f.columns, "account") && it.Account != "" {
			it.Notes = note(it.Notes, "account "+it.Account)
			it.Account = ""
		}
		cells := it.cells()
		for column, value := range cells {
			if value != "" && !slices.Contains(f.columns, column) {
				missing[column] = true
			}
		}
		for i, column := range f.columns {
			if i > 0 {
				b.WriteRune(f.separator)
			}
			b.WriteString(quoted(cells[column], i == 0))
		}
		b.WriteString(f.lineEnd)
	}
	for _, column := range append(slices.Clone(columns), "account") {
		if missing[column] {
			return nil, &Error{
				File: f.name, Line: 1, Msg: "the header has no column " + column + ", which new rows need",
				Hint: "add it to the header and a separator to each row, or name another file with --to",
			}
		}
	}
	return b.Bytes(), nil
}

func (it Item) cells() map[string]string {
	return map[string]string{
		"id": it.ID, "kind": string(it.Kind), "identifier": it.Identifier, "name": it.Name,
		"stored_in": it.StoredIn, "created_at": it.CreatedAt, "rotated_at": it.RotatedAt,
		"owner": it.Owner, "notes": it.Notes, "account": it.Account,
	}
}

// plain is an item that no spreadsheet takes for a formula.
func (it Item) plain() Item {
	for _, s := range []*string{
		&it.ID, &it.Identifier, &it.Name, &it.StoredIn, &it.CreatedAt, &it.RotatedAt, &it.Owner,
		&it.Notes, &it.Account,
	} {
		if *s != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(*s)[0]) {
			*s = "'" + *s
		}
	}
	return it
}

// quoted writes a cell so that it stays one, whatever separator a spreadsheet expects, and so that
// no row begins like a comment.
func quoted(s string, first bool) string {
	if first && strings.HasPrefix(s, "#") {
		s = "'" + s
	}
	if strings.ContainsAny(s, ",;\t\"'\r\n") || strings.TrimSpace(s) != s {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// proves reads the new text as a run would: all that was there, and all that is new. A file that
// cannot be read back is never written.
func (f *target) proves(m *Merged, have []Secret) error {
	now, err := Read(f.name, m.Text)
	if err != nil {
		return fmt.Errorf("inventory after the import: %w", err)
	}
	ids := map[string]bool{}
	for _, s := range now {
		ids[s.ID] = true
	}
	for _, it := range m.Added {
		if !ids[it.ID] {
			return fmt.Errorf("inventory after the import: %s: %s is not in it", f.name, echo(it.ID))
		}
	}
	if len(now) != len(have)+len(m.Added) || !bytes.HasPrefix(m.Text, f.text) {
		return fmt.Errorf("inventory after the import: %s: %d secrets instead of %d", f.name, len(now),
			len(have)+len(m.Added))
	}
	return nil
}
