package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"breachwindow/detect"
)

var (
	// stixAddresses is the namespace that STIX 2.1 fixes for the ids of observables (section 2.9).
	stixAddresses = uuid.MustParse("00abedb4-aa42-466c-9c01-fed23315a9b7")
	// stixOwn is ours, drawn once, for all else: the standard forbids to use the other one for it.
	stixOwn = uuid.MustParse("5b9f4a0e-6f0b-5a53-8d4a-2c1f3a7c9e61")
)

const (
	stixLayout = "2006-01-02T15:04:05.000Z"
	// stixEpoch is the date of what is the same in each case: the tool and techniques.
	stixEpoch = "2023-01-01T00:00:00.000Z"
	// stixMost is the greatest count that STIX allows.
	stixMost = 999_999_999

	// tlpAmber is the standard's own marking. Recipients may pass the bundle on to those who need it
	// to protect themselves, in their organisation and to its clients: it tells when an intruder was
	// in the customer's accounts. Whoever wants to share wider decides so and changes it.
	tlpAmber = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
)

// STIX writes a bundle of STIX 2.1 with the addresses of the intruder, for whoever must block or
// look for them: for each an indicator, the address, what was observed and that it was seen.
// Nothing in it names the customer, a secret, an actor or an account. Suspects says which addresses
// are left out, and a note how many.
//
// No clock is read. Ids are made of the case and the thing, so that a later run writes the same
// objects again: created is the start of the incident, modified the end of the logs.
func STIX(w io.Writer, r *detect.Result) error {
	m := newStixMaker(cleaned(r))
	list, left := suspects(m.r)
	marking, tool := stixAmber(), m.tool()
	m.objects = []stixObject{marking, tool}
	for _, s := range list {
		m.suspect(s)
	}
	m.techniques(list)
	m.grouping(left, tool.ID)
	text, err := encode(stixBundle{"bundle", m.id("bundle", ""), m.objects}, "  ")
	if err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

// stixMaker makes the objects of one result.
type stixMaker struct {
	r                 *detect.Result
	created, modified string
	objects           []stixObject
}

func newStixMaker(r *detect.Result) *stixMaker {
	created, modified := time.Unix(0, 0), endOfLogs(r)
	if r.Incident.Starts != nil {
		created = *r.Incident.Starts
	}
	return &stixMaker{r: r, created: stixTime(created), modified: stixTime(later(created, modified))}
}

func stixTime(t time.Time) string { return t.UTC().Format(stixLayout) }

// id is the same for the same case and thing.
func (m *stixMaker) id(kind, thing string) string {
	name := strings.Join([]string{m.r.Case, m.r.Incident.ID, kind, thing}, "\x00")
	return kind + "--" + uuid.NewSHA1(stixOwn, []byte(name)).String()
}

// add adds an object of the case and returns its id.
func (m *stixMaker) add(kind, thing string, o stixObject) string {
	o.Type, o.SpecVersion, o.ID = kind, "2.1", m.id(kind, thing)
	o.Created, o.Modified, o.CreatedBy = m.created, m.modified, m.tool().ID
	o.Markings = []string{tlpAmber}
	m.objects = append(m.objects, o)
	return o.ID
}

func stixAmber() stixObject {
	return stixObject{
		Type: "marking-definition", SpecVersion: "2.1", ID: tlpAmber, Created: "2017-01-20T00:00:00.000Z",
		Name: "TLP:AMBER", DefinitionType: "tlp", Definition: map[string]string{"tlp": "amber"},
	}
}

// common makes an object that is the same in each case.
func (m *stixMaker) common(kind, thing string) stixObject {
	return stixObject{
		Type: kind, SpecVersion: "2.1", Created: stixEpoch, Modified: stixEpoch,
		ID: kind + "--" + uuid.NewSHA1(stixOwn, []byte(kind+"\x00"+thing)).String(),
	}
}

// tool is the maker of the bundle. Who ran it is not told.
func (m *stixMaker) tool() stixObject {
	o := m.common("identity", "breachwindow")
	o.Name, o.IdentityClass = "breachwindow", "system"
	o.Description = "A program that tells from logs whether secrets exposed at a vendor were used."
	return o
}

// suspect adds what is to be said of an address.
func (m *stixMaker) suspect(s suspect) {
	kind := "ipv4-addr"
	if s.addr.Is6() {
		kind = "ipv6-addr"
	}
	value := s.addr.String()
	address := stixObject{
		Type: kind, SpecVersion: "2.1", Value: value, Markings: []string{tlpAmber},
		ID: kind + "--" + uuid.NewSHA1(stixAddresses, []byte(`{"value":"`+value+`"}`)).String(),
	}
	m.objects = append(m.objects, address)
	indicator := m.add("indicator", value, stixObject{
		Name:           value + ", " + s.deed() + " " + m.incident(),
		Description:    s.describe(),
		IndicatorTypes: s.kinds(), Confidence: stixConfidence(s.confidence),
		Pattern: "[" + kind + ":value = '" + value + "']", PatternType: "stix", PatternVersion: "2.1",
		ValidFrom: stixTime(s.first),
	})
	n := min(s.Since, stixMost)
	observed := m.add("observed-data", value, stixObject{
		FirstObserved: stixTime(s.first), LastObserved: stixTime(s.last), NumberObserved: n,
		Objects: []string{address.ID},
	})
	m.add("sighting", value, stixObject{
		FirstSeen: stixTime(s.first), LastSeen: stixTime(s.last), Count: n,
		SightingOf: indicator, ObservedData: []string{observed},
	})
}

// incident names what happened at the vendor.
func (m *stixMaker) incident() string {
	return cmp.Or(m.r.Incident.Title, m.r.Incident.ID, "an incident")
}

// stixConfidence is the middle of a band of the standard's scale (appendix A).
func stixConfidence(word string) int {
	return map[string]int{"low": 15, "medium": 50, "high": 85}[word]
}

// techniques adds the ATT&CK techniques of the findings and joins the indicators to them.
func (m *stixMaker) techniques(list []suspect) {
	ids := map[string]string{}
	for _, s := range list {
		for _, id := range s.attack {
			ids[id] = ""
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		t := techniqueOf(id)
		o := m.common("attack-pattern", id)
		o.Name, o.CreatedBy = t.fullName(), m.tool().ID
		o.References = []stixReference{{Source: "mitre-attack", URL: t.url(), ExternalID: id}}
		m.objects = append(m.objects, o)
		ids[id] = o.ID
	}
	for _, s := range list {
		indicator := m.id("indicator", s.addr.String())
		for _, id := range s.attack {
			m.add("relationship", s.addr.String()+" "+id, stixObject{
				Relationship: "indicates", Source: indicator, Target: ids[id],
			})
		}
	}
}

// grouping ties the bundle together and says what is not in it. It is no report: a report is
// something that somebody wrote and published.
func (m *stixMaker) grouping(left map[string]int, tool string) {
	refs := []string{}
	for _, o := range m.objects {
		if o.Type != "marking-definition" && o.ID != tool {
			refs = append(refs, o.ID)
		}
	}
	if len(refs) == 0 {
		refs = []string{tool} // a grouping must have something
	}
	o := stixObject{
		Name:        "Use of secrets that " + m.incident() + " exposed",
		Description: "Addresses from which they were used, as the logs of one organisation show.",
		Context:     "suspicious-activity", Objects: refs,
	}
	if id := m.r.Incident.ID; id != "" {
		o.References = []stixReference{{Source: "breachwindow incident", ExternalID: id}}
	}
	grouping := m.add("grouping", "", o)
	if len(left) == 0 {
		return
	}
	var reasons []string
	for _, why := range slices.Sorted(maps.Keys(left)) {
		reasons = append(reasons, fmt.Sprintf("%d %s", left[why], why))
	}
	m.add("note", "left out", stixObject{
		Abstract: "Addresses that are no indicators",
		Content: "Some addresses of the findings are not told, so that nobody blocks them: " +
			strings.Join(reasons, "; ") + ".",
		Objects: []string{grouping},
	})
}
