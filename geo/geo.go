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
	Network string // the /24 of an IPv4, the /48 of an IPv6 address
}

// Lookup reads text as an address. ok is false for what is none: a service's name, "AWS
// Internal", an anonymised address with leading zeros.
func Lookup(text string) (info Info, ok bool) {
	addr, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil {
		return Info{}, false
	}
	addr = addr.WithZone("").Unmap()
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	return Info{
		Address: key(addr),
		Network: netip.PrefixFrom(addr, bits).Masked().String(),
	}, true
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

func key(addr netip.Addr) string {
	b := addr.As16()
	return hex.EncodeToString(b[:])
}
