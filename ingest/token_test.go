package ingest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"breachwindow/ingest"
)

// TestTokensInText puts tokens into every member of every source: no column and no reject
// may have one, wherever it stands.
func TestTokensInText(t *testing.T) {
	const hex = "0123456789abcdef0123456789abcdef01234567"
	tokens := map[string]string{ // what stands in the log, and what of it must not stay
		"see 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.": "BreachWindowTestVector",
		"gho_" + hex[:36]:                          hex[:30],
		"ghu_" + hex[:36]:                          hex[:30],
		"ghs_" + hex[:36]:                          hex[:30],
		"x ghr_" + hex[:36]:                        hex[:30],
		"github_pat_11ABCDEFG0abcdefghijkl_" + hex: hex[:30],
		"CCIPAT_FfVJ2fnGBhMLGwHwBWsXKK_" + hex:     hex[:30],
		"CCIPRJ_FfVJ2fnGBhMLGwHwBWsXKK_" + hex:     "FfVJ2fnGBhMLG",
		`https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA1%2Fus-east-1&X-Amz-Signature=` + hex + `&x=1`:       hex[:30],
		`/k?X-Amz-Security-Token=FwoGZXIvYXdzEBYa%2B%2Fabc123&X-Amz-Expires=60`:                                 "FwoGZXIvYXdzEBYa",
		`X-Amz-Security-Token%3DFwoGZXIvYXdzEBYa%2526z%26X-Amz-Date%3D1`:                                        "FwoGZXIvYXdzEBYa",
		`X-Amz-Signature=` + hex[:20] + ` X-Amz-Signature= and ghp_` + hex[:36] + ` and X-Amz-Signature=` + hex: hex[:20],
	}
	records := []string{
		`{"eventVersion":"1.08","eventTime":"2022-12-20T09:14:02Z","eventSource":"s3.amazonaws.com","eventName":"G%[1]s",` +
			`"userAgent":%[2]q,"sourceIPAddress":%[2]q,"userIdentity":{"type":%[2]q,"arn":%[2]q,"accessKeyId":%[2]q},` +
			`"errorCode":%[2]q,"requestParameters":{"roleArn":%[2]q,"a":[%[2]q],%[2]q:1},"eventID":%[2]q,"awsRegion":%[2]q}`,
		`{"action":"git.clone","created_at":1671527642101,"actor":%[2]q,"user_agent":%[2]q,"hashed_token":%[2]q,"repo":%[2]q,` +
			`"org":%[2]q,"actor_ip":%[2]q,"oauth_application_name":%[2]q,"x":{"y":%[2]q},"token_id":%[2]q}`,
		`{"action":"org_credential_authorization.grant","created_at":1671527642101,"managed_hashed_token":%[2]q}`,
		`{"id":"1","action":"context.create","occurred_at":"2022-12-20T09:14:02Z","actor":{"type":"user","name":%[2]q},` +
			`"target":{"name":%[2]q},"payload":{"via":%[2]q,"workflow":{"id":%[2]q}}}`,
		`{"eventVersion":"1.08","eventSource":%[2]q,"eventName":"no time"}`,
		`{"eventName":%[2]q`, // broken
		"id,action,occurred_at,actor\n1,context.create,2022-12-20T09:14:02Z,\"{\"\"name\"\":\"\"%[2]s\"\"}\"\n2,%[2]s,,\n",
	}
	for text, gone := range tokens {
		for _, record := range records {
			in := fmt.Sprintf(record+"%[3]s", "x", text, "")
			if strings.HasPrefix(record, "id,") {
				in = fmt.Sprintf(record+"%[1]s", "", text)
			}
			_, k := read(t, []byte(in), ingest.Options{})
			if len(k.events)+len(k.rejects) == 0 {
				t.Errorf("nothing came of %s", in)
			}
			kept, err := json.Marshal([]any{k.events, k.rejects})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(kept), gone) {
				t.Errorf("%s: kept of a token: %s", in, kept)
			}
		}
	}
}

