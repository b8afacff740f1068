package report_test

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"breachwindow/detect"
	"breachwindow/report"
)

func markdownOf(tb testing.TB, r *detect.Result) string {
	tb.Helper()
	return render(tb, func(w io.Writer) error { return report.Markdown(w, r) })
}

// ticket is what a reader of CommonMark with GitHub's extensions makes of a text.
type ticket struct {
	kinds  map[string]int // nodes by kind
	tables [][][]string   // cells, the header first
	blocks []string       // the text of each paragraph, item, heading and cell, code included
	prose  []string       // the texts outside of code, in which mentions and references are looked for
}

func readTicket(tb testing.TB, source string) *ticket {
	tb.Helper()
	t := &ticket{kinds: map[string]int{}}
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().
		Parse(text.NewReader([]byte(source)))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		t.kinds[n.Kind().String()]++
		switch n := n.(type) {
		case *east.Table:
			t.tables = append(t.tables, nil)
		case *east.TableRow, *east.TableHeader:
			last := len(t.tables) - 1
			t.tables[last] = append(t.tables[last], cellsOf(n, source))
		case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *east.TableCell:
			t.blocks = append(t.blocks, plainText(n, source))
		case *ast.Text:
			if _, inCode := n.Parent().(*ast.CodeSpan); !inCode {
				t.prose = append(t.prose, unescape(string(n.Segment.Value([]byte(source)))))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func cellsOf(row ast.Node, source string) (cells []string) {
	for c := row.FirstChild(); c != nil; c = c.NextSibling() {
		cells = append(cells, plainText(c, source))
	}
	return cells
}

// plainText is what a reader sees of a node.
func plainText(n ast.Node, source string) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			value := string(c.Segment.Value([]byte(source)))
			if _, code := n.(*ast.CodeSpan); !code {
				value = unescape(value)
			}
			b.WriteString(value)
		default:
			b.WriteString(plainText(c, source))
		}
	}
	return b.String()
}

var backslash = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

func unescape(s string) string { return backslash.ReplaceAllString(s, "$1") }

// meant is what GitHub, GitLab or Jira would take for more than text, after Markdown is done.
var meant = regexp.MustCompile(`[@#!~%$&^]\w|\w[@#]|\b[A-Za-z][A-Za-z0-9]*-\d|\b[0-9a-f]{7,40}\b` +
	`|(?i:\w+://|www\.|mailto:)|:[a-z_+-]+:|<|>|\{[+-]|\[[+-]|[*_` + "`" + `\\$]|\.[a-z]`)

// checkTicket finds what a text from a log has made of a ticket.
func checkTicket(tb testing.TB, source string) *ticket {
	tb.Helper()
	t := readTicket(tb, source)
	own := []string{
		"Document", "Heading", "Paragraph", "TextBlock", "Text", "Emphasis", "CodeSpan", "List", "ListItem",
		"TaskCheckBox", "Table", "TableHeader", "TableRow", "TableCell",
	}
	for kind, n := range t.kinds {
		if !slices.Contains(own, kind) {
			tb.Errorf("%d nodes of kind %s", n, kind)
		}
	}
	for _, table := range t.tables {
		for _, row := range table {
			if len(row) != len(table[0]) {
				tb.Errorf("a row has %d cells, its header %d: %q", len(row), len(table[0]), row)
			}
		}
	}
	slices.Sort(t.prose)
	for _, s := range slices.Compact(t.prose) {
		found := meant.FindString(s)
		if strings.Trim(found, "0123456789") != "" { // a count of ours may be large
			tb.Errorf("%q in the text %q", found, s)
		}
	}
	for line := range strings.Lines(source) {
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), steers); i >= 0 {
			tb.Errorf("a raw %.4q", line[i:])
		}
	}
	return t
}

func TestMarkdownGolden(t *testing.T) {
	for name, r := range map[string]*detect.Result{
		"markdown": sample(t), "markdown-empty": {Schema: 1, Tool: "breachwindow 0.1.0"},
	} {
		out := markdownOf(t, r)
		checkTicket(t, out)
		golden(t, name, out)
	}
}

