package detect_test

import (
	"slices"
	"testing"

	"breachwindow/detect"
	"breachwindow/queries"
)

// The levels of findings are the words that headers of detections may use, in the same order.
func TestLevels(t *testing.T) {
	got := detect.Levels()
	if len(got) != len(queries.Levels) {
		t.Fatalf("%d levels, headers know %d", len(got), len(queries.Levels))
	}
	for i, l := range got {
		if string(l) != queries.Levels[i] {
			t.Errorf("level %d is %s, headers say %s", i, l, queries.Levels[i])
		}
	}
	got[0] = "changed"
	if detect.Levels()[0] == "changed" {
		t.Error("a caller can change the list of levels")
	}
}

func TestVerdicts(t *testing.T) {
	worstFirst := []detect.Verdict{
		detect.Compromised, detect.Suspicious, detect.Unknown, detect.Used, detect.Unused,
		detect.Unexposed,
	}
	for i, v := range worstFirst {
		if v.Rank() != i {
			t.Errorf("%s has rank %d, want %d", v, v.Rank(), i)
		}
		if alarm := i < 2; v.Alarm() != alarm {
			t.Errorf("%s: alarm is %v, want %v", v, v.Alarm(), alarm)
		}
	}
}

func TestChosen(t *testing.T) {
	ids := []string{"any/use-from-indicator", "any/use-in-window", "github/private-repository-cloned"}
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", ids},
		{"any", ids[:2]},
		{"any/use-in-window", ids[1:2]},
		{"any/use", nil},
		{"an", nil},
		{"cloudtrail", nil},
	} {
		var got []string
		for _, id := range ids {
			if (detect.Options{Query: c.query}).Chosen(id) {
				got = append(got, id)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("query %q chooses %q, want %q", c.query, got, c.want)
		}
	}
}
