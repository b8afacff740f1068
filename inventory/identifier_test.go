package inventory_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/inventory"
)

const (
	publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILotF6TP49R7ax5N7d9Mty6kbXDTrYGdx725BFZAnLw4"
	keySHA256 = "SHA256:E0tIk0FjeAGrFeB/E1RXBE99qNH9EvnoHm9CwssbBs0"
	keyMD5    = "MD5:2d:3c:02:6e:cf:a5:f3:25:06:f4:10:19:05:bb:84:41"
	keyHash   = "E0tIk0FjeAGrFeB/E1RXBE99qNH9EvnoHm9CwssbBs0="
	keyLine   = "75eFQJqH4rol3R72NYhQx7kcNYnbAPg0JDOfSl8Ug8o="
)

// line writes one CSV line.
func line(cells ...string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(cells)
	w.Flush()
	return b.String()
}

func TestIdentifiers(t *testing.T) {
	fingerprints := []inventory.Credential{{keyHash, "fingerprint"}, {keySHA256, "key"}}
	repository := inventory.Credential{Value: "deploy_key:acme/web", Match: "repository"}
	tests := []struct {
		name           string
		kind           inventory.Kind
		in, storedIn   string
		want           string
		credentials    []inventory.Credential
		account, noted string
	}{
		{
			name: "access key", kind: inventory.AWSAccessKey, in: "akiaiosfodnn7example",
			want: "AKIAIOSFODNN7EXAMPLE", credentials: []inventory.Credential{{"AKIAIOSFODNN7EXAMPLE", "exact"}},
		},
		{
			name: "access key with its account", kind: inventory.AWSAccessKey, in: "ASIAQNZGKIQY56JQ7WML",
			want: "ASIAQNZGKIQY56JQ7WML", account: "029608264753",
			credentials: []inventory.Credential{{"ASIAQNZGKIQY56JQ7WML", "exact"}},
		},
		{
			name: "masked access key", kind: inventory.AWSAccessKey, in: "xxxxABCD", want: "xxxxABCD",
			credentials: []inventory.Credential{{"ABCD", "tail"}}, noted: "ends in ABCD",
		},
		{
			name: "hash", kind: inventory.GitHubToken, in: tokenHex, want: tokenHash,
			credentials: []inventory.Credential{{tokenHash, "exact"}},
		},
		{
			name: "token id", kind: inventory.GitHubToken, in: "TOKEN_ID: 0042", want: "token_id:42",
			credentials: []inventory.Credential{{"token_id:42", "token_id"}},
		},
		{
			name: "hash and token id", kind: inventory.GitHubToken,
			in:   "token_id:42; " + strings.TrimSuffix(tokenHash, "=") + " " + tokenHex,
			want: "token_id:42 " + tokenHash,
			credentials: []inventory.Credential{
				{"token_id:42", "token_id"}, {tokenHash, "exact"},
			},
		},
		{
			name: "grant", kind: inventory.GitHubOAuthGrant, in: "Acme CI/CD / octocat", want: "Acme CI/CD/octocat",
			credentials: []inventory.Credential{{"Acme CI/CD/octocat", "grant"}},
		},
		{
			name: "grant to everybody", kind: inventory.GitHubOAuthGrant, in: "CircleCI/*", want: "CircleCI/*",
			credentials: []inventory.Credential{{"CircleCI/*", "grant"}},
		},
		{
			name: "app", kind: inventory.GitHubAppKey, in: "acme-deployer[bot]", want: "acme-deployer",
			credentials: []inventory.Credential{{"acme-deployer", "app"}},
		},
		{
			name: "client id", kind: inventory.GitHubAppKey, in: "Iv1.8a61f9b3a7aba766",
			want: "Iv1.8a61f9b3a7aba766", credentials: []inventory.Credential{{"Iv1.8a61f9b3a7aba766", "app"}},
		},
		{
			name: "sha256 fingerprint", kind: inventory.SSHKey, in: keySHA256 + "=", want: keySHA256,
			credentials: fingerprints,
		},
		{
			name: "md5 fingerprint", kind: inventory.SSHKey, in: strings.ToUpper(keyMD5[4:]), want: keyMD5,
			credentials: []inventory.Credential{{keyMD5, "key"}},
		},
		{
			name: "both fingerprints", kind: inventory.SSHKey, in: keySHA256 + " " + keyMD5,
			want:        keySHA256 + " " + keyMD5,
			credentials: append(fingerprints[:2:2], inventory.Credential{Value: keyMD5, Match: "key"}),
		},
		{
			name: "ssh-keygen", kind: inventory.SSHKey, in: "256 " + keySHA256 + " ci@acme (ED25519)",
			want: keySHA256, credentials: fingerprints,
		},
		{
			name: "public key", kind: inventory.SSHKey, in: publicKey, want: keySHA256,
			credentials: []inventory.Credential{
				{keyHash, "fingerprint"},
				{keyLine, "fingerprint"},
				{keySHA256, "key"},
				{keyMD5, "key"},
			},
		},
		{
			name: "fingerprint and repository", kind: inventory.SSHKey, in: keySHA256 + " repo=acme/web",
			storedIn: "project:gh/acme/other", want: keySHA256 + " repo=acme/web",
			credentials: append(fingerprints[:2:2], repository),
		},
		{
			name: "fingerprint in a project", kind: inventory.SSHKey, in: keySHA256,
			storedIn: "project:github/acme/web", want: keySHA256,
			credentials: append(fingerprints[:2:2], repository),
		},
		{
			name: "repository alone", kind: inventory.SSHKey, in: "repo=acme/web", want: "repo=acme/web",
			credentials: []inventory.Credential{repository}, noted: "every deploy key of acme/web",
		},
		{
			name: "project alone", kind: inventory.SSHKey, storedIn: "project:acme/web",
			credentials: []inventory.Credential{repository}, noted: "every deploy key of acme/web",
		},
		{
			name: "project elsewhere", kind: inventory.SSHKey, storedIn: "project:bitbucket/acme/web",
			noted: "no identifier",
		},
		{
			name: "login", kind: inventory.CircleCIPersonalToken, in: "github: OctoCat", want: "OctoCat",
			credentials: []inventory.Credential{{"login:octocat", "login"}},
		},
		{
			name: "label of a personal token", kind: inventory.CircleCIPersonalToken, in: "my laptop",
			want: "my laptop", noted: "not a login",
		},
		{name: "project token", kind: inventory.CircleCIProjectToken, in: "badge", want: "badge"},
		{name: "runner token", kind: inventory.CircleCIRunnerToken, in: "acme/linux", want: "acme/linux"},
		{name: "other", kind: inventory.Other, in: "npm publish", want: "npm publish"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := readOne(t, "id,kind,identifier,stored_in", line("a", string(tt.kind), tt.in, tt.storedIn))
			if s.Identifier != tt.want || s.Account != tt.account {
				t.Errorf("identifier %q, account %q, want %q, %q", s.Identifier, s.Account, tt.want, tt.account)
			}
			if diff := cmp.Diff(tt.credentials, s.Credentials); diff != "" {
				t.Errorf("credentials (-want +got):\n%s", diff)
			}
			notices := strings.Join(s.Notices, "\n")
			if (notices == "") != (tt.noted == "") || !strings.Contains(notices, tt.noted) {
				t.Errorf("notices %q, want %q", notices, tt.noted)
			}
			again := readOne(t, "id,kind,identifier,stored_in",
				line("a", string(tt.kind), s.Identifier, tt.storedIn))
			if again.Identifier != s.Identifier {
				t.Errorf("the normal form %q is read as %q", s.Identifier, again.Identifier)
			}
		})
	}
}

