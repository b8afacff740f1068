package inventory_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"breachwindow/inventory"
)

// sample reads a file of the development data, which is not part of this repository.
func sample(t *testing.T, parts ...string) []byte {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("NOT CHECKED: that the samples of exports are imported whole. "+
			"The development data is not at %s; name its folder in BREACHWINDOW_DATA", dir)
	}
	data, err := os.ReadFile(filepath.Join(append([]string{dir}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestImportSamples(t *testing.T) {
	const md5 = "key:MD5:c9:0b:1c:4f:d5:65:56:b9:ad:88:f9:81:2b:37:74:2f"
	tests := []struct {
		file, form string
		want       []string
	}{
		{"env_inspector_v0_2023-01-06.json", "CircleCI-Env-Inspector 0", []string{
			"context:aws-prod/AWS_SECRET_ACCESS_KEY", "project:acme/api/NPM_TOKEN", "project:acme/legacy/*",
		}},
		{"env_inspector_v1_2023-01-20.json", "CircleCI-Env-Inspector 1", []string{
			"context:aws-prod/AWS_SECRET_ACCESS_KEY", "context:locked/*", "project:gh/acme/api/NPM_TOKEN",
			"project:gh/acme/api/" + md5,
		}},
		{"env_inspector_v2.0_2023-02.json", "CircleCI-Env-Inspector 2.0", []string{
			"context:aws-prod/AWS_ACCESS_KEY_ID", "context:aws-prod/AWS_SECRET_ACCESS_KEY",
			"context:aws-prod/STALE_TOKEN", "project:gh/acme/api/NPM_TOKEN", "project:gh/acme/api/aws",
			"project:gh/acme/api/" + md5,
		}},
		{"env_inspector_v2.3.0_2023-04.json", "CircleCI-Env-Inspector 2.1 or later", []string{
			"context:aws-prod/AWS_ACCESS_KEY_ID", "context:aws-prod/AWS_SECRET_ACCESS_KEY",
			"context:aws-prod/STALE_TOKEN", "context:locked/*", "project:gh/acme/api/AWS_ACCESS_KEY_ID",
			"project:gh/acme/api/NPM_TOKEN", "project:gh/acme/api/aws",
			"project:gh/acme/api/key:SHA256:AddwN379YO1pnTyrOqALUZmo6XU4zJ2RLuOZslrl7c4",
			"project:gh/acme/api/key:SHA256:bbbbexample", "project:gh/acme/secret/*",
		}},
		{"blimmer_circleci-audit_contexts.csv", "circleci-audit, contexts", []string{
			"context:aws-prod/AWS_SECRET_ACCESS_KEY",
		}},
		{"blimmer_circleci-audit_contexts.json", "circleci-audit, contexts", []string{
			"context:aws-prod/AWS_SECRET_ACCESS_KEY",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			in := imported(t, inventory.Export{
				Name: tt.file, Data: sample(t, "circleci", "samples", tt.file),
			})
			if got := in.Forms[0].Form; got != tt.form {
				t.Errorf("form %q, want %q", got, tt.form)
			}
			if got := ids(in); !slices.Equal(got, tt.want) {
				t.Errorf("items %q, want %q", got, tt.want)
			}
			readsBack(t, in)
		})
	}
}

func ids(in *inventory.Imported) (ids []string) {
	for _, it := range in.Items {
		ids = append(ids, it.ID)
	}
	return ids
}

// The shapes of the API stand in one file, by their path; each is imported as its own answer.
func TestImportSampleAnswers(t *testing.T) {
	var answers map[string]json.RawMessage
	text := sample(t, "circleci", "samples", "inventory_api_shapes.json")
	if err := json.Unmarshal(text, &answers); err != nil {
		t.Fatal(err)
	}
	var exports []inventory.Export
	for path, answer := range answers {
		exports = append(exports, inventory.Export{Name: path, Data: answer})
	}
	slices.SortFunc(exports, func(a, b inventory.Export) int {
		return strings.Compare(a.Name, b.Name)
	})
	opts := importOptions(t)
	opts.Project = "gh/acme/api"
	in, err := inventory.Import(exports, opts)
	if err != nil {
		t.Fatal(err)
	}
	const key = "project:gh/acme/api/key:"
	want := []string{
		"context:aws-prod/AWS_SECRET_ACCESS_KEY", "project:gh/acme/api/NPM_TOKEN",
		"project:gh/acme/api/OLD", "project:gh/acme/api/aws", key + "Cv1Bb...=",
		key + "MD5:c9:0b:1c:4f:d5:65:56:b9:ad:88:f9:81:2b:37:74:2f",
		key + "SHA256:AddwN379YO1pnTyrOqALUZmo6XU4zJ2RLuOZslrl7c4",
		"project:gh/acme/api/setting:jira", "project:gh/acme/api/setting:slack_webhook_url",
		"project:gh/acme/api/token:badge", "project:gh/acme/api/webhook:notify", "runner:acme/linux/prod",
	}
	if got := ids(in); !slices.Equal(got, want) {
		t.Errorf("items %q, want %q", got, want)
	}
	readsBack(t, in)
}

// The hashes of the sample tokens are a list; a log of CircleCI is no inventory.
func TestImportSampleHashes(t *testing.T) {
	var list strings.Builder
	rows := strings.Split(strings.TrimSpace(string(sample(t, "github", "tokens.tsv"))), "\n")[1:]
	for _, row := range rows {
		list.WriteString(strings.Split(row, "\t")[2] + "\n")
	}
	in := imported(t, inventory.Export{Name: "hashes", Data: []byte(list.String())})
	if len(in.Items) != len(rows) || len(rows) == 0 {
		t.Errorf("%d items from %d hashes", len(in.Items), len(rows))
	}
	for _, name := range []string{
		"audit_A_documented_columns_2023.csv", "audit_B_upper_rawjson_inferred.csv",
		"audit_C_logs_wrapper_inferred.json", "audit_D_s3_stream_enriched.jsonl",
	} {
		_, err := inventory.Import([]inventory.Export{
			{Name: name, Data: sample(t, "circleci", "samples", name)},
		}, importOptions(t))
		if err == nil || !strings.Contains(err.Error(), "a form that is not known") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
