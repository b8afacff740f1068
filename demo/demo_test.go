package demo_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"breachwindow/demo"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// once makes the case folder once for all tests that only read it.
var once = sync.OnceValues(demo.Files)

func files(t *testing.T) []demo.File {
	t.Helper()
	made, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestFilesAreTheSameOnEveryCall(t *testing.T) {
	sums := make([]map[string]string, 2)
	for i := range sums {
		sums[i] = map[string]string{}
		made, err := demo.Files()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range made {
			sums[i][f.Name] = fmt.Sprintf("%x", sha256.Sum256(f.Data))
		}
	}
	if diff := cmp.Diff(sums[0], sums[1]); diff != "" {
		t.Errorf("two calls differ (-first +second):\n%s", diff)
	}
}

func TestFilesAreFewSortedAndClean(t *testing.T) {
	made := files(t)
	if len(made) > 200 {
		t.Errorf("%d files, want at most 200", len(made))
	}
	names := make([]string, len(made))
	for i, f := range made {
		names[i] = f.Name
		if !fs.ValidPath(f.Name) || len(f.Data) == 0 {
			t.Errorf("%q has a bad path or no data", f.Name)
		}
		if strings.HasSuffix(f.Name, ".gz") && !bytes.Equal(f.Data[3:8], make([]byte, 5)) {
			t.Errorf("%s: gzip header has a name or a time: %x", f.Name, f.Data[:10])
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("names are not sorted and unique")
	}
}

func TestWrite(t *testing.T) {
	dir := path.Join(t.TempDir(), "case")
	if err := demo.Write(dir); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(os.DirFS(dir), name)
		got[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range files(t) {
		want[f.Name] = string(f.Data)
	}
	if !cmp.Equal(got, want) {
		t.Errorf("Write made %d files that are not the %d of Files", len(got), len(want))
	}
	if err := demo.Write(path.Join(dir, "case.yaml")); err == nil {
		t.Error("Write into a file's place gave no error")
	}
}

// TestNoSecretValues looks for what a scanner would look for, in the unpacked data.
func TestNoSecretValues(t *testing.T) {
	patterns := []*regexp.Regexp{
		regexp.MustCompile(`gh[pousr]_[0-9A-Za-z]{10}`),
		regexp.MustCompile(`github_pat_`),
		regexp.MustCompile(`IQoJb3JpZ2lu|FwoGZXIvYXdz`), // how session tokens begin
		regexp.MustCompile(`(?:ecretAccessKey|SECRET_ACCESS_KEY)["\s:=]+[0-9A-Za-z/+]{20}`),
		regexp.MustCompile(`xox[abprs]-|hooks\.slack\.com`),
		regexp.MustCompile(`PRIVATE KEY`),
		regexp.MustCompile(`CCIPAT|[Cc]ircle-[Tt]oken`),
	}
	for _, f := range files(t) {
		data := plain(t, f)
		for _, p := range patterns {
			if m := p.Find(data); m != nil {
				t.Errorf("%s: %q looks like a secret", f.Name, m)
			}
		}
	}
}

func TestAddressesAreNobodys(t *testing.T) {
	var allowed []netip.Prefix
	for _, p := range []string{
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", // documentation
		"198.18.0.0/15",                       // benchmarks: the intruder's unpublished address
		"178.249.214.10/32", "89.36.78.75/32", // published for the incident
	} {
		allowed = append(allowed, netip.MustParsePrefix(p))
	}
	v4 := regexp.MustCompile(`"(?:sourceIPAddress|actor_ip|ip_address)":"([^"]+)"`)
	found := map[string]bool{}
	for _, f := range files(t) {
		for _, m := range v4.FindAllSubmatch(plain(t, f), -1) {
			ip, err := netip.ParseAddr(string(m[1]))
			if err != nil {
				if !strings.HasSuffix(string(m[1]), ".amazonaws.com") {
					t.Errorf("%s: %q is neither an address nor a service", f.Name, m[1])
				}
				continue
			}
			found[ip.String()] = true
			if !slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(ip) }) {
				t.Errorf("%s: address %s may be somebody's", f.Name, ip)
			}
		}
	}
	for _, ip := range []string{"178.249.214.10", "89.36.78.75", "198.18.44.87"} {
		if !found[ip] {
			t.Errorf("the intruder never comes from %s", ip)
		}
	}
}

func TestAccessKeysCarryTheirAccount(t *testing.T) {
	id := regexp.MustCompile(`\bA(?:KIA|SIA|IDA|ROA)[0-9A-Z]+\b`)
	partner := inventory(t)["aws-partner"]["identifier"]
	seen := map[string]bool{}
	for _, f := range files(t) {
		for _, m := range id.FindAll(plain(t, f), -1) {
			seen[string(m)] = true
			want := "418273645091"
			if string(m) == partner {
				want = "530917364820"
				if f.Name != "secrets.csv" {
					t.Errorf("%s: the partner's key is in a log", f.Name)
				}
			}
			if got := accountOf(t, string(m)); got != want {
				t.Errorf("%s: %s is of account %s, want %s", f.Name, m, got, want)
			}
		}
		if f.Name != "secrets.csv" && bytes.Contains(plain(t, f), []byte("530917364820")) {
			t.Errorf("%s: the partner's account is in a log", f.Name)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d ids found", len(seen))
	}
}

func TestInventoryAndExpectationsNameTheSameSecrets(t *testing.T) {
	secrets := inventory(t)
	verdicts := map[string]int{}
	for id, want := range demo.Expected() {
		if secrets[id] == nil {
			t.Errorf("expected secret %s is not in secrets.csv", id)
		}
		verdicts[want.Verdict]++
		if want.Rotation == "" {
			t.Errorf("%s: no rotation status", id)
		}
	}
	if len(secrets) != len(demo.Expected()) {
		t.Errorf("secrets.csv has %d secrets, Expected %d", len(secrets), len(demo.Expected()))
	}
	for _, v := range []string{
		"unexposed", "compromised", "suspicious", "unknown", "used", "unused",
	} {
		if verdicts[v] == 0 {
			t.Errorf("no secret comes out as %s", v)
		}
	}
	for id, s := range secrets {
		created, err := time.Parse(time.RFC3339, s["created_at"])
		if err != nil {
			t.Errorf("%s: created_at: %v", id, err)
		}
		if exposed := created.Before(utc("2023-01-05 00:00:00")); exposed == (id == "aws-new") {
			t.Errorf("%s: created %s", id, created)
		}
	}
}

func TestCaseFile(t *testing.T) {
	var got struct {
		Incident   string              `yaml:"incident"`
		Secrets    []string            `yaml:"secrets"`
		Logs       []string            `yaml:"logs"`
		Expected   []map[string]string `yaml:"expected"`
		Responders []string            `yaml:"responders"`
	}
	if err := yaml.UnmarshalWithOptions(file(t, "case.yaml"), &got, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if got.Incident != "circleci-2023-01" ||
		!slices.Equal(got.Secrets, []string{"secrets.csv"}) ||
		!slices.Equal(got.Logs, []string{"logs"}) || len(got.Responders) != 2 {
		t.Errorf("case.yaml = %+v", got)
	}
	for _, e := range got.Expected {
		if e["why"] == "" || len(e) < 2 {
			t.Errorf("expected use without a reason or a selector: %v", e)
		}
	}
}

// TestDigest checks the one file below logs that is no log.
func TestDigest(t *testing.T) {
	var digests int
	for _, f := range files(t) {
		if !strings.Contains(f.Name, "CloudTrail-Digest") {
			continue
		}
		digests++
		var d struct {
			Object   string `json:"digestS3Object"`
			LogFiles []struct {
				Object string `json:"s3Object"`
				Hash   string `json:"hashValue"`
			} `json:"logFiles"`
		}
		if err := json.Unmarshal(plain(t, f), &d); err != nil {
			t.Fatal(err)
		}
		if f.Name != "logs/cloudtrail/"+d.Object || len(d.LogFiles) != 1 {
			t.Errorf("%s: says it is %s and lists %d files", f.Name, d.Object, len(d.LogFiles))
		}
		for _, l := range d.LogFiles {
			sum := sha256.Sum256(file(t, "logs/cloudtrail/"+l.Object))
			if got := hex.EncodeToString(sum[:]); got != l.Hash {
				t.Errorf("%s: hash %s, digest says %s", l.Object, got, l.Hash)
			}
		}
	}
	if digests != 1 {
		t.Errorf("%d digests, want 1", digests)
	}
}

// inventory is secrets.csv by id.
func inventory(t *testing.T) map[string]map[string]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(file(t, "secrets.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]map[string]string{}
	for _, row := range rows[1:] {
		s := map[string]string{}
		for i, name := range rows[0] {
			s[name] = row[i]
		}
		secrets[s["id"]] = s
	}
	return secrets
}
