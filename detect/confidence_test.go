package detect

import (
	"slices"
	"testing"
)

// Uses at hours that are not the secret's lower what its verdict of used can be relied on, and say
// by which hours.
func TestConfidenceOfHours(t *testing.T) {
	for _, c := range []struct {
		name  string
		facts facts
		want  Confidence
		why   []string
	}{
		{name: "its own hours", want: HighConfidence},
		{
			name: "of the week", facts: facts{newHours: 2, newWeekHours: true}, want: MediumConfidence,
			why: []string{"2 uses came at hours of the week (UTC) in which it was never used before"},
		},
		{
			name: "of the day, from rented machines", facts: facts{newHours: 1, sharedUses: 3},
			want: LowConfidence,
			why: []string{
				"3 uses came from networks in which anybody can rent an address",
				"1 use came at hours of the day (UTC) in which it was never used before",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.facts.Uses, c.facts.baselineDays = UseCounts{Before: 60, Window: 9}, 30
			got, why := confidence(c.facts, Used, nil, Used)
			if got != c.want || !slices.Equal(why, c.why) {
				t.Errorf("got %s, %q, want %s, %q", got, why, c.want, c.why)
			}
		})
	}
}
