// Package incident holds what is known about breaches at vendors: the window, the phases,
// the vendor's forced revocations, the published indicators and the advice per kind of
// secret. It is the second input of the flow, beside the logs: store turns a profile into
// the tables incident and indicators, and cmd asks it when the vendor revoked a secret.
//
// A profile is one YAML file. Some are built in (profiles/), and a case may name its own.
// A wrong date in a profile becomes a wrong all-clear, so the parser accepts nothing that
// it does not understand and names line and column of everything that it refuses.
package incident

import (
	"net/netip"
	"strings"
	"time"
)

// Incident is one breach of one vendor that held its customers' secrets. All times are UTC.
type Incident struct {
	ID, Title, Vendor, Summary string

	// Starts opens the window; nil when nobody knows.
	Starts *time.Time
	// Ends closes the window and is not part of it; nil when the window of each secret ends
	// with that secret's rotation.
	Ends *time.Time
	// Disclosed is when the customers were told.
	Disclosed *time.Time
	// CreatedBefore is the cut-off of exposure: the vendor lost a secret if and only if it
	// was created before. Nil when there is none.
	CreatedBefore *time.Time
	// The notes say how exact each bound is, and what was claimed before it was corrected.
	StartsNote, EndsNote, CreatedBeforeNote string
	// DownstreamOpen is true when what was stolen stays usable after the vendor's own
	// incident was over, until the customer rotates it.
	DownstreamOpen bool

	Phases      []Phase // by time
	Kinds       []AffectedKind
	Revocations []Revocation
	Indicators  []Indicator
	Guidance    []Guidance
	Notes       []Note
	Sources     []Source

	// Hash is the SHA-256 of the profile's bytes, in hexadecimal: which knowledge a result
	// rests on.
	Hash string
}

// Phase is one step of the incident.
type Phase struct {
	At time.Time
	// Precision is how exact At is: month, day, hour, minute or second. A day's At is the
	// midnight that opens it.
	Precision string

	What, Confidence, Source string
}

// AffectedKind says whether the vendor lost secrets of one kind of the inventory.
type AffectedKind struct {
	Kind string
	// Exposed is false where the vendor is known not to have lost this kind. A kind that a
	// profile does not list is not known to be safe.
	Exposed bool
	// HeldAs are the places of the vendor's product where such a secret was stored.
	HeldAs []string

	What, Confidence, Source string
}

// Revocation is the vendor's own act of making secrets useless, without the customer.
type Revocation struct {
	Kind string
	// Identifier is a pattern for the inventory's identifier: `*` stands for any text, case
	// does not count, empty means every secret of the kind.
	Identifier string
	// At is when the revocation was complete.
	At time.Time
	// CreatedBefore limits the revocation to older secrets; nil: all that existed at At.
	CreatedBefore *time.Time

	What, Confidence, Source string
}

// Indicator is a trace of the intruder that was published.
type Indicator struct {
	// Type is ip, network, user_agent, oauth_app, repository or commit, which logs can show, or
	// provider, domain, url, sha256, file, application or action.
	Type string
	// Value is in its normal form: addresses without an IPv4-in-IPv6 wrapping, domains and
	// hashes in lower case, the rest as published. In a user agent, the name of an OAuth
	// application (or its id) and a repository (NAME, of any owner, or OWNER/NAME) * stands for
	// any text, and case does not count.
	Value string
	// Prefix is the range of an ip (one address) or a network; the zero value for the rest.
	Prefix netip.Prefix
	// Confidence is what a match alone is worth: high, medium or low.
	Confidence   string
	Note, Source string
}

// Guidance is what a customer does about the secrets of one kind.
type Guidance struct {
	Kind string
	Text string
	// Evidence names what shows in a log that it was done; empty when nothing does.
	Evidence string
	Source   string
}

// Note is a fact that fits no other list.
type Note struct {
	// About is blind (what no log can show), conflict (sources that disagree), downstream
	// (use of what was stolen), indicators, notice (messages to customers) or scope.
	About string

	Text, Confidence, Source string
}

// Source is where facts come from; they name it by its id.
type Source struct {
	ID, URL, What string
}

// VendorRevocation returns the vendor's earliest revocation that covers a secret of the
// inventory, if there is one; created is nil when the time of its creation is not known.
//
// A revocation cannot hit what did not exist yet. A secret of unknown age counts as covered
// by a revocation of old secrets only when that reaches as far as the incident's cut-off:
// then the secret was either revoked or created too late to be exposed.
func (i *Incident) VendorRevocation(
	kind, identifier string, created *time.Time,
) (Revocation, bool) {
	var first Revocation
	var found bool
	for _, r := range i.Revocations {
		if r.Kind != kind || !r.matches(identifier) || !i.reaches(r, created) {
			continue
		}
		if !found || r.At.Before(first.At) {
			first, found = r, true
		}
	}
	return first, found
}

func (r Revocation) matches(identifier string) bool {
	return r.Identifier == "" ||
		glob(strings.ToLower(r.Identifier), strings.ToLower(strings.TrimSpace(identifier)))
}

// reaches reports whether r applies to a secret of that age.
func (i *Incident) reaches(r Revocation, created *time.Time) bool {
	if created == nil {
		return r.CreatedBefore == nil ||
			i.CreatedBefore != nil && !r.CreatedBefore.Before(*i.CreatedBefore)
	}
	return created.Before(r.At) && (r.CreatedBefore == nil || created.Before(*r.CreatedBefore))
}

// glob reports whether s matches pattern, where `*` stands for any text, slashes included,
// and everything else for itself.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	// The leftmost place for every middle part leaves the most room for those behind it.
	for _, part := range parts[1:last] {
		if _, s, ok = strings.Cut(s, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(s, parts[last])
}
