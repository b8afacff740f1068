package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The comparison is fair only if both sides fill the same columns with the same values: the load
// and the tuned SQL agree on every one, and the naive SQL on what it can.
func TestQuick(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := fileNames(dir, trailKind, 10)
	if err := generate(t.Context(), trailKind, files); err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, name := range []string{"load", "tuned", "naive", "decompress"} {
		db := filepath.Join(dir, name+".duckdb")
		o, err := phases[name](t.Context(), files, db)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := int64(len(files) * perFile); o.Events != want {
			t.Errorf("%s: %d events of %d", name, o.Events, want)
		}
		if name == "load" || name == "tuned" {
			sums[name] = columnSums(t, db)
		}
	}
	if diff := cmp.Diff(sums["load"], sums["tuned"]); diff != "" {
		t.Errorf("the columns differ (-load +tuned):\n%s", diff)
	}
	if testing.Verbose() {
		t.Log(sums["load"])
	}
}

// The other logs load to the last record.
func TestOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for kind := range kinds {
		files := fileNames(dir, kind, 2)
		if err := generate(t.Context(), kind, files); err != nil {
			t.Fatal(err)
		}
		o, err := load(t.Context(), files, filepath.Join(dir, kind+".duckdb"))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if want := int64(len(files) * perFile); o.Events != want {
			t.Errorf("%s: %d events of %d", kind, o.Events, want)
		}
	}
}

// columnSums has a line per column: how many values it has, and the sum of their hashes.
func columnSums(t *testing.T, name string) string {
	t.Helper()
	db, err := sql.Open("duckdb", name+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var b strings.Builder
	for _, column := range []string{
		"source", "event_id", "time", "account", "region", "service", "action", "actor",
		"actor_kind", "credential", "credential_kind", "session", "via", "minted", "target", "ip",
		"agent", "outcome", "error", "read_only", "file", "pos", "file * 1000 + pos || event_id",
		"json_extract_string(details, '$.requestID')",
		"json_extract_string(details, '$.requestParameters.bucketName')",
		"json_extract_string(details, '$.userIdentity.sessionContext.sessionIssuer.arn')",
		"json_extract_string(details, '$.tlsDetails.clientProvidedHostHeader')",
	} {
		var count int64
		var sum string
		err := db.QueryRowContext(t.Context(), "SELECT count("+column+"), CAST(sum(CAST(hash("+
			column+") AS HUGEINT)) FILTER ("+column+" IS NOT NULL) AS VARCHAR) FROM main.events").
			Scan(&count, &sum)
		if err != nil {
			t.Fatalf("%s: %v", column, err)
		}
		fmt.Fprintf(&b, "%s: %d values, %s\n", column, count, sum)
	}
	return b.String()
}
