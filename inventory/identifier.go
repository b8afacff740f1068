package inventory

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"breachwindow/credential"
)

// identity is what an identifier means: its normal form and the credentials under which
// logs show its use.
type identity struct {
	text        string
	credentials []Credential
	notices     []string
}

func (id *identity) add(match string, values ...string) {
	for _, v := range values {
		if c := (Credential{Value: v, Match: match}); !slices.Contains(id.credentials, c) {
			id.credentials = append(id.credentials, c)
		}
	}
}

// identify reads an identifier as its kind demands. An empty one is a secret whose
// identifier nobody knows any more: it stays in the list, and no log can clear it.
func identify(kind Kind, text, storedIn string) (identity, *fault) {
	if kind == SSHKey {
		return sshKey(text, storedIn)
	}
	var read func(string) (identity, *fault)
	switch kind {
	case AWSAccessKey:
		read = awsAccessKey
	case GitHubToken:
		read = githubToken
	case GitHubOAuthGrant:
		read = githubOAuthGrant
	case GitHubAppKey:
		read = githubAppKey
	case CircleCIPersonalToken:
		read = circleCILogin
	default:
		return identity{text: text}, nil
	}
	if text == "" {
		return identity{notices: []string{"no identifier: no log can show its use"}}, nil
	}
	return read(text)
}

func isSeparator(r rune) bool { return unicode.IsSpace(r) || r == ';' || r == ',' }

func awsAccessKey(text string) (identity, *fault) {
	if id, ok := credential.AccessKeyID(text); ok {
		out := identity{text: id}
		out.add("exact", id)
		return out, nil
	}
	if tail, ok := credential.KeyTail(text); ok {
		out := identity{text: text, notices: []string{
			"masked: every access key of the accounts at hand that ends in " + tail + " is taken for it",
		}}
		out.add("tail", tail)
		return out, nil
	}
	const hint = "write the id (AKIA and 16 capitals or digits), or its masked tail (xxxxABCD)"
	id := strings.ToUpper(strings.TrimSpace(text))
	switch {
	case !slices.Contains([]string{"AKIA", "ASIA", "ABIA", "ACCA"}, id[:min(4, len(id))]):
		return identity{}, &fault{"not an AWS access key id: it does not start like one", hint}
	case len(id) != 20:
		return identity{}, &fault{
			fmt.Sprintf("not an AWS access key id: %d characters instead of 20", len(id)), hint,
		}
	default:
		return identity{}, &fault{"not an AWS access key id: other characters than A-Z and 0-9", hint}
	}
}

var tokenIDSpace = regexp.MustCompile(`(?i)\btoken_id\s*[:=]\s*`)

// githubToken reads hashes and token ids, several of them for the same token.
func githubToken(text string) (identity, *fault) {
	const hint = "write the token's SHA-256 in base64 or hex, which `breachwindow secrets hash` " +
		"prints, or token_id:N"
	var out identity
	var words []string
	text = tokenIDSpace.ReplaceAllString(text, "token_id:")
	for _, word := range strings.FieldsFunc(text, isSeparator) {
		if number, ok := strings.CutPrefix(word, "token_id:"); ok {
			n, err := strconv.ParseUint(strings.Trim(number, "\"'`"), 10, 64)
			if err != nil || n == 0 {
				return identity{}, &fault{"not a token_id: a number from one is needed", hint}
			}
			word = "token_id:" + strconv.FormatUint(n, 10)
			out.add("token_id", word)
		} else {
			hash, ok := credential.TokenHash(word)
			if !ok {
				return identity{}, &fault{"not the SHA-256 of a token: it does not hold 32 bytes", hint}
			}
			word = hash
			out.add("exact", word)
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return identity{}, &fault{"neither a hash nor a token_id", hint}
	}
	out.text = strings.Join(words, " ")
	return out, nil
}

// githubOAuthGrant cuts at the last slash: an application's name may hold one, a login
// never does.
func githubOAuthGrant(text string) (identity, *fault) {
	const hint = "write APPLICATION/LOGIN, as in CircleCI/octocat; one part may be *"
	i := strings.LastIndex(text, "/")
	if i < 0 {
		return identity{}, &fault{"a grant without a slash", hint}
	}
	app, login := strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])
	switch {
	case app == "" || login == "":
		return identity{}, &fault{"a grant with an empty part", hint}
	case app == "*" && login == "*":
		return identity{}, &fault{"a grant of every application to everybody", hint}
	}
	out := identity{text: app + "/" + login}
	out.add("grant", out.text)
	return out, nil
}

var appShape = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]*$`)

func githubAppKey(text string) (identity, *fault) {
	app := strings.TrimSuffix(text, "[bot]")
	if !appShape.MatchString(app) {
		return identity{}, &fault{
			"neither the slug nor the client id of an application",
			"write the last part of github.com/apps/SLUG, or the client id",
		}
	}
	out := identity{text: app}
	out.add("app", app)
	return out, nil
}

var (
	vcsPrefix  = regexp.MustCompile(`(?i)^(?:github|gh|bitbucket|bb)\s*[:/]\s*`)
	loginShape = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.-]*$`)
)

// circleCILogin reads the login of a token's owner. Other text is a label: it stays, but
// no log knows it.
func circleCILogin(text string) (identity, *fault) {
	login := vcsPrefix.ReplaceAllString(text, "")
	if !loginShape.MatchString(login) {
		return identity{text: text, notices: []string{"not a login: no log can show its use"}}, nil
	}
	out := identity{text: login}
	out.add("login", "login:"+strings.ToLower(login))
	return out, nil
}
