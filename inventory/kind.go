package inventory

import "strings"

// Kind says what a secret is, and so what its identifier means.
type Kind string

// The kinds of secrets.
const (
	AWSAccessKey          Kind = "aws-access-key"
	GitHubToken           Kind = "github-token"
	GitHubOAuthGrant      Kind = "github-oauth-grant"
	GitHubAppKey          Kind = "github-app-key"
	SSHKey                Kind = "ssh-key"
	CircleCIProjectToken  Kind = "circleci-project-token"
	CircleCIPersonalToken Kind = "circleci-personal-token"
	CircleCIRunnerToken   Kind = "circleci-runner-token"
	Other                 Kind = "other"
)

// KindInfo explains a kind: what to write as its identifier, and which log can show its
// use; Shows is empty where none can.
type KindInfo struct {
	Kind              Kind
	Identifier, Shows string
}

// Kinds lists every kind, in the order of the documentation.
func Kinds() []KindInfo {
	return []KindInfo{
		{
			AWSAccessKey, "the access key id (AKIA…), or its masked tail (xxxxABCD)",
			"CloudTrail: access key id",
		},
		{
			GitHubToken, "the token's SHA-256 in base64 or hex, or token_id:N, or both",
			"GitHub: hashed_token, token_id",
		},
		{
			GitHubOAuthGrant, "APPLICATION/LOGIN, the application by name or id; either part may be *",
			"GitHub: the application and the user",
		},
		{GitHubAppKey, "the application's slug or client id", "GitHub: the application"},
		{
			SSHKey, "the SHA256: or MD5 fingerprint, or the public key; repo=ORG/REPO after it if known",
			"GitHub: use of deploy keys, public_key events",
		},
		{CircleCIProjectToken, "the token's label", ""},
		{CircleCIPersonalToken, "the owner's login", "CircleCI audit log: the login, weakly"},
		{CircleCIRunnerToken, "the resource class", ""},
		{Other, "anything that tells people which secret it is", ""},
	}
}

// parseKind reads a kind without regard to case, spaces and underscores.
func parseKind(s string) (Kind, *fault) {
	name := strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == ' ' || r == '_' || r == '-'
	}), "-")
	var all []string
	for _, info := range Kinds() {
		if string(info.Kind) == name {
			return info.Kind, nil
		}
		all = append(all, string(info.Kind))
	}
	if best, ok := Nearest(name, all); ok {
		return "", &fault{"unknown kind " + echo(s), "did you mean " + best + "?"}
	}
	return "", &fault{"unknown kind " + echo(s), "the kinds are " + strings.Join(all, ", ") +
		", the last for all that is none of the others"}
}

// Nearest finds the word, such as an id, that was most likely meant: one with few letters changed,
// else the only one that holds what was written.
func Nearest(s string, words []string) (string, bool) {
	best, least := "", min(len(s)/3+1, 5)
	var holds []string
	for _, w := range words {
		if d := distance(s, w); d < least {
			best, least = w, d
		}
		if len(s) > 2 && strings.Contains(w, s) {
			holds = append(holds, w)
		}
	}
	if best == "" && len(holds) == 1 {
		best = holds[0]
	}
	return best, best != ""
}

// distance is the number of letters to add, drop or change from a to b. Long words are
// cut: what is far from every name need not be measured.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j+1]+1, row[j]+1, cost)
		}
	}
	return row[len(b)]
}
