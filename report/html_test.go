package report_test

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"breachwindow/detect"
	"breachwindow/report"
)

func page(tb testing.TB, r *detect.Result) string {
	tb.Helper()
	return render(tb, func(w io.Writer) error { return report.HTML(w, r) })
}

// nodes parses a page and returns its elements.
func nodes(tb testing.TB, text string) []*html.Node {
	tb.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		tb.Fatal(err)
	}
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func TestPageGolden(t *testing.T) {
	golden(t, "page", page(t, sample(t)))
	golden(t, "page-empty", page(t, &detect.Result{Schema: 1, Tool: "breachwindow 0.1.0"}))
}

// The same result gives the same page, read again from its JSON too, and is not changed by it.
func TestPageSameBytes(t *testing.T) {
	r := sample(t)
	before := jsonOf(t, r)
	first := page(t, r)
	for range 5 {
		if page(t, r) != first {
			t.Fatal("the page differs from one time to the next")
		}
	}
	if jsonOf(t, r) != before {
		t.Error("the page changed its result")
	}
	read, err := report.ReadJSON(strings.NewReader(before))
	if err != nil {
		t.Fatal(err)
	}
	if page(t, read) != first {
		t.Error("the page of the saved result differs")
	}
}

// A page has what the result has: the answer, each secret, finding, minting, each gap, file and hash.
func TestPageIsWhole(t *testing.T) {
	r := sample(t)
	text := page(t, r)
	var want []string
	for _, s := range r.Secrets {
		want = append(want, s.ID, string(s.Verdict), s.Rotation)
		want = append(want, s.Because...)
		want = append(want, s.RotationBecause...)
		want = append(want, s.Next...)
	}
	for _, f := range r.Findings {
		want = append(want, f.ID, f.Query, f.Title)
		for _, p := range f.Places {
			want = append(want, p.Event, p.File)
		}
	}
	for _, m := range r.Lineage {
		want = append(want, m.Child, m.How, m.Event)
	}
	for _, in := range r.Inputs {
		want = append(want, in.Path, in.SHA256, in.Form)
	}
	for _, b := range r.Blind {
		want = append(want, b.Query, b.Why)
	}
	for _, q := range r.Queries {
		want = append(want, q.SQL, q.FalsePositives, q.Attack[0])
	}
	for _, p := range r.Problems {
		want = append(want, p.Path, p.Why)
	}
	want = append(want, r.Caveats[0].Text, r.ExposedNext[0].Name, r.Settings[0].Meaning,
		r.Databases[0].SHA256, "AS212238", "2022-12-24 00:00Z – 2022-12-27 06:00Z (3 d 6 h)",
		"customers are told", "2022-12-22: 42 uses, 12 unexpected, 30 expected, 4 of all refused")
	var all strings.Builder
	for _, n := range nodes(t, text) {
		if n.Data == "main" || n.Data == "header" {
			all.WriteString(textOf(n))
		}
	}
	shown := strings.Join(strings.Fields(all.String()), " ")
	for _, w := range want {
		if !strings.Contains(shown, strings.Join(strings.Fields(w), " ")) {
			t.Errorf("the page does not have %q", w)
		}
	}
}

// Nothing is loaded, nothing runs but the page's own script, and its policy says so.
func TestPagePolicy(t *testing.T) {
	for name, r := range map[string]*detect.Result{"sample": sample(t), "nasty": nasty(t)} {
		var policy string
		var styles, scripts []string
		for _, n := range nodes(t, page(t, r)) {
			switch n.Data {
			case "meta":
				if attr(n, "http-equiv") == "Content-Security-Policy" {
					policy = attr(n, "content")
				}
			case "style":
				styles = append(styles, hashOf(n))
			case "script":
				scripts = append(scripts, hashOf(n))
			case "img", "iframe", "object", "embed", "base", "video", "audio", "image":
				t.Errorf("%s: there is a %s", name, n.Data)
			}
			checkAttributes(t, name, n)
		}
		if len(styles) != 1 || len(scripts) != 1 {
			t.Fatalf("%s: %d styles and %d scripts", name, len(styles), len(scripts))
		}
		want := "default-src 'none'; style-src " + styles[0] + "; script-src " + scripts[0] +
			"; img-src data:; base-uri 'none'; form-action 'none'"
		if policy != want {
			t.Errorf("%s: policy %s, want %s", name, policy, want)
		}
	}
}

