package geo_test

import (
	"testing"

	"breachwindow/geo"
)

func TestLookup(t *testing.T) {
	tests := []struct {
		text, network string
		ok            bool
	}{
		{text: "198.51.100.7", network: "198.51.100.0/24", ok: true},
		{text: "::ffff:198.51.100.7", network: "198.51.100.0/24", ok: true},
		{text: " 2001:db8:1:2::1 ", network: "2001:db8:1::/48", ok: true},
		{text: "fe80::1%eth0", network: "fe80::/48", ok: true},
		{text: "AWS Internal"},
		{text: "ec2.amazonaws.com"},
		{text: "06.237.252.245"}, // anonymised logs have leading zeros
		{text: ""},
	}
	for _, tt := range tests {
		info, ok := geo.Lookup(tt.text)
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
		in, _ := geo.Lookup(tt.inside)
		out, _ := geo.Lookup(tt.outside)
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
