package incident

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// The types of indicators. An audit log can show the first ones; the others are for whoever reads
// the profile.
var (
	loggedTypes = []string{
		"ip", "network", "user_agent", "oauth_app", "repository", "commit",
	}
	otherTypes     = []string{"provider", "domain", "url", "sha256", "file", "application", "action"}
	indicatorTypes = slices.Concat(loggedTypes, otherTypes)
)

var (
	commitForm = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)
	domainForm = regexp.MustCompile(
		`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

func (d *document) indicator(n ast.Node) Indicator {
	var i Indicator
	at := d.mapping(n, "indicator",
		field{"type", true, d.oneOf(&i.Type, "type", indicatorTypes)},
		field{"value", true, d.text(&i.Value)},
		field{"confidence", true, d.confidence(&i.Confidence)},
		field{"note", false, d.text(&i.Note)},
		field{"source", true, d.source(&i.Source)},
	)
	if i.Type == "" || i.Value == "" {
		return i
	}
	if fault := i.normalise(); fault != "" {
		d.refusef(at["value"], "%s %q %s", i.Type, i.Value, fault)
		return i
	}
	d.once("indicator", i.Type+" "+i.Value, at["value"])
	return i
}

// Logged tells whether an audit log can show the indicator, so that detections ask for it.
func (i Indicator) Logged() bool { return slices.Contains(loggedTypes, i.Type) }

// normalise brings the value to its normal form, or says what is wrong with it.
func (i *Indicator) normalise() (fault string) {
	switch i.Type {
	case "ip":
		return i.normaliseIP()
	case "network":
		return i.normaliseNetwork()
	case "domain":
		name := strings.ToLower(strings.TrimSuffix(i.Value, "."))
		if !domainForm.MatchString(name) || len(name) > 253 {
			return "is no domain: write it bare, as example.com"
		}
		i.Value = name
	case "sha256":
		sum := strings.ToLower(i.Value)
		if !sha256Form.MatchString(sum) {
			return "is no SHA-256: write 64 hexadecimal digits"
		}
		i.Value = sum
	case "commit":
		sum := strings.ToLower(i.Value)
		if !commitForm.MatchString(sum) {
			return "is no commit: write its whole hash, 40 or 64 hexadecimal digits"
		}
		i.Value = sum
	case "user_agent", "oauth_app", "repository":
		return i.globFault()
	}
	return ""
}

// globFault says what is wrong with a pattern, in which * stands for any text.
func (i *Indicator) globFault() string {
	if strings.Trim(i.Value, "*/ ") == "" {
		return "matches everything: write what only the intruder has"
	}
	if i.Type == "repository" &&
		(strings.Count(i.Value, "/") > 1 || strings.ContainsAny(i.Value, " \t\n:")) {
		return "is no repository: write NAME or OWNER/NAME, with * for any text"
	}
	return ""
}

func (i *Indicator) normaliseIP() (fault string) {
	if strings.Contains(i.Value, "/") {
		return "is no single address: write type: network for a range"
	}
	ip, err := netip.ParseAddr(i.Value)
	if err != nil || ip.Zone() != "" {
		return "is no address: write it bare, as 192.0.2.7 or 2001:db8::7"
	}
	ip = ip.Unmap()
	i.Value, i.Prefix = ip.String(), netip.PrefixFrom(ip, ip.BitLen())
	return ""
}

func (i *Indicator) normaliseNetwork() (fault string) {
	network, err := netip.ParsePrefix(i.Value)
	if err != nil {
		return "is no network: write address and length, as 192.0.2.0/24 or 2001:db8::/32"
	}
	if network.Addr().Is4In6() {
		if network.Bits() < 96 {
			return "mixes IPv4 and IPv6: write one of them"
		}
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96)
	}
	if network.Bits() == 0 {
		return "is every address: write a longer prefix"
	}
	if network != network.Masked() {
		return "has an address inside its network: write " + network.Masked().String()
	}
	i.Value, i.Prefix = network.String(), network
	return ""
}

// once refuses a second entry of the same name.
func (d *document) once(what, name string, at ast.Node) {
	key := what + " " + name
	if first, repeated := d.seen[key]; repeated {
		d.refusef(at, "%s %q is listed twice: write it once; the first is in line %d",
			what, name, first.line)
		return
	}
	d.seen[key] = nodePosition(at)
}