// A ticket has each secret, what to do as boxes to tick, and each table that the result has rows for.
func TestMarkdownIsWhole(t *testing.T) {
	r := sample(t)
	got := checkTicket(t, markdownOf(t, r))
	if len(got.tables) != 5 {
		t.Fatalf("%d tables, want those of secrets, findings, responders, chain and exposed next", len(got.tables))
	}
	if n := len(got.tables[0]) - 1; n != len(r.Secrets) {
		t.Errorf("%d secrets in the table, want %d", n, len(r.Secrets))
	}
	if first := got.tables[0][1]; first[0] != "compromised" || first[1] != "context:aws-prod/AWS_ACCESS_KEY_ID" {
		t.Errorf("the first secret is %q", first)
	}
	if n := len(got.tables[1]) - 1; n != len(r.Findings) {
		t.Errorf("%d findings in the table, want %d", n, len(r.Findings))
	}
	steps := 0
	for _, s := range r.Secrets {
		steps += len(s.Next)
		for _, text := range slices.Concat(s.Next, s.Because) {
			if isTold(s) && !slices.ContainsFunc(got.blocks, func(b string) bool { return strings.Contains(b, text) }) {
				t.Errorf("the ticket does not say %q", text)
			}
		}
	}
	if got.kinds["TaskCheckBox"] != steps || steps == 0 {
		t.Errorf("%d boxes, want %d", got.kinds["TaskCheckBox"], steps)
	}
}

// isTold says whether a secret's reasons are told.
func isTold(s detect.SecretAnswer) bool {
	return slices.Contains([]detect.Verdict{detect.Compromised, detect.Suspicious, detect.Unknown}, s.Verdict)
}

// marks are texts that mean something to one of the readers of a ticket.
var marks = []string{
	"# heading", "- item", "1. item", "2) item", "- [ ] task", "> quote", "```", "~~~", "---", "===",
	"*emphasis* **strong** _em_ __st__ ~~gone~~", "[text](http://evil.example)", "![img](//evil.example/x.png)",
	"[ref]: http://evil.example", "[text][ref]", "[^1]", "<b>bold</b>", "<script>alert(1)</script>",
	"<http://evil.example>", "<!-- comment", "&lt;b&gt; &#64;admin", "http://evil.example www.evil.example",
	"ftp://evil.example user@evil.example mailto:a@b.example", "evil.example", "@admin", "(@admin)", "\"@admin\"",
	"#12 acme/web#12 GH-12 PROJ-123 !12 %12 ~bug $12 &12 ^12", "0123abc 0123456789abcdef0123456789abcdef01234567",
	"acme/web@0123abc", ":tada:", "it is:tada:now", "a|b|c", `a\|b`, `\`, `\\`, `a\`, "|", "||", "`", "``", "`a`b",
	"a``b`|`c", "` | `", "{+ added +} [- gone -]", "{{template}} {code} {quote}", "[~jira] h1. title",
	"$x^2$ $$y$$ $`a+b`$", "/close", "[[_TOC_]] [TOC]", "line\nnext\r\n\n# heading", "\ttab", "  lead and trail  ",
	"aws iam `rm` | sh", "gh api <script>", "a\u200bb\u202ec", "漏洩した鍵 👩‍💻", "fixes #1", "AKIAIOSFODNNXEXAMPLE",
	"", " ", "\u00a0",
}

