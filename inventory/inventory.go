// Package inventory reads the list of secrets that the breached vendor held: CSV, YAML or
// JSON in, checked secrets out, each with the credentials under which a log would show it.
// It stands beside ingest in the flow: it knows no database and no logs, and both name
// credentials through package credential, so they meet byte for byte. Import takes what other
// tools exported, and Imported.Merge adds it to such a list.
//
// The list names secrets and never holds one. A value that looks like a secret itself is
// refused wherever it stands, and no error shows any of it.
package inventory

import (
	"slices"
	"strings"
	"time"

	"breachwindow/credential"
)

// Secret is one row of the inventory.
type Secret struct {
	ID         string
	Kind       Kind
	Identifier string // in its normal form
	Name       string
	StoredIn   string
	Owner      string
	Notes      string

	CreatedAt, RotatedAt *time.Time // UTC; nil where the file says nothing

	Extra       map[string]string // columns that we do not know, as they were written
	Credentials []Credential      // what logs can show of the secret; none for some kinds
	Account     string            // the AWS account of a key, from its id or the column account

	File    string
	Line    int
	Notices []string // how the row was understood, where a reader may have meant it otherwise
}

// Credential is one name under which logs may show a secret's use. Match says how the
// name joins: exact, tail, token_id, grant, app, fingerprint, key, repository or login.
// The last two are weak: others act under the same name.
type Credential struct {
	Value, Match string
}

// Short is the identifier for reports: an access key id by both ends, a token's hash by
// its start, anything else as it is.
func (s Secret) Short() string {
	switch s.Kind {
	case AWSAccessKey:
		if id, ok := credential.AccessKeyID(s.Identifier); ok {
			return id[:4] + "…" + id[len(id)-4:]
		}
		if tail, ok := credential.KeyTail(s.Identifier); ok {
			return "…" + tail
		}
	case GitHubToken:
		words := strings.Fields(s.Identifier)
		for i, w := range words {
			if hash, ok := credential.TokenHash(w); ok {
				words[i] = "sha256:" + hash[:8] + "…"
			}
		}
		return strings.Join(words, " ")
	}
	return s.Identifier
}

// Merge joins the secrets of several files into one list, sorted by id. An id that occurs
// twice is an error that names both places.
func Merge(lists ...[]Secret) ([]Secret, error) {
	all := slices.Concat(lists...)
	var p problems
	p.duplicates(all)
	if err := p.err(); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Secret) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}
