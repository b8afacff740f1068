package ingest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

func hashOf(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return hex.EncodeToString(sum[:16])
}

const (
	// Of the invented token 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.
	tokenHash = "cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU="
	tokenHex  = "716be7ab4bfedbfa48bfe3afedc062a2068cbcd44579b479e3ead811a5431435"
	tokenBare = "cWvnq0v-2_pIv-Ov7cBiogaMvNRFebR54-rYEaVDFDU"
)

func TestGitHubEvent(t *testing.T) {
	got := one(t, `{"@timestamp":1671527642101,"_document_id":"d","action":"git.clone","actor":"alice","actor_id":9007199254740993,`+
		`"actor_ip":"198.51.100.7","actor_location":{"country_code":"US"},"business":"biz","created_at":1671527642101,`+
		`"hashed_token":"`+tokenHex+`","oauth_application_id":42,"oauth_application_name":"CircleCI","org":"acme","repo":"acme/api",`+
		`"programmatic_access_type":"OAuth access token","token_id":77,"user":"","user_agent":"git/2.38 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","x":null}`)
	want := ingest.Event{
		Pos: 1, Time: 1671527642101000, ReadOnly: 1, Source: "github", EventID: "d", Account: "acme", Region: "git",
		Service: "git", Action: "git.clone", Actor: "alice", ActorKind: "OAuth access token",
		Credential: tokenHash, CredentialKind: "token", Session: "token_id:77", Via: "CircleCI (42)",
		Target: "acme/api", IP: "198.51.100.7", Agent: "git/2.38 ghp_************************************",
		Outcome: "success", Category: "git",
		Details: `{"actor_id":9007199254740993,"actor_location":{"country_code":"US"},"business":"biz",` +
			`"oauth_application_id":42,"oauth_application_name":"CircleCI","repo":"acme/api","token_id":77,"user":""}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGitHubCredential(t *testing.T) {
	tests := []struct{ name, members, credential, kind, session, via string }{
		{"hash, unpadded and URL-safe", `"hashed_token":"` + tokenBare + `"`, tokenHash, "token", "", ""},
		{"scrubbed hash", `"hashed_token":" 12387sdjbqas "`, "12387sdjbqas", "token", "", ""},
		{"hash of a key", `"hashed_token":"` + tokenHash + `","programmatic_access_type":"Public Key (User/Deploy)","repo":"o/r"`, tokenHash, "ssh_key", "deploy_key:o/r", ""},
		{"token id", `"token_id":"123"`, "token_id:123", "token", "token_id:123", ""},
		{"no token id", `"token_id":0`, "", "", "", ""},
		{"deploy key", `"actor":"deploy_key","repo":["o/r","o/s"]`, "deploy_key:o/r", "ssh_key", "deploy_key:o/r", ""},
		{"key by its type", `"programmatic_access_type":"public key","repository":"o/r"`, "deploy_key:o/r", "ssh_key", "deploy_key:o/r", ""},
		{"key without repository", `"actor":"deploy_key"`, "", "", "", ""},
		{"application", `"actor":"alice","oauth_application_name":"CI","oauth_application_id":"7"`, "app:CI (7)/alice", "app", "", "CI (7)"},
		{"application by id only", `"actor":"alice","oauth_application_id":7`, "app:7/alice", "app", "", "7"},
		{"GitHub App", `"actor":"ci[bot]","integration":"ci","application_client_id":"Iv1"`, "app:ci (Iv1)/ci[bot]", "app", "", "ci (Iv1)"},
		{"no application", `"actor":"alice","oauth_application":null,"oauth_application_id":0`, "", "", "", ""},
		{"nested", `"data":{"hashed_token":"` + tokenHash + `","application_name":"postman"}`, tokenHash, "token", "", "postman"},
	}
	for _, tt := range tests {
		e := one(t, `{"action":"repo.create","created_at":1671527642101,`+tt.members+`}`)
		got := [...]string{e.Credential, e.CredentialKind, e.Session, e.Via}
		if want := [...]string{tt.credential, tt.kind, tt.session, tt.via}; got != want {
			t.Errorf("%s: %q, want %q", tt.name, got, want)
		}
	}
	about := one(t, `{"action":"oauth_authorization.create","created_at":1671527642101,"actor":"alice","oauth_application_name":"CI"}`)
	if about.Credential != "" || about.Via != "CI" {
		t.Errorf("an act on an application is one through it: %+v", about)
	}
}

func TestGitHubObject(t *testing.T) {
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmLWM0ds2tSRPvR5WTN0Jx1VgUyqXUJZlNPlGvX4y9X"
	tests := []struct{ name, record, target, minted string }{
		{"revoked", `"action":"org_credential_authorization.revoke","hashed_token":"` + tokenHash + `","managed_hashed_token":"` + tokenHex + `","user":"u"`, tokenHash, ""},
		{"granted", `"action":"org_credential_authorization.grant","managed_hashed_token":"` + tokenBare + `"`, tokenHash, tokenHash},
		{"key deleted", `"action":"public_key.delete","fingerprint":"2D:3C:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77"`, "MD5:2d:3c:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77", ""},
		{"key made", `"action":"public_key.create","fingerprint":"nonsense","key":"` + key + `"`, "SHA256:", "SHA256:"},
		{"repository", `"action":"repo.access","org":"o","repo":"o/r","user":"u"`, "o/r", ""},
		{"user", `"action":"org.add_member","org":"o","user":"u"`, "u", ""},
		{"team", `"action":"team.create","org":"o","data":{"team":"o/t"}`, "o/t", ""},
		{"organisation", `"action":"org.update_member","org":["o","p"]`, "o", ""},
	}
	for _, tt := range tests {
		e := one(t, `{"created_at":1671527642101,`+tt.record+`}`)
		if len(tt.target) == len("SHA256:") && len(e.Target) > len(tt.target) {
			e.Target, e.Minted = e.Target[:len(tt.target)], e.Minted[:len(tt.target)]
		}
		if e.Target != tt.target || e.Minted != tt.minted {
			t.Errorf("%s: target %q, minted %q; want %q, %q", tt.name, e.Target, e.Minted, tt.target, tt.minted)
		}
	}
}

func TestGitHubTime(t *testing.T) {
	const want = 1671527642101000
	for _, members := range []string{
		`"@timestamp":1671527642101`, `"@timestamp":1671527642101.0`, `"@timestamp":1.671527642101e+12`,
		`"@timestamp":"1671527642101"`, `"@timestamp":"1671527642101.000000"`, `"created_at":"2022-12-20T09:14:02.101Z"`,
		`"created_at":1671527642.101`, `"created_at":"2022-12-20 09:14:02.101"`, `"created_at":"2022-12-20 09:14:02.101000000"`,
		`"at_sign_timestamp":"2022-12-20 09:14:02.101"`, `"p_event_time":"2022-12-20 09:14:02.101000000"`,
		`"data":{"@timestamp":1671527642101}`, `"data":{"@timestamp":1},"@timestamp":1671527642101`,
		`"@timestamp":null,"created_at":1671527642101`, `"@timestamp":"soon","created_at":1671527642101`,
	} {
		if got := one(t, `{"action":"a.b",`+members+`}`).Time; got != want {
			t.Errorf("%s: %d, want %d", members, got, want)
		}
	}
	for members, reason := range map[string]string{
		`"x":1`:                               "1: no time: neither @timestamp nor created_at",
		`"@timestamp":"soon"`:                 "1: @timestamp is not a time",
		`"@timestamp":-5`:                     "1: @timestamp is before 2000",
		`"created_at":{"a":1}`:                "1: no time: neither @timestamp nor created_at",
		`"created_at":99e99`:                  "1: created_at is after 2100",
		`"created_at":9999999999999999999999`: "1: created_at is after 2100",
	} {
		_, k := read(t, []byte(`{"action":"a.b",`+members+`}`), ingest.Options{})
		if k.reasons() != reason {
			t.Errorf("%s: %q, want %q", members, k.reasons(), reason)
		}
	}
}

// TestGitHubTypes feeds every member in every JSON type: nothing is lost.
func TestGitHubTypes(t *testing.T) {
	values := []string{`null`, `true`, `"x"`, `""`, `7`, `1.5`, `[]`, `["a","b"]`, `[1]`, `[null]`, `[{"a":1}]`, `{"a":1}`, `{}`}
	names := []string{
		"actor", "actor_ip", "user_agent", "_document_id", "org", "business", "repo", "repository", "user", "team",
		"programmatic_access_type", "actor_is_bot", "hashed_token", "token_id", "managed_hashed_token", "fingerprint",
		"key", "oauth_application_name", "oauth_application_id", "integration", "operation_type", "data", "p_log_type",
	}
	for _, action := range []string{"git.push", "public_key.create", "org_credential_authorization.grant"} {
		for _, n := range names {
			for _, v := range values {
				one(t, fmt.Sprintf(`{"action":%q,"created_at":1671527642101,%q:%s}`, action, n, v))
				one(t, fmt.Sprintf(`{"action":%q,"created_at":1671527642101,"data":{%q:%s}}`, action, n, v))
			}
		}
	}
}

func TestGitHubReadOnly(t *testing.T) {
	for record, want := range map[string]int8{
		`"action":"git.clone"`: 1, `"action":"git.fetch"`: 1, `"action":"repo.download_zip"`: 1,
		`"action":"org.audit_log_export"`: 1, `"action":"git.push"`: 0, `"action":"repo.create","operation_type":"create"`: 0,
		`"action":"user.login","operation_type":"authentication"`: -1, `"action":"org.x"`: -1,
		`"action":"api.request","request_method":"get"`: 1, `"action":"api.request","request_method":"POST"`: 0,
	} {
		if got := one(t, `{"created_at":1671527642101,`+record+`}`).ReadOnly; got != want {
			t.Errorf("%s: %d, want %d", record, got, want)
		}
	}
}
