package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/geo"
	"breachwindow/store"
)

// What the databases of the case know is in table ips; when they change, all is looked up again.
func TestAddressDatabases(t *testing.T) {
	t.Parallel()
	f := newFolder(t, trail("a", `,"sourceIPAddress":"203.0.113.7"`)+
		trail("b", `,"sourceIPAddress":"::ffff:203.0.113.7"`)+
		trail("c", `,"sourceIPAddress":"198.51.100.1"`))
	db := open(t, newPath(t))
	ranges := filepath.Join(t.TempDir(), "ranges.csv")
	derive := func(text string, want ...string) {
		t.Helper()
		c := store.Case{Incident: parseIncident(t, incidentText)}
		if text != "" {
			if err := os.WriteFile(ranges, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var err error
			c.Networks, err = geo.Open([]geo.File{{Name: "ranges.csv", Path: ranges}})
			if err != nil {
				t.Fatal(err)
			}
		}
		setCase(t, db, c)
		load(t, db, f.files(), store.LoadOptions{})
		if err := db.Derive(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := query(t, db.SQL(), `SELECT ip, block, network, country, city, asn, organisation, labels,
			shared, latitude, longitude FROM main.ips ORDER BY ip`)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	const nothing = "198.51.100.1 198.51.100.0/24 198.51.100.0/24 - - - - - false - -"
	plain := []string{
		nothing,
		"203.0.113.7 203.0.113.0/24 203.0.113.0/24 - - - - - false - -",
		"::ffff:203.0.113.7 203.0.113.0/24 203.0.113.0/24 - - - - - false - -",
	}
	derive("", plain...)
	derive("network,country,city,asn,organisation,latitude,longitude,labels\n"+
		"203.0.113.0/24,NL,Delft,64500,Example Hosting,52.0,-4.5,ci\n",
		nothing,
		"203.0.113.7 203.0.113.0/24 AS64500 NL Delft 64500 Example Hosting ci,hosting true 52 -4.5",
		"::ffff:203.0.113.7 203.0.113.0/24 AS64500 NL Delft 64500 Example Hosting ci,hosting true 52 -4.5",
	)
	derive("network,latitude,longitude\n203.0.113.0/24,0,0\n",
		nothing,
		"203.0.113.7 203.0.113.0/24 203.0.113.0/24 - - - - - false 0 0",
		"::ffff:203.0.113.7 203.0.113.0/24 203.0.113.0/24 - - - - - false 0 0",
	)
	got := query(t, db.SQL(), `
		SELECT position, name, CASE WHEN built IS NOT NULL THEN 'dated' END,
		  CASE WHEN places THEN 'places' END
		FROM main.ip_databases ORDER BY position`)
	want := []string{
		"1 ranges.csv - -", "2 built-in country dated places", "3 built-in asn dated places",
		"4 built-in circleci dated -", "5 built-in labels - -",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("databases (-want +got):\n%s", diff)
	}
	derive("", plain...)
}
