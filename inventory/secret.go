package inventory

import (
	"regexp"
	"strings"
	"unicode"

	"breachwindow/credential"
)

var accountShape = regexp.MustCompile(`^[0-9]{12}$`)

// newSecret checks a row and makes the secret of it. Every fault is added to p; ok is
// false when the row cannot be used.
func newSecret(r row, p *problems) (s Secret, ok bool) {
	before := len(p.list)
	s = Secret{File: p.file, Line: r.at.line, Extra: map[string]string{}}
	known := map[string]cell{}
	for _, c := range r.cells {
		known[fold(c.column)] = c
	}
	s.ID = known["id"].value
	if s.ID == "" {
		p.add(r.at, fault{"a secret without an id", "give it one that its owners understand"})
	}
	if strings.ContainsFunc(s.ID, unicode.IsControl) {
		p.add(known["id"].at, fault{msg: "an id with control characters"})
	}
	s.Kind = p.kind(r, known["kind"])

	rawIdentifier := false
	for _, c := range r.cells {
		if what := rawValue(fold(c.column), s.Kind, c.value); what != "" {
			// A block of YAML starts a line after its place.
			p.refuse(c.at, strings.Count(c.value, "\n")+2, what)
			rawIdentifier = rawIdentifier || fold(c.column) == "identifier"
		}
		s.set(c)
		if fold(c.column) == "" && c.value != "" {
			p.add(c.at, fault{"a value in a column without a name", "name the column"})
		}
	}
	s.times(known["created_at"], known["rotated_at"], p)
	if s.Kind != "" && !rawIdentifier {
		s.identify(known["identifier"].at, p)
	}
	return s, len(p.list) == before
}

func (p *problems) kind(r row, c cell) Kind {
	if c.value == "" {
		p.add(r.at, fault{"a secret without a kind", "write other if none fits"})
		return ""
	}
	kind, bad := parseKind(c.value)
	if bad != nil {
		p.add(c.at, *bad)
	}
	return kind
}

func (s *Secret) set(c cell) {
	switch fold(c.column) {
	case "id", "kind", "created_at", "rotated_at":
	case "identifier":
		s.Identifier = c.value
	case "name":
		s.Name = c.value
	case "stored_in":
		s.StoredIn = c.value
	case "owner":
		s.Owner = c.value
	case "notes":
		s.Notes = c.value
	default:
		if c.value != "" {
			s.Extra[c.column] = c.value
		}
	}
}

// identify sets what follows from the identifier: its normal form, the credentials and
// the account.
func (s *Secret) identify(at place, p *problems) {
	id, bad := identify(s.Kind, s.Identifier, s.StoredIn)
	if bad != nil {
		p.add(at, *bad)
		return
	}
	s.Identifier = id.text
	s.Credentials = id.credentials
	s.Notices = append(s.Notices, id.notices...)
	if s.Kind == AWSAccessKey {
		s.account()
	}
}

// account is what the column account says, else what the key id carries. The column wins,
// because the form of the id is not documented by AWS; a disagreement is noted.
func (s *Secret) account() {
	s.Account, _ = credential.AccountOf(s.Identifier)
	for column, value := range s.Extra {
		if fold(column) != "account" {
			continue
		}
		given := strings.NewReplacer("-", "", " ", "").Replace(value)
		if !accountShape.MatchString(given) {
			s.Notices = append(s.Notices, "account is not twelve digits: not used")
			continue
		}
		if s.Account != "" && s.Account != given {
			s.Notices = append(s.Notices, "the key id carries the account "+s.Account+
				", the column account says "+given+": taken as "+given)
		}
		s.Account = given
	}
}
