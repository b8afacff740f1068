package geo_test

import (
	"testing"

	"breachwindow/geo"
)

// lookup is what an address tells by itself, without a database.
func lookup(t *testing.T, text string) (geo.Info, bool) {
	t.Helper()
	var none *geo.DB
	info, ok, err := none.Lookup(text)
	if err != nil {
		t.Fatal(err)
	}
	return info, ok
}

func TestLookup(t *testing.T) {
	tests := []struct {
		text, network string
		ok            bool
	}{
		{text: "198.51.100.7", network: "198.51.100.0/24", ok: true},
		{text: "::ffff:198.51.100.7", network: "198.51.100.0/24", ok: true},
		{text: " 2001:db8:1:2::1 ", network: "2001:db8:1::/48", ok: true},
		{text: "fe80::1%eth0", network: "fe80::/48", ok: true},
		{text: "198.51.100.7:443", network: "198.51.100.0/24", ok: true},
		{text: "2001:db8:1:2::1", network: "2001:db8:1::/48", ok: true},
		{text: "[2001:db8:1:2::1]", network: "2001:db8:1::/48", ok: true},
		{text: "[2001:db8:1:2::1]:443", network: "2001:db8:1::/48", ok: true},
		{text: "[::ffff:198.51.100.7]:443", network: "198.51.100.0/24", ok: true},
		{text: "198.51.100.7, 10.0.0.1", network: "198.51.100.0/24", ok: true},
		{text: "10.0.0.1,198.51.100.7:80", network: "198.51.100.0/24", ok: true},
		{text: "unknown, 100.64.0.9, ::1, fd00::1, 203.0.113.9, 198.51.100.7", network: "198.51.100.0/24", ok: true},
		{text: "10.1.2.3, 192.168.0.1", network: "192.168.0.0/24", ok: true}, // better than none
		{text: "198.51.100.7:443:1"},
		{text: "198.51.100.7:port"},
		{text: "198.51.100.0/24"},
		{text: "[198.51.100.7"},
		{text: "198.51.100.7 10.0.0.1"},
		{text: "unknown, example.com"},
		{text: "AWS Internal"},
		{text: "ec2.amazonaws.com"},
		{text: "06.237.252.245"}, // anonymised logs have leading zeros
		{text: ""},
	}
	for _, tt := range tests {
		info, ok := lookup(t, tt.text)
		if ok != tt.ok || info.Network != tt.network {
			t.Errorf("Lookup(%q) = %+v, %v; want network %q, %v", tt.text, info, ok, tt.network, tt.ok)
		}
		if ok && len(info.Address) != 32 {
			t.Errorf("Lookup(%q).Address = %q, want 32 digits", tt.text, info.Address)
		}
	}
}

func TestRange(t *testing.T) {
	tests := []struct{ text, inside, outside string }{
		{text: "198.51.100.0/24", inside: "198.51.100.255", outside: "198.51.101.0"},
		{text: "198.51.100.9/31", inside: "198.51.100.8", outside: "198.51.100.10"},
		{text: "198.51.100.9", inside: "::ffff:198.51.100.9", outside: "198.51.100.8"},
		{text: "2001:db8::/33", inside: "2001:db8:7fff::1", outside: "2001:db8:8000::"},
		{text: "0.0.0.0/0", inside: "255.255.255.255", outside: "::1"},
	}
	for _, tt := range tests {
		from, to, err := geo.Range(tt.text)
		if err != nil {
			t.Errorf("Range(%q): %v", tt.text, err)
			continue
		}
		in, _ := lookup(t, tt.inside)
		out, _ := lookup(t, tt.outside)
		if in.Address < from || in.Address > to {
			t.Errorf("Range(%q) does not hold %s", tt.text, tt.inside)
		}
		if out.Address >= from && out.Address <= to {
			t.Errorf("Range(%q) holds %s", tt.text, tt.outside)
		}
	}
	for _, bad := range []string{"", "198.51.100.0/33", "example.com", "1.2.3"} {
		if _, _, err := geo.Range(bad); err == nil {
			t.Errorf("Range(%q) accepted", bad)
		}
	}
}

func TestTooWide(t *testing.T) {
	for text, want := range map[string]bool{
		"0.0.0.0/0": true, "10.0.0.0/7": true, "10.0.0.0/8": false, "198.51.100.7": false,
		"198.51.100.7/32": false, "::/0": true, "2000::/3": true, "2001::/15": true,
		"2001::/16": false, "2001:db8::/32": false, "::ffff:0.0.0.0/96": true,
		"::ffff:10.0.0.0/103": true, "::ffff:10.0.0.0/104": false, "::/80": true, "::/16": true,
		"example.com": false,
	} {
		if got := geo.TooWide(text); got != want {
			t.Errorf("TooWide(%q) = %v", text, got)
		}
	}
}

// Whatever a log says: an address has 32 digits and lies in its network.
func FuzzLookup(f *testing.F) {
	for _, text := range []string{
		"198.51.100.7:443", "[2001:db8::1%eth0]:443", "x, 10.0.0.1,198.51.100.7", "::ffff:1.2.3.4", "[",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		info, ok := lookup(t, text)
		if !ok {
			if info != (geo.Info{}) {
				t.Errorf("Lookup(%q) = %+v beside no address", text, info)
			}
			return
		}
		from, to, err := geo.Range(info.Network)
		if err != nil || len(info.Address) != 32 || info.Address < from || info.Address > to {
			t.Errorf("Lookup(%q) = %+v; network from %s to %s, %v", text, info, from, to, err)
		}
	})
}