func TestTokensAreMaskedInPlace(t *testing.T) {
	const base = `"eventVersion":"1.08","eventTime":"2022-12-20T09:14:02Z","eventName":"E"`
	tests := []struct{ name, agent, want string }{
		{"github", "git ghp_0123456789abcdef end", "git ghp_**************** end"},
		{"fine-grained", "github_pat_0123456789ab_cd,x", "github_pat_***************,x"},
		{"circleci", "(CCIPAT_0123456789ab_cd)", "(CCIPAT_***************)"},
		{"too short", "ghp_0123456789a ghx_0123456789abcdef _", "ghp_0123456789a ghx_0123456789abcdef _"},
		{"signature", "?X-Amz-Signature=abc&b=1", "?X-Amz-Signature=***&b=1"},
		{"escaped ampersand", `?X-Amz-Signature=abc\u0026b=1`, "?X-Amz-Signature=***&b=1"},
		{"escaped sign", `?X-Amz-Signature\u003dabc b`, "?X-Amz-Signature=*** b"},
		{"credential", "?X-Amz-Credential=AKIA1%2F20221220&X-Amz-SignedHeaders=host", "?X-Amz-Credential=AKIA1%2F20221220&X-Amz-SignedHeaders=host"},
		{"names alone", "X-Amz-Signature X-Amz-Security-Token X- X", "X-Amz-Signature X-Amz-Security-Token X- X"},
	}
	for _, tt := range tests {
		e := one(t, `{`+base+`,"userAgent":"`+tt.agent+`","requestParameters":{"a":"`+tt.agent+`"}}`)
		if e.Agent != tt.want {
			t.Errorf("%s: agent %q, want %q", tt.name, e.Agent, tt.want)
		}
		var d struct{ RequestParameters struct{ A string } }
		if err := json.Unmarshal([]byte(e.Details), &d); err != nil || d.RequestParameters.A != tt.want {
			t.Errorf("%s: details %s, %v", tt.name, e.Details, err)
		}
	}
}

// TestMaskedIDs tells apart records without id that differ in their tokens only.
func TestMaskedIDs(t *testing.T) {
	record := `{"eventVersion":"1.08","eventTime":"2022-12-20T09:14:02Z","eventName":"E","userAgent":"ghp_0123456789abcdef%d"}`
	a, b := one(t, fmt.Sprintf(record, 1)), one(t, fmt.Sprintf(record, 2))
	if a.Agent != b.Agent || a.EventID == b.EventID {
		t.Errorf("agents %q, %q; ids %s, %s", a.Agent, b.Agent, a.EventID, b.EventID)
	}
}

func TestEnvironments(t *testing.T) {
	const base = `"eventVersion":"1.08","eventTime":"2022-12-20T09:14:02Z","eventName":"E"`
	tests := []struct{ name, parameters, want string }{
		{
			"lambda", `{"environment":{"variables":{"DB":"s1","name":"s2","N":5,"E":"","O":{"a":"s3"}}},"name":"f"}`,
			`{"environment":{"variables":{"DB":"REDACTED","name":"REDACTED","N":"REDACTED","E":"","O":"REDACTED"}},"name":"f"}`,
		},
		{
			"ecs", `{"containerDefinitions":[{"name":"web","environment":[{"name":"DB","value":"s1"},{"Value":"s2","name":"X"}],"image":"i"}],"value":"v"}`,
			`{"containerDefinitions":[{"name":"web","environment":[{"name":"DB","value":"REDACTED"},{"Value":"REDACTED","name":"X"}],"image":"i"}],"value":"v"}`,
		},
		{
			"codebuild", `{"environment":{"type":"LINUX","environmentVariables":[{"name":"T","value":"s1","type":"PLAINTEXT"}],"image":"i"}}`,
			`{"environment":{"type":"LINUX","environmentVariables":[{"name":"T","value":"REDACTED","type":"PLAINTEXT"}],"image":"i"}}`,
		},
		{
			"amplify", `{"environmentVariables":{"K":"s1"},"x":{"K":"v"},"environment":"prod","variables":7}`,
			`{"environmentVariables":{"K":"REDACTED"},"x":{"K":"v"},"environment":"prod","variables":7}`,
		},
		{
			"launch template", `{"LaunchTemplateData":{"UserData":"IyEvYmluL3No","ImageId":"ami"},"userData":{"value":"IyE="}}`,
			`{"LaunchTemplateData":{"UserData":"REDACTED","ImageId":"ami"},"userData":"REDACTED"}`,
		},
		{
			"hidden by AWS", `{"environment":{"variables":"HIDDEN_DUE_TO_SECURITY_REASONS"},"userData":"<sensitiveDataRemoved>","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}`,
			`{"environment":{"variables":"HIDDEN_DUE_TO_SECURITY_REASONS"},"userData":"<sensitiveDataRemoved>","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}`,
		},
	}
	for _, tt := range tests {
		e := one(t, `{`+base+`,"requestParameters":`+tt.parameters+`}`)
		if want := `{"eventVersion":"1.08","requestParameters":` + tt.want + `}`; e.Details != want {
			t.Errorf("%s: details %s, want %s", tt.name, e.Details, want)
		}
	}
	got := ingest.Excerpt([]byte(`"environment":[{"name":"DB","value":"s1"},{"name":"X","value":"s2"}]`))
	if strings.Contains(got, "s1") || strings.Contains(got, "s2") {
		t.Errorf("excerpt %s", got)
	}
}
