package report

import (
	"net/netip"
	"slices"
	"time"

	"breachwindow/detect"
)

// suspect is an address that others may be told of, with what speaks against it.
type suspect struct {
	detect.Activity
	about      detect.Address
	addr       netip.Addr
	confidence string // high, medium, low
	worst      detect.Level
	attack     []string // techniques, sorted
	first      time.Time
	last       time.Time
}

// published tells that the incident's or the customer's list names the address itself, no network
// around it, and means it: exits of Tor and the like have low confidence.
func (s suspect) published() bool {
	return isAddress(s.Indicator) && s.IndicatorConfidence != "low"
}

// suspects are the addresses of the findings of level medium or above that can be told to others,
// and of those that cannot, how many for which reason. Others block what they are told: an address
// that may be the customer's own build, office or runner must not be among them.
func suspects(r *detect.Result) (list []suspect, left map[string]int) {
	known, attack := byIP(r.Addresses), attackOf(r.Queries)
	left = map[string]int{}
	at, benign := map[netip.Addr]int{}, map[netip.Addr]bool{}
	for _, f := range WorstFindings(r.Findings) {
		if weight(f.Level) < 0 || weight(f.Level) > weight(detect.Medium) {
			continue
		}
		ips, _ := splitAddresses(f.IPs)
		if f.Benign() {
			for _, ip := range ips {
				benign[netip.MustParseAddr(ip).Unmap()] = true
			}
			continue
		}
		for _, ip := range ips {
			addr := netip.MustParseAddr(ip).Unmap()
			i, has := at[addr]
			if !has {
				i, at[addr] = len(list), len(list)
				list = append(list, suspect{
					Activity: known[ip].Activity, about: known[ip], addr: addr, worst: f.Level,
				})
			}
			s := &list[i]
			if weight(f.Level) < weight(s.worst) {
				s.worst = f.Level
			}
			if len(ips) == 1 { // of several, a finding does not tell which did it
				s.attack = append(s.attack, attack[f.Query]...)
			}
		}
	}
	for addr := range benign {
		if _, told := at[addr]; !told {
			left["of findings that were triaged benign only"]++
		}
	}
	list = slices.DeleteFunc(list, func(s suspect) bool {
		why := s.spared()
		if why != "" {
			left[why]++
		}
		return why != ""
	})
	for i := range list {
		list[i].finish()
	}
	slices.SortFunc(list, func(a, b suspect) int { return a.addr.Compare(b.addr) })
	return list, left
}

func (s *suspect) finish() {
	slices.Sort(s.attack)
	s.attack = slices.Compact(s.attack)
	s.first, s.last = s.FirstSeen.UTC(), s.LastSeen.UTC()
	switch {
	case !s.published() && s.Others > 0: // perhaps an office or a shared exit
		s.confidence = "low"
	case s.worst == detect.Medium:
		s.confidence = "medium"
	default:
		s.confidence = "high"
	}
}

// spared says why nobody should be told of the address, "" if they should. The order is that of the
// strength of the reason.
func (s suspect) spared() string {
	switch {
	case !isPublic(s.addr):
		return "no place on the Internet"
	case s.Own == detect.OwnAddress:
		return "named as expected by the customer"
	case s.Since == 0 || s.FirstSeen == nil || s.LastSeen == nil:
		return "not counted by the version that made the result"
	case s.published():
		return ""
	case s.Own != "":
		return "in a network of the customer's, or used by a responder"
	case s.Before > 0:
		return "in the logs before the incident began"
	case s.Expected > 0:
		return "used as expected too"
	case slices.Contains(s.about.Labels, "ci"):
		return "shared by the builds of a CI provider"
	case s.Unexpected == 0:
		return "without an unexpected use of an exposed secret"
	}
	return ""
}

// isPublic tells an address that means the same place to everybody.
func isPublic(a netip.Addr) bool {
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10) // between carriers and customers
	return a.IsGlobalUnicast() && !a.IsPrivate() && a.Zone() == "" && !shared.Contains(a)
}

// deed is what came from the address, in words that the incident's name follows.
func (s suspect) deed() string {
	if s.Unexpected > 0 {
		return "source of unexpected uses of secrets exposed by"
	}
	return "seen at an organisation concerned by"
}

// describe is what a reader who knows nothing of the case may know of the address.
func (s suspect) describe() string {
	text := count(s.Since, "event") + " from it in the logs of an organisation whose secrets the " +
		"incident exposed"
	if s.Unexpected > 0 {
		text += ", " + count(s.Unexpected, "unexpected use") + " of such secrets or of what they made"
	}
	if s.published() {
		text += "; published for the incident, or listed by the organisation"
	}
	if s.Others > 0 {
		text += "; " + count(s.Others, "event") + " of others: it may be shared"
	}
	text += "."
	if about := s.about.About(); about != "" {
		text += " Known as " + about + "."
	}
	return text
}

// kinds are the standard's words for what the indicator stands for.
func (s suspect) kinds() []string {
	kinds := []string{"anomalous-activity"}
	if s.confidence == "high" {
		kinds[0] = "malicious-activity"
	}
	for _, label := range []string{"vpn", "tor", "proxy"} {
		if slices.Contains(s.about.Labels, label) {
			return append(kinds, "anonymization")
		}
	}
	return kinds
}
