package geo_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"breachwindow/geo"
)

// facts is what a test compares of an address.
type facts struct {
	Network, Country, City, Organisation, Labels string
	ASN                                          uint32
	Shared                                       bool
}

func look(t *testing.T, db *geo.DB, text string) facts {
	t.Helper()
	i, ok, err := db.Lookup(text)
	if err != nil || !ok {
		t.Fatalf("Lookup(%q): %v, %v", text, ok, err)
	}
	return facts{i.Network, i.Country, i.City, i.Organisation, i.Labels, i.ASN, i.Shared}
}

func open(t *testing.T, files ...geo.File) *geo.DB {
	t.Helper()
	db, err := geo.Open(files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestBuiltIn(t *testing.T) {
	db := open(t)
	google := facts{"AS15169", "US", "", "Google LLC", "gcp", 15169, true}
	for text, want := range map[string]facts{
		"8.8.8.8":        google,
		"::ffff:8.8.8.8": google, // no database of IPv4 has it in this form
		"178.249.214.10": {
			"AS212238", "GB", "", "Datacamp Limited", "hosting,vpn", 212238, true,
		},
		"111.90.149.55": {
			"AS45839", "MY", "", "Shinjiru Technology Sdn Bhd", "hosting", 45839, true,
		},
		"188.68.229.52": {"AS197226", "PL", "", `"SPRINT" S.A.`, "", 197226, false},
		"3.228.39.90":   {"AS14618", "US", "", "Amazon.com, Inc.", "aws,ci,hosting", 14618, true},
		"2600:1f18::1":  {"AS14618", "US", "", "Amazon.com, Inc.", "aws,hosting", 14618, true},
		"192.0.2.1":     {Network: "192.0.2.0/24"},
		"198.18.44.87":  {Network: "198.18.44.0/24"},
		"10.1.2.3":      {Network: "10.1.2.0/24"},
		"2001:db8::1":   {Network: "2001:db8::/48"},
	} {
		if diff := cmp.Diff(want, look(t, db, text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if _, ok, err := db.Lookup("AWS Internal"); ok || err != nil {
		t.Errorf("a service's name is an address: %v, %v", ok, err)
	}
	if err := geo.CheckBuiltIn(); err != nil {
		t.Error(err)
	}
}

func TestNilKnowsOnlyTheAddress(t *testing.T) {
	var db *geo.DB
	want := facts{Network: "8.8.8.0/24"}
	if diff := cmp.Diff(want, look(t, db, "8.8.8.8")); diff != "" {
		t.Error(diff)
	}
	if len(db.Databases()) > 0 || db.Close() != nil {
		t.Error("no database has databases")
	}
}

type entries map[string]mmdbtype.Map

// database writes a MaxMind database of a type.
func database(t *testing.T, kind string, version int, all entries) geo.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.mmdb")
	if err := os.WriteFile(path, databaseOf(t, kind, version, all), 0o600); err != nil {
		t.Fatal(err)
	}
	return geo.File{Name: "geo/" + kind, Path: path}
}

func databaseOf(tb testing.TB, kind string, version int, all entries) []byte {
	tb.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: kind, IPVersion: version, RecordSize: 24, BuildEpoch: 1_671_148_800,
		IncludeReservedNetworks: true,
	})
	if err != nil {
		tb.Fatal(err)
	}
	for network, entry := range all {
		_, prefix, err := net.ParseCIDR(network)
		if err == nil {
			err = tree.Insert(prefix, entry)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	var out bytes.Buffer
	if _, err := tree.WriteTo(&out); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func text(s string) mmdbtype.Map { return mmdbtype.Map{"en": mmdbtype.String(s)} }

func city() mmdbtype.Map {
	return mmdbtype.Map{
		"country": mmdbtype.Map{"iso_code": mmdbtype.String("NL")},
		"city":    mmdbtype.Map{"names": text("Amsterdam")},
		"location": mmdbtype.Map{
			"latitude": mmdbtype.Float64(52.37), "longitude": mmdbtype.Float64(4.89),
		},
	}
}

func asn() mmdbtype.Map {
	return mmdbtype.Map{
		"autonomous_system_number":       mmdbtype.Uint32(64500),
		"autonomous_system_organization": mmdbtype.String("Hostile\x1b[31m\nHosting"),
	}
}

func TestTypes(t *testing.T) {
	const at = "203.0.113.9"
	yes := mmdbtype.Bool(true)
	flags := mmdbtype.Map{"is_anonymous_vpn": yes, "is_tor_exit_node": yes, "is_public_proxy": yes}
	tests := []struct {
		name   string
		entry  mmdbtype.Map
		want   facts
		places bool // it has coordinates
	}{
		{
			name: "GeoLite2-City", entry: city(), places: true,
			want: facts{Network: "203.0.113.0/24", Country: "NL", City: "Amsterdam"},
		},
		{
			name: "GeoIP2-Country", entry: city(),
			want: facts{Network: "203.0.113.0/24", Country: "NL", City: "Amsterdam"},
		},
		{
			name: "GeoLite2-ASN", entry: asn(), want: facts{
				Network: "AS64500", Organisation: "Hostile\x1b[31m Hosting", ASN: 64500,
				Labels: "hosting", Shared: true,
			},
		},
		{name: "GeoIP2-ISP", entry: asn(), want: facts{
			Network: "AS64500", Organisation: "Hostile\x1b[31m Hosting", ASN: 64500,
			Labels: "hosting", Shared: true,
		}},
		{name: "GeoIP2-Enterprise", entry: city(), places: true, want: facts{
			Network: "203.0.113.0/24", Country: "NL", City: "Amsterdam",
		}},
		{name: "GeoIP2-Anonymous-IP", entry: flags, want: facts{
			Network: "203.0.113.0/24", Labels: "proxy,tor,vpn", Shared: true,
		}},
		{name: "GeoIP-Anonymous-Plus", entry: flags, want: facts{
			Network: "203.0.113.0/24", Labels: "proxy,tor,vpn", Shared: true,
		}},
		{
			name: "city ipv4", places: true,
			entry: mmdbtype.Map{
				"country_code": mmdbtype.String("NL"), "city": mmdbtype.String("Amsterdam"),
				"latitude": mmdbtype.Float32(52.37), "longitude": mmdbtype.Float32(4.89),
			},
			want: facts{Network: "203.0.113.0/24", Country: "NL", City: "Amsterdam"},
		},
		{
			name: "ipinfo generic_asn_free.mmdb",
			entry: mmdbtype.Map{
				"asn": mmdbtype.String("AS64500"), "name": mmdbtype.String("Example BV"),
			},
			want: facts{Network: "AS64500", Organisation: "Example BV", ASN: 64500},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, version := range []int{4, 6} {
				db := open(t, database(t, tt.name, version, entries{"203.0.113.0/25": tt.entry}))
				if diff := cmp.Diff(tt.want, look(t, db, at)); diff != "" {
					t.Errorf("IPv%d (-want +got):\n%s", version, diff)
				}
				if i, _, _ := db.Lookup(at); (i.Latitude != nil) != tt.places {
					t.Errorf("IPv%d: latitude %v", version, i.Latitude)
				}
				// One above, and one that a tree of IPv4 cannot hold.
				look(t, db, "203.0.113.200")
				if got := look(t, db, "2001:db8::1"); got.Labels+got.Country != "" {
					t.Errorf("IPv%d: of another address: %+v", version, got)
				}
			}
		})
	}
}

// A database of the case replaces the built-in one of its kind and no other; a list of ranges
// goes before all of them.
func TestOrder(t *testing.T) {
	cities := database(t, "GeoLite2-City", 6, entries{"178.249.214.0/24": city()})
	list := filepath.Join(t.TempDir(), "ranges.csv")
	writeRanges(t, list, "network,organisation,asn,labels\n178.249.214.11,Our office,64496,\n"+
		"178.249.214.0/28,,,ci\n")
	ranges := geo.File{Name: "ranges.csv", Path: list}

	db := open(t, cities, ranges)
	want := facts{"AS212238", "NL", "Amsterdam", "Datacamp Limited", "ci,hosting,vpn", 212238, true}
	if diff := cmp.Diff(want, look(t, db, "178.249.214.10")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = facts{"AS64496", "NL", "Amsterdam", "Our office", "", 64496, false}
	if diff := cmp.Diff(want, look(t, db, "178.249.214.11")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := look(t, db, "8.8.8.8"); got.Country != "" || got.ASN != 15169 {
		t.Errorf("not in the case's cities: %+v, want no country, the built-in AS number", got)
	}
	var names []string
	for _, d := range db.Databases() {
		names = append(names, d.Name)
		if len(d.SHA256) != 64 || d.Type == "" || d.Source == "" {
			t.Errorf("%+v", d)
		}
	}
	wantNames := []string{
		"ranges.csv", "geo/GeoLite2-City", "built-in asn", "built-in circleci", "built-in labels",
	}
	if diff := cmp.Diff(wantNames, names); diff != "" {
		t.Errorf("databases (-want +got):\n%s", diff)
	}
}

func writeRanges(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	good := databaseOf(t, "GeoLite2-City", 6, entries{"203.0.113.0/24": city()})
	for name, content := range map[string][]byte{
		"cut.mmdb":    good[:len(good)-40],
		"text.mmdb":   []byte("not a database"),
		"empty.mmdb":  nil,
		"domain.mmdb": databaseOf(t, "GeoIP2-Domain", 6, entries{"203.0.113.0/24": asn()}),
		"odd.mmdb": databaseOf(t, "Weather", 6,
			entries{"203.0.113.0/24": {"rain": mmdbtype.Bool(true)}}),
		"head.csv":    []byte("net,country\n"),
		"row.csv":     []byte("network,country\n192.0.2.0/24,NL\n192.0.2.0/33,NL\n"),
		"twice.csv":   []byte("network\n192.0.2.0/24\n192.0.2.7/24\n"),
		"degrees.csv": []byte("network,latitude,longitude\n192.0.2.0/24,91,1\n"),
		"half.csv":    []byte("network,latitude,longitude\n192.0.2.0/24,,1\n"),
		"country.csv": []byte("network,country\n192.0.2.0/24,Netherlands\n"),
		"label.csv":   []byte("network,labels\n192.0.2.0/24,<b>\n"),
		"short.csv":   []byte("network,labels\n192.0.2.0/24\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"missing.mmdb": "no such file",
		"cut.mmdb":     "damaged",
		"text.mmdb":    "no MaxMind database",
		"empty.mmdb":   "it is empty",
		"domain.mmdb":  "GeoIP2-Domain says nothing",
		"odd.mmdb":     `"Weather" has no field`,
		"head.csv":     `column "net"`,
		"row.csv":      `line 3: network "192.0.2.0/33"`,
		"twice.csv":    "line 3: 192.0.2.0/24 stands here a second time",
		"degrees.csv":  `latitude "91": write degrees from -90 to 90`,
		"half.csv":     "give latitude and longitude, or neither",
		"country.csv":  "write two letters",
		"label.csv":    "write words",
		"short.csv":    "line 2",
	} {
		_, err := geo.Open([]geo.File{{Name: "geo/" + name, Path: filepath.Join(dir, name)}})
		if err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "geoip: geo/"+name+": ") {
			t.Errorf("%s: %v, want geoip: geo/%s: … %s", name, err, name, want)
		}
	}
}

func FuzzRanges(f *testing.F) {
	f.Add([]byte("network,country,city,asn,organisation,latitude,longitude,labels\n" +
		"192.0.2.0/24,NL,Amsterdam,AS64500,\"Example\nBV\",52.37,4.89,hosting vpn\n"))
	f.Add([]byte("\ufeff# remark\nnetwork\n::/0\n::ffff:1.2.3.4\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := geo.ReadRanges(text); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

// A damaged database is refused or answers; it never ends the program.
func FuzzDatabase(f *testing.F) {
	f.Add(databaseOf(f, "GeoLite2-City", 6, entries{"203.0.113.0/24": city()}))
	f.Add(databaseOf(f, "mine", 4, entries{"203.0.113.0/24": {"asn": mmdbtype.Uint32(7)}}))
	path := filepath.Join(f.TempDir(), "fuzz.mmdb")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := geo.Open([]geo.File{{Name: "fuzz", Path: path}})
		if err != nil {
			return
		}
		if i, ok, err := db.Lookup("203.0.113.9"); err == nil && (!ok || len(i.Address) != 32) {
			t.Errorf("%+v, %v", i, ok)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkBuiltIn(b *testing.B) {
	db, err := geo.Open(nil)
	if err != nil {
		b.Fatal(err)
	}
	addresses := make([]string, 4096)
	for i := range addresses {
		addresses[i] = net.IPv4(byte(3+i%200), byte(i>>4), byte(i*7), byte(i)).String()
	}
	if _, _, err := db.Lookup("8.8.8.8"); err != nil { // unpacked
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, _, err := db.Lookup(addresses[i%len(addresses)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnpack(b *testing.B) {
	for b.Loop() {
		db, err := geo.Open(nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := db.Lookup("8.8.8.8"); err != nil {
			b.Fatal(err)
		}
	}
}
