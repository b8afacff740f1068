// Package geo says what is known of an IP address. It knows no database and no log: its input
// is the text that a log gave as source address, which may be a service's name or anything.
package geo

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
)

// Info is what is known of one address.
type Info struct {
	Address string // 32 hexadecimal digits, IPv4 as ::ffff:a.b.c.d; text order is address order
	Block   string // the /24 of an IPv4, the /48 of an IPv6 address
	Network string // AS and its number where that is known, else Block

	Country      string // ISO 3166, two letters
	City         string
	ASN          uint32 // 0: not known
	Organisation string // that has the AS number
	Labels       string // what kind of network it is, comma-separated: hosting, vpn, aws, ci …

	// Shared says that anybody can rent an address of this AS number or label, or reach the
	// internet through it: who was seen there before need not be who is there now.
	Shared bool

	// Latitude and Longitude are nil where no database says more than the country.
	Latitude, Longitude *float64
}

// find returns the address that counts in text.
func find(text string) (addr netip.Addr, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		a, is := parse(part)
		if !is {
			continue
		}
		if !addr.IsValid() || isPublic(a) || !isPublic(addr) {
			addr = a
		}
	}
	return addr, addr.IsValid()
}

// place is what an address tells by itself.
func place(addr netip.Addr) Info {
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	block := netip.PrefixFrom(addr, bits).Masked().String()
	return Info{Address: key(addr), Block: block, Network: block}
}

// parse reads one address: 192.0.2.1, 192.0.2.1:443, 2001:db8::1, [2001:db8::1],
// [2001:db8::1]:443.
func parse(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	addr, err := netip.ParseAddr(text)
	if err != nil {
		var withPort netip.AddrPort
		withPort, err = netip.ParseAddrPort(text)
		addr = withPort.Addr()
	}
	if err != nil && strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		addr, err = netip.ParseAddr(text[1 : len(text)-1])
	}
	return addr.WithZone("").Unmap(), err == nil
}

// isPublic tells an address of the internet from one that means something inside a network only.
func isPublic(addr netip.Addr) bool {
	carrier := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10)
	return addr.IsGlobalUnicast() && !addr.IsPrivate() && !carrier.Contains(addr)
}

// Range reads an address or a network in CIDR notation and returns its first and last address
// in the form of [Info].Address.
func Range(text string) (first, last string, err error) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(text); err == nil {
		k := key(addr.WithZone("").Unmap())
		return k, k, nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return "", "", fmt.Errorf("%q: neither an address nor a network such as 192.0.2.0/24", text)
	}
	prefix = prefix.Masked()
	from := prefix.Addr().As16()
	to := from
	host := prefix.Addr().BitLen() - prefix.Bits()
	for i := 15; host > 0; i-- {
		n := min(host, 8)
		to[i] |= byte(1<<n - 1)
		host -= n
	}
	return hex.EncodeToString(from[:]), hex.EncodeToString(to[:]), nil
}

// TooWide tells whether a network is so wide that it names no place: wider than a /8 of IPv4 or a
// /16 of IPv6. One that holds IPv4's addresses in their IPv6 form is measured as theirs.
func TooWide(text string) bool {
	prefix, err := netip.ParsePrefix(strings.TrimSpace(text))
	if err != nil {
		return false
	}
	const mappedBits = 96 // of ::ffff:0:0/96
	mapped := netip.PrefixFrom(netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff}), mappedBits)
	switch {
	case prefix.Addr().Is4():
		return prefix.Bits() < 8
	case prefix.Overlaps(mapped):
		return prefix.Bits() < mappedBits+8
	}
	return prefix.Bits() < 16
}

func key(addr netip.Addr) string {
	b := addr.As16()
	return hex.EncodeToString(b[:])
}
