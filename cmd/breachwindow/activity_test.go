package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
)

// What came from an address is counted whoever acted, and uses of exposed secrets apart.
func TestActivityOfAddresses(t *testing.T) {
	t.Parallel()
	c := testCase{}
	c.logs.background(nil)
	c.add(secretRow{
		id: "deploy", kind: "aws-access-key", declared: declaredDate, happens: stories(
			used(habit, "192.0.2.9"), used(inside, "192.0.2.9"), used(inside, stranger),
			used(inside.AddDate(0, 0, 1), stranger), used(inside, "::ffff:"+stranger),
		),
	})
	c.logs.aws(later, call{key: "AKIAJJJJJCOLLEAGUEXX", user: "colleague", ip: stranger})
	r := c.answer(t)
	from, until := inside, later
	want := map[string]detect.Activity{
		"192.0.2.9": {Before: 1, Since: 1, Expected: 2, FirstSeen: &from, LastSeen: &from},
		stranger:    {Since: 4, Unexpected: 3, Others: 1, FirstSeen: &from, LastSeen: &until},
	}
	want["::ffff:"+stranger] = want[stranger]
	got := map[string]detect.Activity{}
	for _, a := range r.Addresses {
		if _, wanted := want[a.IP]; wanted {
			got[a.IP] = a.Activity
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
