package demo_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base32"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"breachwindow/demo"
)

// event is what the tests need of a record of any source.
type event struct {
	source     string
	id         string // CloudTrail's eventID, GitHub's _document_id, CircleCI's id
	at         time.Time
	credential string
	actor      string
	ip         string
	agent      string
	action     string
	region     string
	target     string // of what a responder did; what CircleCI's event is about
	failed     bool
	minted     string
	payload    map[string]any // CircleCI's
}

func utc(s string) time.Time {
	at, err := time.Parse(time.DateTime, s)
	if err != nil {
		panic(err)
	}
	return at
}

// plain is a file's data, unpacked.
func plain(t *testing.T, f demo.File) []byte {
	t.Helper()
	if !strings.HasSuffix(f.Name, ".gz") {
		return f.Data
	}
	z, err := gzip.NewReader(bytes.NewReader(f.Data))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	for _, f := range files(t) {
		if f.Name == name {
			return plain(t, f)
		}
	}
	t.Fatalf("no file %s", name)
	return nil
}

// accountOf reads the account number out of an identifier of AWS.
func accountOf(t *testing.T, id string) string {
	t.Helper()
	raw, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil || len(id) != 20 || raw[0]&0x80 == 0 {
		t.Errorf("%s is not an id that carries an account", id)
		return ""
	}
	n := binary.BigEndian.Uint64(append([]byte{0, 0}, raw[:6]...))
	return fmt.Sprintf("%012d", n&0x7fffffffff80>>7)
}

// events reads all logs. Unknown members of CloudTrail records are errors, so that a typing
// mistake in the generator cannot hide; nothing else is.
func events(t *testing.T) []event {
	t.Helper()
	var all []event
	for _, f := range files(t) {
		data := plain(t, f)
		switch {
		case strings.Contains(f.Name, "CloudTrail-Digest"):
		case strings.HasPrefix(f.Name, "logs/cloudtrail/"):
			all = append(all, trailEvents(t, f.Name, data)...)
		case strings.HasSuffix(f.Name, ".json.log.gz"):
			lines := bufio.NewScanner(bytes.NewReader(data))
			for lines.Scan() {
				all = append(all, hubEvent(t, lines.Bytes()))
			}
		case strings.HasPrefix(f.Name, "logs/github/"):
			var elements []json.RawMessage
			if err := json.Unmarshal(data, &elements); err != nil {
				t.Fatal(err)
			}
			for _, e := range elements {
				all = append(all, hubEvent(t, e))
			}
		case strings.HasPrefix(f.Name, "logs/circleci/"):
			all = append(all, circleEvents(t, data)...)
		}
	}
	return all
}

// unique drops the events that an export repeats, and puts the rest in order.
func unique(all []event) []event {
	seen := map[string]bool{}
	var kept []event
	for _, e := range all {
		if e.id == "" || !seen[e.source+e.id] {
			kept = append(kept, e)
		}
		seen[e.source+e.id] = true
	}
	slices.SortStableFunc(kept, func(a, b event) int { return a.at.Compare(b.at) })
	return kept
}

func trailEvents(t *testing.T, name string, data []byte) []event {
	t.Helper()
	var log struct {
		Records []struct {
			EventVersion, EventID, EventTime, EventName, EventSource string
			AWSRegion, SourceIPAddress, UserAgent, ErrorCode         string
			RecipientAccountID, EventCategory                        string
			UserIdentity                                             struct{ ARN, AccessKeyID, InvokedBy string }
			RequestParameters                                        struct{ AccessKeyID, Status string }
			ResponseElements                                         struct {
				Credentials struct{ AccessKeyID string }
				AccessKey   struct{ AccessKeyID string }
			}
		}
	}
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(log.Records) == 0 {
		t.Errorf("%s: no records", name)
	}
	var all []event
	for _, r := range log.Records {
		at, err := time.Parse("2006-01-02T15:04:05Z", r.EventTime)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r.EventVersion != "1.08" || r.RecipientAccountID != "418273645091" ||
			!strings.HasSuffix(r.EventSource, ".amazonaws.com") || r.EventCategory != "Management" ||
			r.EventID == "" || !strings.Contains(name, "/"+r.AWSRegion+"/") {
			t.Errorf("%s: odd record %+v", name, r)
		}
		all = append(all, event{
			source: "cloudtrail", id: r.EventID, at: at,
			credential: r.UserIdentity.AccessKeyID, actor: r.UserIdentity.ARN,
			ip: r.SourceIPAddress, agent: r.UserAgent, action: r.EventName, region: r.AWSRegion,
			target: strings.TrimSpace(r.RequestParameters.AccessKeyID + " " + r.RequestParameters.Status),
			failed: r.ErrorCode != "",
			minted: r.ResponseElements.Credentials.AccessKeyID + r.ResponseElements.AccessKey.AccessKeyID,
		})
	}
	return all
}

func hubEvent(t *testing.T, line []byte) event {
	t.Helper()
	var r struct {
		Timestamp   int64  `json:"@timestamp"`
		Created     *int64 `json:"created_at"`
		ID          string `json:"_document_id"`
		Action      string `json:"action"`
		Org         string `json:"org"`
		Actor       string `json:"actor"`
		IP          string `json:"actor_ip"`
		Agent       string `json:"user_agent"`
		Token       string `json:"hashed_token"`
		Managed     string `json:"managed_hashed_token"`
		Fingerprint string `json:"fingerprint"`
		Repo        string `json:"repo"`
		Public      bool   `json:"repository_public"`
	}
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	git := strings.HasPrefix(r.Action, "git.")
	if git != (r.Created == nil) || r.Org != "larkspur-freight" || (!git && r.ID == "") {
		t.Errorf("odd github record %s", line)
	}
	region := "web"
	if git {
		region = "git"
	}
	target := r.Managed + r.Fingerprint
	if target == "" {
		target = r.Repo
	}
	return event{
		source: "github", id: r.ID, at: time.UnixMilli(r.Timestamp).UTC(), credential: r.Token,
		actor: r.Actor, ip: r.IP, agent: r.Agent, action: r.Action, region: region, target: target,
	}
}

func circleEvents(t *testing.T, data []byte) []event {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []event
	for _, row := range rows[1:] {
		cell := map[string]string{}
		for i, name := range rows[0] {
			cell[name] = row[i]
		}
		object := func(name string) map[string]any {
			var v map[string]any
			if err := json.Unmarshal([]byte(cell[name]), &v); err != nil {
				t.Errorf("circleci %s: %v", name, err)
			}
			return v
		}
		at, err := time.Parse(time.RFC3339Nano, cell["occurred_at"])
		if err != nil {
			t.Error(err)
		}
		actor := strings.TrimPrefix(fmt.Sprint(object("actor")["name"]), "github: ")
		if len(object("request")) != 1 || object("scope")["name"] != "github: larkspur-freight" {
			t.Errorf("odd circleci row %v", row)
		}
		all = append(all, event{
			source: "circleci", id: cell["id"], at: at, actor: actor, credential: "login:" + actor,
			action: cell["action"], target: fmt.Sprint(object("target")["name"]),
			payload: object("payload"), failed: cell["success"] != "true",
		})
	}
	return all
}