func hashOf(n *html.Node) string {
	sum := sha256.Sum256([]byte(textOf(n)))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// checkAttributes allows no handler, no style and no address but places in the page and links that a
// reader follows himself.
func checkAttributes(t *testing.T, name string, n *html.Node) {
	t.Helper()
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset":
			t.Errorf("%s: %s has %s=%q", name, n.Data, a.Key, a.Val)
		case a.Key != "href":
		case n.Data == "link" && a.Val == "data:,":
		case (n.Data == "a" || n.Data == "use") && strings.HasPrefix(a.Val, "#"):
		case n.Data == "a" && strings.HasPrefix(a.Val, "https://") && attr(n, "rel") != "":
		default:
			t.Errorf("%s: %s points to %q", name, n.Data, a.Val)
		}
	}
}

// What logs say stays text: it makes no element, and nothing in it is hidden.
func TestPageHostile(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.Case}}</title></style>'` + "`"
	r := nasty(t)
	tags := names(nodes(t, page(t, r)))
	r.Case, r.Incident.Title = evil, evil
	for i := range r.Secrets {
		r.Secrets[i].ID += evil
		r.Secrets[i].Because = append(r.Secrets[i].Because, evil)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.ID += evil
		f.Title, f.Query, f.Level = evil, evil, detect.Level(evil)
		f.Attributes[evil] = evil
	}
	for i := range r.Lineage {
		r.Lineage[i].Target += evil
	}
	for i := range r.Responders {
		w := &r.Responders[i]
		w.Actor, w.Credentials, w.Findings = evil, []string{evil}, []string{evil}
	}
	for i := range r.Coverage {
		r.Coverage[i].Scope = evil
	}
	text := page(t, r)
	got := names(nodes(t, text))
	for tag := range got {
		if tags[tag] == 0 {
			t.Errorf("a text made an element %s", tag)
		}
	}
	if got["script"] != 1 || got["style"] != 1 || got["title"] < 1 {
		t.Errorf("%d scripts, %d styles", got["script"], got["style"])
	}
	for line := range strings.Lines(text) {
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), steers); i >= 0 {
			t.Fatalf("the page has a raw %.4q: %.80q", line[i:], line)
		}
	}
	if !strings.Contains(text, `\u202etxt.exe`) {
		t.Error("what was hidden is not shown")
	}
}

func names(all []*html.Node) map[string]int {
	n := map[string]int{}
	for _, x := range all {
		n[x.Data]++
	}
	return n
}

// Every link within the page leads somewhere, and no place has two owners.
func TestPageLinks(t *testing.T) {
	for name, r := range map[string]*detect.Result{"sample": sample(t), "nasty": nasty(t)} {
		ids := map[string]bool{}
		var links []string
		for _, n := range nodes(t, page(t, r)) {
			if id := attr(n, "id"); id != "" {
				if ids[id] {
					t.Errorf("%s: two elements are %q", name, id)
				}
				ids[id] = true
			}
			if to, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && n.Data == "a" {
				links = append(links, to)
			}
		}
		for _, to := range links {
			if !ids[to] {
				t.Errorf("%s: a link leads to %q, which is not there", name, to)
			}
		}
		if len(links) < 20 {
			t.Errorf("%s: %d links", name, len(links))
		}
	}
}

// Each picture says in words what it shows.
func TestPagePicturesHaveWords(t *testing.T) {
	pictures := 0
	for _, n := range nodes(t, page(t, sample(t))) {
		if n.Data != "svg" || attr(n, "role") != "img" {
			continue
		}
		pictures++
		title := n.FirstChild
		if title == nil || title.Data != "title" || textOf(title) == "" || title.NextSibling.Data != "desc" ||
			textOf(title.NextSibling) == "" {
			t.Errorf("a picture has no title or no description: %v", n.Attr)
		}
	}
	if want := 7 + 4; pictures != want { // exposed secrets, scopes
		t.Errorf("%d pictures, want %d", pictures, want)
	}
}

// Coordinates stay inside of the picture, whatever times a result has.
func TestPageCoordinates(t *testing.T) {
	percents := regexp.MustCompile(` (?:x|x1|x2|cx|width)="(-?[0-9.]+)%"`)
	far := sample(t)
	wrong := at(t, "2099-01-01 00:00:00")
	far.Secrets[0].WindowEnd, far.Coverage[0].To = &wrong, wrong
	far.Secrets[0].Days = []detect.UseDay{{Day: "0001-01-01", Expected: 1}, {Day: "9999-12-31", Unexpected: 1}}
	for name, r := range map[string]*detect.Result{"sample": sample(t), "nasty": nasty(t), "far": far} {
		found := percents.FindAllStringSubmatch(page(t, r), -1)
		if len(found) < 50 {
			t.Errorf("%s: %d coordinates", name, len(found))
		}
		for _, f := range found {
			if slices.Contains([]string{"", "NaN"}, f[1]) || strings.HasPrefix(f[1], "-") || len(f[1]) > 6 ||
				len(f[1]) == 6 && f[1] != "100.00" {
				t.Errorf("%s: coordinate %s", name, f[0])
			}
		}
	}
}
