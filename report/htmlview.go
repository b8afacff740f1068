package report

import (
	"fmt"
	"html/template"
	"strings"

	"breachwindow/detect"
)

// view is what the page's templates write, in the order of the reader's questions. All of its texts
// are cleaned already.
type view struct {
	Policy string
	Style  template.CSS
	Script template.JS

	Case, Tool, Answer, Incident string
	Tallies                      []tally
	Alive                        []ref // exposed secrets that may still work
	MoreAlive                    int

	Todo, MoreTodo []task
	Secrets        []card
	Triage         []decisionView
	Timeline       timeline
	Chains         []chain
	Next           []detect.Exposure
	Doubtful       int
	Responders     []responderView
	ResponderNotes []string
	Origins        []origin
	Coverage       coverageView
	Blind          []lack
	Groups         []group // findings by secret
	Loose          group   // those tied to none
	Findings       int
	Queries        []queryView
	Made           made
}

// tally is how many secrets have a verdict.
type tally struct {
	Verdict, Means string
	N              int
}

// ref names a secret on the page.
type ref struct {
	ID, Anchor string // an Anchor of "" is no link
	Verdict    string
}

// index knows where on the page things are.
type index struct {
	secrets  map[string]ref
	findings map[string]string // anchors by id
	queries  map[string]string
	known    map[string]detect.Address
	taken    map[string]bool // anchors
	placed   map[string]bool // anchors of findings that are on the page already
}

func newIndex(r *detect.Result) *index {
	x := &index{
		secrets: map[string]ref{}, findings: map[string]string{}, queries: map[string]string{},
		known: byIP(r.Addresses), taken: map[string]bool{}, placed: map[string]bool{},
	}
	for i, s := range r.Secrets {
		x.secrets[s.ID] = ref{ID: s.ID, Anchor: x.anchor("s", s.ID, i), Verdict: string(s.Verdict)}
	}
	for i, f := range r.Findings {
		x.findings[f.ID] = x.anchor("f", f.ID, i)
	}
	for i, q := range r.Queries {
		x.queries[q.ID] = x.anchor("q", q.ID, i)
	}
	return x
}

// ref names a secret that need not be in the inventory.
func (x *index) ref(secret string) ref {
	if s, ok := x.secrets[secret]; ok {
		return s
	}
	return ref{ID: secret}
}

// anchor makes a place on the page that a ticket can point to: the thing's id where that is a plain
// word, else its number.
func (x *index) anchor(prefix, id string, number int) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	place := prefix + "-" + strings.NewReplacer(":", ".", "/", ".").Replace(id)
	if id == "" || len(id) > 100 || strings.Trim(place, plain) != "" || x.taken[place] {
		place = fmt.Sprintf("%s.%d", prefix, number+1)
	}
	x.taken[place] = true
	return place
}

// place is the anchor of a finding, once: findings of one id are a forged result's.
func (x *index) place(id string) string {
	a := x.findings[id]
	if x.placed[a] {
		return ""
	}
	x.placed[a] = true
	return a
}

// tallies counts the verdicts, worst first. One that this program does not know comes first.
func tallies(secrets []detect.SecretAnswer, triaged bool) (all []tally) {
	means := map[detect.Verdict]string{
		detect.Compromised: "used by someone else",
		detect.Suspicious:  "may have been",
		detect.Unknown:     "cannot be cleared",
		detect.Used:        "every use expected",
		detect.Unused:      "no use in its window",
		detect.Unexposed:   "not in the vendor's hands",
	}
	if triaged {
		means[detect.Used] = "every use expected, or triaged benign"
	}
	for _, s := range secrets {
		if n := len(all); n > 0 && all[n-1].Verdict == string(s.Verdict) {
			all[n-1].N++
			continue
		}
		all = append(all, tally{Verdict: string(s.Verdict), Means: means[s.Verdict], N: 1})
	}
	return all
}

// The page's bounds: what a reader takes in before he looks for more.
const (
	maxAlive     = 12  // secrets to rotate that are named at the top
	maxTasks     = 8   // groups of steps before the rest is folded
	maxStrips    = 40  // strips of the timeline before the rest is folded
	maxListed    = 5   // addresses, actors, actions of a finding
	openFindings = 300 // findings of which the groups are unfolded from the start
	openSecrets  = 30  // secrets of which all are unfolded from the start
)

// viewOf arranges a result that is cleaned.
func viewOf(r *detect.Result) *view {
	x := newIndex(r)
	secrets := Worst(r.Secrets)
	v := &view{
		Case: r.Case, Tool: r.Tool, Answer: Answer(r), Incident: incident(r.Incident),
		Tallies: tallies(secrets, len(r.Triage) > 0), Findings: len(r.Findings),
		Timeline: timelineOf(r, secrets, x), Chains: chainsOf(r, x), Origins: originsOf(r, x),
		Responders: respondersOf(r, x), ResponderNotes: responderNotes(r.Responders),
		Coverage: coverageOf(r), Blind: byLack(r.Blind), Queries: queriesOf(r, x), Made: madeOf(r),
	}
	for _, s := range secrets {
		switch {
		case !isAlive(s):
		case len(v.Alive) < maxAlive:
			v.Alive = append(v.Alive, x.ref(s.ID))
		default:
			v.MoreAlive++
		}
	}
	v.Todo = tasksOf(secrets, x)
	if len(v.Todo) > maxTasks {
		v.Todo, v.MoreTodo = v.Todo[:maxTasks], v.Todo[maxTasks:]
	}
	for _, e := range r.ExposedNext {
		if e.Certain {
			v.Next = append(v.Next, e)
		} else {
			v.Doubtful++
		}
	}
	v.Triage = decisionsOf(r.Triage, x)
	v.Groups, v.Loose = groupsOf(r, secrets, x)
	v.Secrets = cardsOf(r, secrets, x)
	return v
}
