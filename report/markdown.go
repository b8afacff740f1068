package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"breachwindow/detect"
)

// ticketSize is how many characters fit everywhere: Jira takes 32,767, GitHub 65,536.
const ticketSize = 32000

// extent is how much of a result a ticket shows.
type extent struct {
	rows    int // of a table or list
	reasons int // of one secret
	names   int // in a sentence
	text    int // characters of one text
}

// extents are tried until a ticket fits. The last one fits whatever the logs say.
var extents = []extent{
	{40, 8, 6, 600}, {25, 8, 5, 400}, {15, 6, 4, 300}, {10, 4, 3, 200}, {5, 3, 2, 100}, {2, 1, 1, 40},
}

// Markdown writes the result for a ticket, in the Markdown of GitHub, GitLab and Jira: the answer,
// what to do as a list to tick off, the secrets, why, the findings, what was made and read with
// them, and what the logs cannot tell. Nothing that a log says becomes markup, a link, a mention or
// a reference. It is as long as a ticket may be; what does not fit is counted, and report.html has
// it.
func Markdown(w io.Writer, r *detect.Result) error {
	var text []byte
	for _, e := range extents {
		t := &ticket{extent: e}
		t.write(r)
		if text = t.out.Bytes(); characters(text) <= ticketSize {
			break
		}
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// characters counts as those who limit them do, in UTF-16.
func characters(text []byte) (n int) {
	for _, r := range string(text) {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// ticket is a text in the making.
type ticket struct {
	extent
	out bytes.Buffer
}

func (t *ticket) write(r *detect.Result) {
	secrets := Worst(r.Secrets)
	t.line("# Exposed secrets: " + t.say(r.Case))
	t.line("\n**" + Answer(r) + "**\n")
	t.item("Incident: " + t.say(incident(r.Incident)))
	t.toRotate(secrets)
	t.item("All times are UTC.")
	t.steps(secrets)
	t.secrets(secrets)
	t.stories(secrets)
	t.findings(r)
	t.triage(r.Triage)
	t.responders(r.Responders)
	t.chain(r.Lineage)
	t.exposedNext(r.ExposedNext)
	t.limits(r)
	t.maker(r)
}

func (t *ticket) line(s string)    { t.out.WriteString(strings.TrimRight(s, " ") + "\n") }
func (t *ticket) section(s string) { t.line("\n## " + s + "\n") }

func (t *ticket) item(s string) {
	if s != "" {
		t.line("- " + s)
	}
}

// say is a sentence, name a name or an id.
func (t *ticket) say(s string) string  { return prose(shorten(s, t.text)) }
func (t *ticket) name(s string) string { return code(shorten(s, t.text)) }

// nameAll names the first of several things, after many that there are more.
func (t *ticket) nameAll(all []string, most int) string {
	show := min(len(all), most)
	names := make([]string, show)
	for i := range names {
		names[i] = t.name(all[i])
	}
	text := strings.Join(names, ", ")
	if left := len(all) - show; left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}

// listOf writes the first of some items and says how many are left out.
func listOf[T any](t *ticket, all []T, item func(T) string) {
	for _, x := range all[:min(len(all), t.rows)] {
		t.item(item(x))
	}
	t.left(len(all)-t.rows, "")
}

// left says what a table or list leaves out.
func (t *ticket) left(n int, what string) {
	if n > 0 {
		t.line(fmt.Sprintf("\n%d more%s are left out here: see `report.html`.", n, what))
	}
}

// tableOf writes the first of some rows, whose cells are Markdown already, and says how many are
// left out.
func tableOf[T any](t *ticket, header []string, all []T, cells func(T) []string) {
	t.row(header)
	t.row(slices.Repeat([]string{"---"}, len(header)))
	for _, x := range all[:min(len(all), t.rows)] {
		t.row(cells(x))
	}
	t.left(len(all)-t.rows, "")
}

func (t *ticket) row(cells []string) { t.line("| " + strings.Join(cells, " | ") + " |") }

func (t *ticket) toRotate(secrets []detect.SecretAnswer) {
	var names []string
	for _, s := range secrets {
		if isAlive(s) {
			names = append(names, s.ID)
		}
	}
	if len(names) > 0 {
		t.item("To rotate: " + t.nameAll(names, t.rows))
	}
}

// steps writes what to do for each open secret, as a list to tick off.
func (t *ticket) steps(secrets []detect.SecretAnswer) {
	tasks := tasksOf(secrets, &index{})
	if len(tasks) == 0 {
		return
	}
	t.section("Do next")
	for i, task := range tasks[:min(len(tasks), t.rows)] {
		if i > 0 {
			t.line("")
		}
		ids := make([]string, len(task.Secrets))
		for i, s := range task.Secrets {
			ids[i] = s.ID
		}
		at := slices.IndexFunc(secrets, func(s detect.SecretAnswer) bool { return s.ID == ids[0] })
		t.line(t.headline(secrets[at], ids) + "\n")
		for _, step := range task.Steps {
			t.item("[ ] " + t.say(step))
		}
	}
	t.left(len(tasks)-t.rows, " secrets with steps")
}

// headline is a verdict and whose it is.
func (t *ticket) headline(s detect.SecretAnswer, ids []string) string {
	verdict := t.say(string(s.Verdict))
	if verdict == "" {
		verdict = "no verdict"
	}
	return "**" + verdict + "** " + t.nameAll(ids, t.names)
}
