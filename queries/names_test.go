package queries_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	sqlComment = regexp.MustCompile(`--[^\n]*`)
	actionTest = regexp.MustCompile(`\baction\s+(?:NOT\s+)?(?:IN\s*\([^)]*\)|(?:=|<>)\s*'[^']*')`)
	sqlText    = regexp.MustCompile(`'([^']*)'`)
)

// A detection that names an action which no log has can never fire: every action that a detection
// or a view compares is one of the lists of the development data.
func TestActionsExist(t *testing.T) {
	t.Parallel()
	known := knownActions(t)
	var files []string
	for _, pattern := range []string{"*/*.sql", "../sql/views/*.sql"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	checked := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range actionTest.FindAllString(sqlComment.ReplaceAllString(string(text), ""), -1) {
			for _, name := range sqlText.FindAllStringSubmatch(test, -1) {
				checked++
				if !known[name[1]] {
					t.Errorf("%s: no log is known to have the action %s", file, name[1])
				}
			}
		}
	}
	if len(files) < 35 || checked < 25 {
		t.Errorf("only %d actions in %d files were checked", checked, len(files))
	}
	for _, name := range []string{"GetCallerIdentity2", "git.cloned", ""} {
		if known[name] {
			t.Errorf("the action %q is taken for known", name)
		}
	}
}

// knownActions are the actions of GitHub's and CircleCI's documentation and what detections for
// CloudTrail, published by others, look for.
func knownActions(t *testing.T) map[string]bool {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("NOT CHECKED: that the actions which detections name exist. "+
			"The development data is not at %s; name its folder in BREACHWINDOW_DATA", dir)
	}
	known := map[string]bool{}
	// IAM API Reference and STS API Reference, where the lists below have no detection for a call.
	for _, name := range []string{
		"AssumeRoot", "CreateServiceSpecificCredential", "DeleteRole",
		"DeleteServiceSpecificCredential", "DeleteSigningCertificate", "DeleteSSHPublicKey",
		"ResetServiceSpecificCredential", "UpdateServiceSpecificCredential",
		"UpdateSigningCertificate", "UpdateSSHPublicKey", "UploadSigningCertificate",
		"UploadSSHPublicKey",
	} {
		known[name] = true
	}
	for name, column := range map[string]int{
		"github/actions.tsv": 2, "cloudtrail/traildiscover/events_meta.csv": 1,
	} {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := csv.NewReader(f)
		if strings.HasSuffix(name, ".tsv") {
			r.Comma = '\t'
		}
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			known[row[column]] = true
		}
	}
	var list struct {
		Actions []struct{ Action string }
	}
	text, err := os.ReadFile(filepath.Join(dir, "circleci", "audit_actions.json"))
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list.Actions {
		known[a.Action] = true
	}
	return known
}