// filled puts a text wherever a log or an inventory can put one.
func filled(tb testing.TB, s string) *detect.Result {
	tb.Helper()
	r := sample(tb)
	r.Case, r.Incident.Title, r.Incident.ID, r.Tool = s, s, s, s
	for i := range r.Secrets {
		x := &r.Secrets[i]
		x.ID, x.Identifier, x.StoredIn, x.Owner, x.Kind = s, s, s, s, s
		x.Because, x.Next, x.RotationBecause = []string{s, "a " + s}, []string{s, "aws iam " + s}, []string{s}
		x.ConfidenceBecause = []string{s}
		if i == 0 {
			x.Verdict, x.Rotation = detect.Verdict(s), s
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Title, f.Secret, f.IPs, f.Actors, f.Query, f.ID = s, s, []string{s, s}, []string{s}, s, s
	}
	r.Findings[0].Level = detect.Level(s)
	for i := range r.Lineage {
		m := &r.Lineage[i]
		m.Secret, m.Parent, m.Child, m.How, m.Target = s, s, fmt.Sprint(s, i), s, s
	}
	for i := range r.ExposedNext {
		e := &r.ExposedNext[i]
		e.What, e.Name, e.Secret, e.Action = s, s, s, s
	}
	for i := range r.Coverage {
		r.Coverage[i].Source, r.Coverage[i].Scope = s, s
	}
	r.Caveats = []detect.Caveat{{Text: s}}
	r.Blind = []detect.BlindDetection{{Query: s, Why: s}}
	r.Problems = []detect.Problem{{What: s, Path: s, Why: s}}
	r.Databases = []detect.Database{{Name: s, Source: s}}
	return r
}

// checkFilled wants a text to be there, as text, and to have changed nothing around it.
func checkFilled(t *testing.T, s string) {
	t.Helper()
	source := markdownOf(t, filled(t, s))
	got := checkTicket(t, source)
	// What is not there leaves its place empty, and long texts leave rows out.
	if strings.TrimSpace(s) == "" || strings.Contains(source, "left out here") {
		return
	}
	plain := readTicket(t, markdownOf(t, filled(t, "plain")))
	for _, kind := range []string{"Heading", "Emphasis", "Table", "TableRow", "ListItem", "TaskCheckBox"} {
		if got.kinds[kind] != plain.kinds[kind] {
			t.Errorf("%d of kind %s, with a plain text %d", got.kinds[kind], kind, plain.kinds[kind])
		}
	}
	if len(got.tables) != 4 || len(s) > 100 {
		return
	}
	if want := strings.Join(strings.Fields(report.Clean(s)), " "); got.tables[1][1][1] != want {
		t.Errorf("as a sentence it reads %q, want %q", got.tables[1][1][1], want)
	}
	if name := got.tables[1][1][2]; strings.TrimSpace(name) != strings.TrimSpace(report.Clean(s)) {
		t.Errorf("as a name it reads %q, want %q", name, report.Clean(s))
	}
	if t.Failed() {
		t.Logf("%s", source)
	}
}

func TestMarkdownHostile(t *testing.T) {
	checkTicket(t, markdownOf(t, nasty(t)))
}

// What to run is code as a whole, other words keep to themselves.
func TestMarkdownSentences(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "A key was used, 3 times (2022-12-16 00:00:00Z).", "A key was used, 3 times (2022-12-16 00:00:00Z)."},
		{"key", "by AKIAIOSFODNNXEXAMPLE, twice", "by `AKIAIOSFODNNXEXAMPLE`, twice"},
		{
			"command", "End it now. aws iam update-access-key --status Inactive, later more.",
			"End it now. `aws iam update-access-key --status Inactive`, later more.",
		},
		{"aside", "aws iam list-users (slow)", "`aws iam list-users` (slow)"},
		{"list", "1. first", `1\. first`},
		{"brackets", "[any/use-in-window 79b72127f0683fdd].", "\\[`any/use-in-window` `79b72127f0683fdd`\\]."},
		{"address", "at https://github.com/settings/tokens; then", "at `https://github.com/settings/tokens`; then"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := markdownOf(t, &detect.Result{Caveats: []detect.Caveat{{Text: tt.in}}})
			if !strings.Contains(out, "\n- "+tt.want+"\n") {
				t.Errorf("want %s in\n%s", tt.want, out)
			}
		})
	}
}

// A ticket fits into every system, whatever a result holds, and says what it leaves out.
func TestMarkdownFits(t *testing.T) {
	for name, s := range map[string]string{
		"many": "plain", "pipes": strings.Repeat("|", 900), "wide": strings.Repeat("🔑", 900),
		"ticks": strings.Repeat("a`|", 300), "escapes": strings.Repeat("\x00", 900),
	} {
		t.Run(name, func(t *testing.T) {
			r := filled(t, s)
			one := r.Secrets[0]
			one.Verdict = detect.Compromised
			for i := range 500 {
				one.ID = fmt.Sprint(s, i)
				one.Next = []string{fmt.Sprint(s, i), s, s, s, s}
				r.Secrets = append(r.Secrets, one)
				r.Findings = append(r.Findings, r.Findings[0])
				r.Lineage = append(r.Lineage, r.Lineage[0])
				r.ExposedNext = append(r.ExposedNext, r.ExposedNext[0])
				r.Problems = append(r.Problems, detect.Problem{What: s, Path: one.ID, Why: s})
				r.Blind = append(r.Blind, detect.BlindDetection{Query: s, Why: one.ID})
				r.Caveats = append(r.Caveats, r.Caveats[0])
				r.Databases = append(r.Databases, r.Databases[0])
				r.Coverage = append(r.Coverage, r.Coverage[1])
			}
			out := markdownOf(t, r)
			if n := len([]rune(out)) + strings.Count(out, "🔑"); n > 32767 {
				t.Errorf("%d characters", n)
			}
			got := checkTicket(t, out)
			left := len(r.Findings) - (len(got.tables[1]) - 1)
			if want := fmt.Sprintf("\n%d more are left out here", left); !strings.Contains(out, want) {
				t.Errorf("the ticket does not say that %s are left out", want)
			}
			if len(got.tables[0]) < 3 {
				t.Errorf("%d secrets are left", len(got.tables[0])-1)
			}
		})
	}
}

// Whatever stands in a log, it makes nothing of a ticket but text. The seeds are run by every test.
func FuzzMarkdown(f *testing.F) {
	for _, s := range marks {
		f.Add(s)
	}
	f.Fuzz(checkFilled)
}
