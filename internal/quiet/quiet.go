// Package quiet writes the case of an invented company where nothing happens but work: builds that
// use forty-one secrets which CircleCI held, people, machines and services around them, a rotation in
// January. On request thirteen of the secrets are abused in thirteen ways. It stands outside the
// flow: a test loads what it writes and asks for the verdicts, which must leave the builds alone
// and find the abuses. No detection knows what is planned here.
//
// Deploy keys are not among the secrets: GitHub does not name the key that acted, so that no log
// could clear one.
package quiet

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Backup is the secret of a job that runs every night. Who abuses it does as the job does, from the
// job's machine, but by day: that can be told and is no proof.
const Backup = "backup"

// Options say how much is written.
type Options struct {
	// Events is about how many events the logs have, CI's included.
	Events int
	// Abuse plants the thieves' acts.
	Abuse bool
}

// The logs' span, half-open. The incident opens within it, and the secrets are rotated in it.
var (
	starts  = time.Date(2022, 11, 20, 0, 0, 0, 0, time.UTC)
	until   = time.Date(2023, 1, 20, 0, 0, 0, 0, time.UTC)
	rotates = time.Date(2023, 1, 5, 9, 0, 0, 0, time.UTC)
)

// slot is the span of one file.
const slot = 6 * time.Hour

// Write writes a case into dir: case.yaml, secrets.csv and logs. It returns what was done with the
// abused secrets, by id; none without Options.Abuse.
func Write(dir string, o Options) (map[string]string, error) {
	c := newCompany()
	truth := map[string]string{}
	var planted []event
	if o.Abuse {
		planted, truth = c.abuse()
	}
	slots := int(until.Sub(starts) / slot)
	builds := 12 * time.Hour
	if o.Events >= 1_000_000 {
		builds = 3 * time.Hour
	}
	background := max(8*slots, o.Events-len(c.keys)*8*int(until.Sub(starts)/builds)) / slots
	files := map[string][]byte{"case.yaml": []byte(caseYAML), "secrets.csv": c.inventory()}
	if err := writeAll(dir, files); err != nil {
		return nil, err
	}
	for i := range slots {
		from := starts.Add(time.Duration(i) * slot)
		d := newDice(uint64(i) + 1000)
		events := slices.Clone(c.work(d, from, builds)) // CI, in all three logs
		events = append(events, c.night(from)...)
		events = append(events, c.rotation(from)...) // what secadmin does
		events = append(events, c.others(d, from, background)...)
		for _, e := range planted {
			if !e.at.Before(from) && e.at.Before(from.Add(slot)) {
				events = append(events, e)
			}
		}
		slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
		if err := writeAll(dir, logFiles(from, events)); err != nil {
			return nil, err
		}
	}
	return truth, nil
}

// event is a record of one of the logs.
type event struct {
	at  time.Time
	log string // cloudtrail, github, circleci
	raw string // JSON, in one line
}

// logFiles are the files of a slot.
func logFiles(from time.Time, events []event) map[string][]byte {
	var trail, hub, circle bytes.Buffer
	logs := map[string]*bytes.Buffer{"cloudtrail": &trail, "github": &hub, "circleci": &circle}
	for _, e := range events {
		b := logs[e.log]
		if e.log == "cloudtrail" && b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(e.raw)
		if e.log != "cloudtrail" {
			b.WriteByte('\n')
		}
	}
	stamp := from.Format("20060102T1504Z")
	return map[string][]byte{
		"logs/aws/111122223333_CloudTrail_" + stamp + ".json.gz": []byte(`{"Records":[` + trail.String() + `]}`),
		"logs/github/" + stamp + ".json.log.gz":                  hub.Bytes(),
		"logs/circleci/" + stamp + ".jsonl.gz":                   circle.Bytes(),
	}
}

func writeAll(dir string, files map[string][]byte) error {
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if filepath.Ext(name) == ".gz" {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			if _, err := z.Write(data); err != nil {
				return err
			}
			if err := z.Close(); err != nil {
				return err
			}
			data = b.Bytes()
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

const caseYAML = `incident: circleci-2023-01
secrets: [secrets.csv]
logs: [logs]
responders: ["arn:aws:iam::111122223333:user/secadmin", "arn:aws:iam::444455556666:user/secadmin", acme-secadmin]
`

func (c *company) inventory() []byte {
	rows := [][]string{{"id", "kind", "identifier", "stored_in", "created_at", "rotated_at"}}
	for i, k := range c.held() {
		rows = append(rows, []string{
			k.id, "aws-access-key", k.key, "context:" + k.context, "2021-05-01T00:00:00Z",
			rotatedAt(i).Format(time.RFC3339),
		})
	}
	for i, t := range c.tokens {
		rows = append(rows, []string{
			t.id, "github-token", t.hash, "context:" + t.context, "2021-05-01T00:00:00Z",
			rotatedAt(i).Format(time.RFC3339),
		})
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil { // a buffer takes everything
		panic(err)
	}
	return b.Bytes()
}

// rotatedAt is when the i-th key or token is deleted: one after the other.
func rotatedAt(i int) time.Time { return rotates.Add(time.Duration(i) * 97 * time.Minute) }

// dice are random numbers that depend on what they are for only.
type dice struct{ *rand.Rand }

func newDice(use uint64) dice {
	return dice{rand.New(rand.NewPCG(7, use))} //nolint:gosec // reproducible, no secret
}

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// text is n letters of an alphabet.
func (d dice) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[d.IntN(len(alphabet))]
	}
	return string(b)
}

func (d dice) hex(n int) string { return d.text("0123456789abcdef", n) }

// awsID is a prefix and sixteen letters as AWS's ids have them. It names no account.
func (d dice) awsID(prefix string) string {
	return prefix + d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
}

func (d dice) uuid() string {
	return fmt.Sprintf("%s-%s-%s-%s-%s", d.hex(8), d.hex(4), d.hex(4), d.hex(4), d.hex(12))
}

// after is a moment within a span.
func (d dice) after(from time.Time, span time.Duration) time.Time {
	return from.Add(time.Duration(d.Int64N(int64(span)))).Truncate(time.Second)
}
