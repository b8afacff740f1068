package detect

import (
	"testing"
	"time"
)

// Of decisions on one finding under several names of the case the newest counts, of one time the
// less comfortable; what is about something else stays, in its order.
func TestNewestOf(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	decision := func(kind, subject, what string, hour int) decided {
		var d decided
		d.Kind, d.Subject, d.Triage.Decision, d.At = kind, subject, what, at.Add(time.Duration(hour)*time.Hour)
		return d
	}
	all := []decided{
		decision("finding", "f", Confirmed, 0), decision("secret", "f", Benign, 0),
		decision("use", "", Benign, 0), decision("use", "", Confirmed, 0),
		decision("finding", "f", Benign, 2), decision("finding", "g", Confirmed, 3),
		decision("finding", "g", Benign, 3), decision("finding", "f", Open, 1),
	}
	got := ""
	for _, d := range newestOf(all) {
		got += d.Kind + " " + d.Subject + " " + d.Triage.Decision + ", "
	}
	if want := "secret f benign, use  benign, use  confirmed, finding f benign, finding g confirmed, "; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// A confirmed finding that is gone stands for its secret, if the case has it.
func TestConfirmedGone(t *testing.T) {
	for _, c := range []struct {
		name, what, secret string
		now, there         bool
		state              string
		gone               int
	}{
		{name: "found", what: Confirmed, secret: "deploy", now: true, there: true, state: Holds},
		{name: "gone", what: Confirmed, secret: "deploy", there: true, state: Holds, gone: 1},
		{name: "gone with its secret", what: Confirmed, secret: "deploy", state: Lost},
		{name: "of no secret", what: Confirmed, there: true, state: Lost},
		{name: "benign", what: Benign, secret: "deploy", there: true, state: Lost},
	} {
		s := Sighting{Finding: "f", Query: "any/use-unexpected", Secret: c.secret}
		d := decided{seen: map[string]Sighting{"f": s}}
		d.Kind, d.Subject, d.Triage.Decision, d.State = "finding", "f", c.what, Holds
		now, secrets := map[string]Sighting{}, map[string]int64{}
		if c.now {
			now["f"] = s
		}
		if c.there {
			secrets["deploy"] = 1
		}
		d.weighFinding(now, secrets)
		gone := confirmedGone([]Decision{d.Decision}, "deploy")
		if d.State != c.state || len(gone) != c.gone {
			t.Errorf("%s: %s, %d gone; want %s, %d", c.name, d.State, len(gone), c.state, c.gone)
		}
	}
}