func TestIdentifiersRefused(t *testing.T) {
	tests := []struct {
		name string
		kind inventory.Kind
		in   string
		want string
	}{
		{name: "short key", kind: inventory.AWSAccessKey, in: "AKIAIOSFODNN7EXAMPL", want: "not an AWS access key id: 19 characters instead of 20"},
		{name: "letters", kind: inventory.AWSAccessKey, in: "AKIAIOSFODNN7EXAMPL!", want: "not an AWS access key id: other characters than A-Z and 0-9"},
		{name: "user id", kind: inventory.AWSAccessKey, in: "AIDAIOSFODNN7EXAMPLE", want: "not an AWS access key id: it does not start like one"},
		{name: "tail of a secret key", kind: inventory.AWSAccessKey, in: "xxxxAb3d", want: "not an AWS access key id: it does not start like one"},
		{name: "31 bytes", kind: inventory.GitHubToken, in: tokenHex[:62], want: "not the SHA-256 of a token: it does not hold 32 bytes"},
		{name: "bare number", kind: inventory.GitHubToken, in: "123456", want: "not the SHA-256 of a token: it does not hold 32 bytes"},
		{name: "token id zero", kind: inventory.GitHubToken, in: "token_id:0", want: "not a token_id: a number from one is needed"},
		{name: "token id of letters", kind: inventory.GitHubToken, in: "token_id:x", want: "not a token_id: a number from one is needed"},
		{name: "separators", kind: inventory.GitHubToken, in: "; ;", want: "neither a hash nor a token_id"},
		{name: "no slash", kind: inventory.GitHubOAuthGrant, in: "CircleCI", want: "a grant without a slash"},
		{name: "no login", kind: inventory.GitHubOAuthGrant, in: "CircleCI/", want: "a grant with an empty part"},
		{name: "all grants", kind: inventory.GitHubOAuthGrant, in: "*/*", want: "a grant of every application to everybody"},
		{name: "app with spaces", kind: inventory.GitHubAppKey, in: "Acme Deployer", want: "neither the slug nor the client id of an application"},
		{name: "half a fingerprint", kind: inventory.SSHKey, in: keySHA256[:30], want: "neither a fingerprint nor a public key"},
		{name: "half a public key", kind: inventory.SSHKey, in: publicKey[:60], want: "neither a fingerprint nor a public key"},
		{name: "no repository", kind: inventory.SSHKey, in: keySHA256 + " repo=web", want: "not a repository"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := messages(t, "id,kind,identifier\n"+line("a", string(tt.kind), tt.in))
			if len(got) != 1 || !strings.HasSuffix(got[0], ": "+tt.want) ||
				!strings.HasPrefix(got[0], "secrets:2:") {
				t.Errorf("Read: %q, want one, %q", got, tt.want)
			}
		})
	}
}

