package report

import (
	"net/netip"
	"slices"
	"strings"

	"breachwindow/detect"
)

// addresses lists the addresses of the findings of which something is known.
func (p *page) addresses(all []detect.Address, findings []detect.Finding) error {
	named := map[string]bool{}
	for _, f := range findings {
		for _, ip := range f.IPs {
			named[ip] = true
		}
	}
	g := grid{cols: []column{
		{name: "address", want: 15, min: 15, middle: true},
		{name: "country"},
		{name: "city", drop: 4},
		{name: "network", want: 24, min: 12},
		{name: "labels", drop: 3},
	}}
	for _, a := range all {
		if named[a.IP] && a.About() != "" {
			g.rows = append(g.rows,
				[]string{a.IP, a.Country, a.City, a.Owner(), strings.Join(a.Labels, " ")})
		}
	}
	if len(g.rows) == 0 {
		return nil
	}
	p.section("addresses of the findings")
	left := len(g.rows) - p.limit(len(g.rows), maxRows)
	g.rows = g.rows[:len(g.rows)-left]
	if err := p.grid(g); err != nil {
		return err
	}
	p.more(left, "breachwindow detect")
	return nil
}

// databases names where the knowledge of addresses comes from, as their licences ask for.
func (p *page) databases(r *detect.Result) {
	if !slices.ContainsFunc(r.Addresses, func(a detect.Address) bool { return a.About() != "" }) {
		return
	}
	p.section("what is known of addresses comes from")
	for _, d := range r.Databases {
		p.hang("• ", databaseText(d))
	}
}

func databaseText(d detect.Database) string {
	text := d.Name
	if d.Built != nil {
		text += " of " + day(*d.Built)
	}
	return text + ": " + d.Source
}

// described writes addresses with what is known of them.
func described(ips []string, known map[string]detect.Address) []string {
	out := slices.Clone(ips)
	for i, ip := range ips {
		if a, ok := known[ip]; ok {
			out[i] = a.String()
		}
	}
	return out
}

// splitAddresses parts addresses from what stands for one in a log and is none: a service's name.
func splitAddresses(ips []string) (addresses, names []string) {
	for _, ip := range ips {
		if isAddress(ip) {
			addresses = append(addresses, ip)
			continue
		}
		names = append(names, ip)
	}
	return addresses, names
}

// byIP finds addresses by their text.
func byIP(addresses []detect.Address) map[string]detect.Address {
	known := make(map[string]detect.Address, len(addresses))
	for _, a := range addresses {
		known[a.IP] = a
	}
	return known
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}
