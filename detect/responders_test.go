package detect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func responder(actor string, named, sameName bool, secrets ...string) Responder {
	w := Responder{Actor: actor, Named: named, SameName: sameName, Findings: []string{}}
	for _, s := range secrets {
		w.Rotations = append(w.Rotations, Rotation{Secret: s, How: "deleted", At: time.Unix(0, 0)})
	}
	return w
}

// A finding says that it is a likely responder's act if nobody else has a part in it, and keeps its
// level.
func TestMarkResponders(t *testing.T) {
	for _, c := range []struct {
		name    string
		secret  string
		actors  []string
		want    string
		findsOf []int // of the responders
	}{
		{
			name: "his", actors: []string{"SecAdmin"}, findsOf: []int{0},
			want: "SecAdmin ended 2 exposed secrets: name under responders in case.yaml who is yours",
		},
		{
			name: "two of them", actors: []string{"other", "secadmin"}, findsOf: []int{0, 1},
			want: "other, secadmin ended 3 exposed secrets: name under responders in case.yaml who is yours",
		},
		{name: "not his alone", actors: []string{"secadmin", "stranger"}},
		{name: "tied to a secret", secret: "a", actors: []string{"secadmin"}},
		{name: "of nobody", actors: []string{}},
		{name: "of one whom the case names", actors: []string{"named"}},
		{name: "in the name of an exposed secret", actors: []string{"ci"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Result{
				Responders: []Responder{
					responder("secadmin", false, false, "a", "b", "a"),
					responder("other", false, false, "b", "c"),
					responder("named", true, false, "a"),
					responder("ci", false, true, "a"),
				},
				Findings: []Finding{{
					ID: "1", Secret: c.secret, Level: High, Actors: c.actors, Attributes: map[string]any{},
				}},
			}
			markResponders(r)
			got, _ := r.Findings[0].Attributes["likely_responder"].(string)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if r.Findings[0].Level != High {
				t.Errorf("its level is %s", r.Findings[0].Level)
			}
			var of []int
			for i, w := range r.Responders {
				if slices.Contains(w.Findings, "1") {
					of = append(of, i)
				}
			}
			if diff := cmp.Diff(c.findsOf, of); diff != "" {
				t.Errorf("whose it is (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNameResponders(t *testing.T) {
	all := []Responder{
		responder("secadmin", false, false, "deploy"), responder("named", true, false, "deploy"),
		responder("elsewhere", false, false, "web"),
	}
	own := responder("ci", false, true, "own")
	for _, c := range []struct {
		keys []string
		ends string
	}{{nil, "ask who it was."}, {[]string{"AKIANEW"}, "not the name: AKIANEW."}} {
		own.Credentials = c.keys
		got := nameResponders(SecretAnswer{ID: "own", Verdict: Suspicious}, []Responder{own})
		if len(got) != 1 || strings.Contains(got[0], "name ci") || !strings.HasSuffix(got[0], c.ends) {
			t.Errorf("by %q in the name of a secret: %q", c.keys, got)
		}
	}
	for _, verdict := range []Verdict{Compromised, Suspicious, Unknown} {
		got := nameResponders(SecretAnswer{ID: "deploy", Verdict: verdict}, all)
		if len(got) != 1 || !strings.Contains(got[0], "name secadmin under responders") {
			t.Errorf("%s: %q", verdict, got)
		}
	}
	for _, verdict := range []Verdict{Used, Unused, Unexposed} {
		if got := nameResponders(SecretAnswer{ID: "deploy", Verdict: verdict}, all); got != nil {
			t.Errorf("%s: %q", verdict, got)
		}
	}
}
