package main

import (
	"path/filepath"
	"testing"

	"breachwindow/detect"
)

// networks are where the calls of these tests come from.
const networks = `network,country,asn,organisation,labels
198.18.0.0/16,US,64500,Example Cloud,hosting
198.18.9.0/24,US,64501,Example Cloud,hosting ci
198.18.32.0/20,US,64502,Example Cloud,hosting
198.18.64.0/20,DE,64500,Example Cloud,hosting
198.19.0.0/18,US,64510,Example Broadband,
198.19.64.0/18,NL,64510,Example Broadband,
198.19.128.0/17,US,64520,Example VPN,vpn
`

// A network that was seen before speaks for a use, but not one in which anybody can rent an
// address: there, only the /24 does, and the answer says how little that proves.
func TestVerdictsOnNetworks(t *testing.T) {
	t.Parallel()
	const kind = "aws-access-key"
	moved := func(to string) story { return stories(used(habit, "198.18.1.1"), used(inside, to)) }
	rows := []secretRow{
		{
			id: "cloud-same-24", happens: moved("198.18.1.200"),
			verdict: detect.Used, because: "1 use came from networks in which anybody can rent",
		},
		{
			id: "cloud-another-24", happens: moved("198.18.2.1"),
			verdict: detect.Unknown, because: "anybody can rent an address there",
		},
		{
			id: "cloud-another-as-number", happens: moved("198.18.32.1"),
			verdict: detect.Unknown, because: "anybody can rent an address there",
		},
		{
			id: "cloud-another-country", happens: moved("198.18.64.1"),
			verdict: detect.Suspicious, because: "any/use-from-new-network",
		},
		{
			id: "cloud-new-agent",
			happens: stories(used(habit, "198.18.1.1"),
				does(inside, call{ip: "198.18.2.1", agent: "Boto3/1.26.3"})),
			verdict: detect.Suspicious,
			because: "from 198.18.2.1 (US, AS64500 Example Cloud, hosting)) [any/use-unexpected",
		},
		{id: "published-by-ci", happens: moved("198.18.9.7"), verdict: detect.Used},
		{
			id: "published-but-new", happens: stories(used(habit), used(inside, "198.18.9.7")),
			verdict: detect.Suspicious, because: "any/use-from-new-network",
		},
		{
			id: "provider-another-24",
			happens: stories(used(habit, "198.19.1.1"),
				used(inside, "198.19.2.1")),
			verdict: detect.Used,
		},
		{
			id: "provider-abroad",
			happens: stories(used(habit, "198.19.1.1"),
				used(inside, "198.19.64.1")),
			verdict: detect.Suspicious, because: "any/use-from-new-network",
		},
		{
			id: "vpn", happens: moved("198.19.200.1"),
			verdict: detect.Suspicious, because: "(US, AS64520 Example VPN, vpn)",
		},
	}
	c := testCase{yaml: "geoip: [geo/networks.csv]\n"}
	c.logs.background(nil)
	for i := range rows {
		rows[i].kind, rows[i].declared, rows[i].rotation = kind, declaredDate, "claimed"
		c.add(rows[i])
	}
	a := c.write(t)
	writeFile(t, filepath.Join(a.caseDir, "geo", "networks.csv"), []byte(networks))
	r, err := a.run(t.Context(), runFlags{})
	if err != nil {
		t.Fatal(err)
	}
	check(t, r, rows)
	if len(r.Databases) != 5 || r.Databases[0].Name != "geo/networks.csv" {
		t.Errorf("databases %+v", r.Databases)
	}
	// The same case gives the same bytes, also where nothing is looked up anew.
	first := resultBytes(t, a)
	if _, err := a.run(t.Context(), runFlags{}); err != nil {
		t.Fatal(err)
	}
	if again := resultBytes(t, a); again != first {
		t.Error("a second run answers otherwise")
	}
}