func TestAccount(t *testing.T) {
	tests := []struct {
		name, key, column, want, noted string
	}{
		{name: "id alone", key: "ASIARZPUZDIKMCNEUDUM", want: "123456789012"},
		{name: "column alone", key: "xxxxABCD", column: "111122223333", want: "111122223333"},
		{name: "column with dashes", key: "AKIAIOSFODNN7EXAMPLE", column: "1111-2222-3333", want: "111122223333"},
		{name: "both agree", key: "ASIARZPUZDIKMCNEUDUM", column: "123456789012", want: "123456789012"},
		{
			name: "both differ", key: "ASIARZPUZDIKMCNEUDUM", column: "111122223333", want: "111122223333",
			noted: "the key id carries the account 123456789012",
		},
		{
			name: "lost zero", key: "ASIARZPUZDIKMCNEUDUM", column: "29608264753", want: "123456789012",
			noted: "not twelve digits",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := readOne(t, "id,kind,identifier,Account", line("a", "aws-access-key", tt.key, tt.column))
			notices := strings.Join(s.Notices, "\n")
			if s.Account != tt.want || !strings.Contains(notices, tt.noted) {
				t.Errorf("account %q, notices %q, want %q, %q", s.Account, notices, tt.want, tt.noted)
			}
		})
	}
	if s := readOne(t, "id,kind,account", "a,other,111122223333"); s.Account != "" {
		t.Errorf("account of another kind: %q, want none", s.Account)
	}
}
