package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

// Every row of a detection of one's own is found again, however it names its event: by its place,
// by its id, both, or one of several on a line; and a finding may have thousands.
func TestEvidenceOfOwnDetections(t *testing.T) {
	t.Parallel()
	const n = 5000
	record := func(id string) string {
		return `{"id":"` + id + `","action":"context.create","occurred_at":"2022-12-20T09:14:02Z","actor":{"name":"alice"}}`
	}
	var log strings.Builder
	for i := range n {
		log.WriteString(record(fmt.Sprintf("e%04d", i)) + "\n")
	}
	log.WriteString(record("first") + record("second") + "\n")
	c := testCase{}
	c.add(secretRow{id: "deploy", kind: "other", identifier: "x"})
	a := c.write(t)
	writeFile(t, a.path("logs/many.jsonl"), []byte(log.String()))
	writeFile(t, a.path("logs/bytes.csv"), []byte("x,\xff,\""+
		strings.ReplaceAll(record("bytes"), `"`, `""`)+"\"\n"))
	dir := t.TempDir()
	place, none := "e.file AS file, e.pos AS pos", "CAST(NULL AS INTEGER) AS file, CAST(NULL AS BIGINT) AS pos"
	order := "\nFROM events e WHERE e.event_id LIKE '%s' ORDER BY e.event_id"
	for name, q := range map[string]string{
		"place": fmt.Sprintf(order, "%"),
		"id":    fmt.Sprintf(order, "%"),
		"line":  fmt.Sprintf(order, "second"),
		"any":   fmt.Sprintf(order, "second"),
		"lost":  fmt.Sprintf(order, "e0001"),
	} {
		text := ownQuery("-- level: low\n", "'deploy'", q)
		switch name {
		case "id":
			text = strings.Replace(text, place, none, 1)
		case "any":
			text = strings.Replace(text, "e.event_id AS event_id", "CAST(NULL AS VARCHAR) AS event_id", 1)
		case "lost":
			text = strings.Replace(strings.Replace(text, place, none, 1), "e.event_id AS", "'gone' AS", 1)
		}
		writeFile(t, filepath.Join(dir, "own", name+".sql"), []byte(text))
	}
	folder := evidenceOf(t, a, dir)
	r, err := a.readResult("")
	if err != nil {
		t.Fatal(err)
	}
	query := map[string]string{}
	for _, f := range r.Findings {
		query[f.ID] = f.Query
	}
	got := map[string][]string{}
	for _, l := range evidenceLines(t, folder) {
		for _, id := range l.Findings {
			got[query[id]] = append(got[query[id]], l.ID)
		}
		switch {
		case l.ID == "bytes":
			want, err := os.ReadFile(a.path("logs/bytes.csv"))
			if err != nil {
				t.Fatal(err)
			}
			want = bytes.TrimSuffix(want, []byte("\n"))
			if l.Raw != nil || l.RawBase64 == nil || *l.RawBase64 != base64.StdEncoding.EncodeToString(want) {
				t.Errorf("a record that is no UTF-8: %v %v", l.Raw, l.RawBase64)
			}
		case l.ID == "first" || l.ID == "second":
			if l.Raw == nil || *l.Raw != record("first")+"\n"+record("second") {
				t.Errorf("a line of two records: %v", l.Raw)
			}
		case l.Raw == nil || *l.Raw != record(l.ID):
			t.Errorf("%s has another record", l.ID)
		}
	}
	for name, want := range map[string]int{"place": n + 3, "id": n + 3, "line": 1, "any": 2, "lost": 0} {
		ids := got["own/"+name]
		slices.Sort(ids)
		if len(ids) != want || len(slices.Compact(ids)) != want {
			t.Errorf("own/%s: %d events, want %d, each once", name, len(ids), want)
		}
	}
	for _, want := range []string{",own/place,low,deploy,.*,5003,5003\n", ",own/lost,low,deploy,.*,1,0\n"} {
		if !regexp.MustCompile(want).MatchString(readAll(t, folder, "findings.csv")) {
			t.Errorf("findings.csv has no line %s", want)
		}
	}
}

// What is interrupted leaves nothing.
func TestEvidenceInterrupted(t *testing.T) {
	t.Parallel()
	a := busyCase().write(t)
	if _, err := a.run(t.Context(), runFlags{}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { // it is stopped as soon as it writes
		for ctx.Err() == nil {
			if begun, _ := filepath.Glob(filepath.Join(dir, "evidence.partial-*")); len(begun) > 0 {
				stop()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if err := a.evidence(ctx, filepath.Join(dir, "evidence"), ""); err == nil {
		t.Error("it was done before it was stopped: the test shows nothing")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Records in archives come back from them, whichever order they are in; of an archive that changed,
// if only by a byte, none does.
func TestEvidenceInArchives(t *testing.T) {
	t.Parallel()
	record := func(id string) string {
		return `{"id":"` + id + `","action":"context.create","occurred_at":"2022-12-20T09:14:02Z","actor":{"name":"alice"}}`
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range []struct{ name, content string }{
		{"z.jsonl", record("z1") + "\n" + record("z2")},
		{"a.jsonl", record("a1") + "\n" + record("a2") + "\n" + record("a3")},
		{"none.jsonl", ""},
		{"m.json", `{"Records":[{"body":` + string(mustJSON(t, record("m1"))) + `}]}`},
	} {
		f, err := w.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(m.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c := testCase{}
	c.add(secretRow{id: "deploy", kind: "other", identifier: "x"})
	a := c.write(t)
	archive := a.path("logs/k.zip")
	writeFile(t, archive, b.Bytes())
	writeFile(t, a.path("logs/k.zip#"), []byte(record("between")))
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "all.sql"),
		[]byte(ownQuery("-- level: low\n", "'deploy'", "\nFROM events e ORDER BY e.event_id")))
	db := &caseDB{app: a}
	folder := evidenceOf(t, a, dir)
	db.open(t)
	var got []string
	for _, l := range evidenceLines(t, folder) {
		got = append(got, fmt.Sprintf("%s %s %d", l.ID, l.File, l.Pos))
		raw, err := store.RawRecord(t.Context(), db.DB, l.File, a.locate, l.Pos)
		if err != nil || l.Raw == nil || *l.Raw != string(raw) {
			t.Errorf("%s has another record than show --raw prints: %v", l.ID, err)
		}
	}
	want := []string{
		"a1 logs/k.zip!a.jsonl 1", "a2 logs/k.zip!a.jsonl 2", "a3 logs/k.zip!a.jsonl 3", "m1 logs/k.zip!m.json 1",
		"z1 logs/k.zip!z.jsonl 1", "z2 logs/k.zip!z.jsonl 2", "between logs/k.zip# 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got): %s", diff)
	}

	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(b.Bytes())
	changed[len(changed)-1] = 1 // the length of the archive's comment
	writeFile(t, archive, changed)
	for _, l := range evidenceLines(t, evidenceAgain(t, a, dir)) {
		switch inside := strings.Contains(l.File, "!"); {
		case inside && (l.Raw != nil || l.Missing == nil || *l.Missing != otherFile):
			t.Errorf("%s of a changed archive: %v", l.ID, l.Missing)
		case !inside && l.Raw == nil:
			t.Errorf("%s beside a changed archive: %v", l.ID, l.Missing)
		}
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
