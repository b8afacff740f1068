package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

const (
	killedFiles  = 24
	killedRows   = 120 // of a file
	killedCommit = 400 // rows: seven or eight commits
)

// killedLogs writes the logs of the test, as they are, or as they were before some of them
// changed: every tenth record stands in two files, every file has a record that is none.
func killedLogs(t *testing.T, dir string, before bool) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for file := range killedFiles {
		var b strings.Builder
		for i := range killedRows {
			if before && file%3 == 0 && i%2 == 0 {
				continue // was written later
			}
			b.WriteString(trail(fmt.Sprintf("%d-%d", file, i)))
			if i%10 == 0 {
				b.WriteString(trail(fmt.Sprintf("%d-%d", (file+1)%killedFiles, i)))
			}
		}
		b.WriteString(`{"eventName": "cut off`)
		text := []byte(b.String())
		if file%2 == 0 {
			text = zipped(t, text)
		}
		name := filepath.Join(dir, "logs", fmt.Sprintf("%03d", file))
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A load that is killed at any moment leaves a database that opens, with whole files only, and a
// rerun completes it to the same content: in an empty folder, over what an earlier load left when
// some files have changed since, and if the rerun is killed too.
func TestLoadKilled(t *testing.T) {
	t.Parallel()
	kills := 50
	if testing.Short() {
		kills = 6
		t.Log("6 kills only, since -short was given: without it 50, in a minute or two")
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("BREACHWINDOW_TEST_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil || kills < 1 {
			t.Fatalf("BREACHWINDOW_TEST_KILLS=%s: write a number of kills", s)
		}
		t.Logf("%d kills, as BREACHWINDOW_TEST_KILLS says", kills)
	}
	if s := os.Getenv("BREACHWINDOW_TEST_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	k := &killer{dice: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir()}
	t.Logf("BREACHWINDOW_TEST_SEED=%d draws the same moments again", seed)
	k.prepare(t)
	rounds := 0
	for ; k.killed < kills; rounds++ {
		if rounds > 4*kills {
			t.Fatalf("only %d loads in %d rounds were killed before they ended", k.killed, rounds)
		}
		k.round(t, rounds)
		if t.Failed() {
			t.Fatalf("round %d: killed after %v of %v", rounds, k.moments, k.takes)
		}
	}
	t.Logf("%d killed in %d rounds; databases, by the files in them: %+v", k.killed, rounds, k.found)
	if !testing.Short() && k.found.some < kills/10 {
		t.Errorf("only %d of %d loads were killed between their commits", k.found.some, k.killed)
	}
}

// killer is the state of TestLoadKilled.
type killer struct {
	dice    *rand.Rand
	dir     string
	earlier string   // a database of the logs as they were
	want    []string // the content of an uninterrupted load
	sum     string   // its hash
	takes   time.Duration
	killed  int
	found   struct{ none, empty, some, all int } // databases, by the files that were in them
	moments []time.Duration                      // of this round
}

// prepare makes what rounds start from and what they are held against.
func (k *killer) prepare(t *testing.T) {
	t.Helper()
	killedLogs(t, k.dir, true)
	k.earlier = filepath.Join(k.dir, "earlier.duckdb")
	if out, err := loading(k.dir, killedCommit).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Rename(filepath.Join(k.dir, "case.duckdb"), k.earlier); err != nil {
		t.Fatal(err)
	}
	killedLogs(t, k.dir, false)
	start := time.Now()
	if out, err := loading(k.dir, killedCommit).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	k.takes = time.Since(start)
	k.want, k.sum = k.complete(t)
	if len(k.want) < killedFiles*(killedRows+1) {
		t.Fatalf("only %d rows", len(k.want))
	}
}

// round kills a load once or twice and completes it.
func (k *killer) round(t *testing.T, round int) {
	t.Helper()
	path := filepath.Join(k.dir, "case.duckdb")
	for _, name := range []string{path, path + ".wal", path + ".new"} {
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
	}
	if round%3 == 1 {
		b, err := os.ReadFile(k.earlier)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k.moments = nil
	k.kill(t)
	if round%3 == 2 {
		k.kill(t)
	}
	if got, sum := k.complete(t); sum != k.sum {
		t.Errorf("after a rerun (-uninterrupted +rerun):\n%s", cmp.Diff(k.want, got))
	}
}

// kill kills a load at a random moment of its whole life, from the start of its process to the
// checkpoint at its end, and looks at what it left.
func (k *killer) kill(t *testing.T) {
	t.Helper()
	cmd := loading(k.dir, killedCommit)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	moment := time.Duration(k.dice.Int64N(int64(k.takes)))
	k.moments = append(k.moments, moment)
	time.Sleep(moment)
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	// What else the machine does changes how long a load takes: the moments follow.
	if cmd.Wait() == nil {
		k.takes -= k.takes / 20
		return // it was faster this time
	}
	k.killed++
	path := filepath.Join(k.dir, "case.duckdb")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		k.found.none++
		k.takes += k.takes / 20
		return
	}
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Errorf("it does not open: %v", err)
		return
	}
	checkSums(t, db.SQL())
	switch n := query(t, db.SQL(), "SELECT count(*) FROM main.files")[0]; n {
	case "0":
		k.found.empty++
	case strconv.Itoa(killedFiles):
		k.found.all++
	default:
		k.found.some++
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// complete loads what is not loaded yet and returns the content with its hash.
func (k *killer) complete(t *testing.T) (rows []string, sum string) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(k.dir, "case.duckdb"))
	if err != nil {
		t.Fatalf("it does not open: %v", err)
	}
	files, err := filesIn(k.dir)
	if err != nil {
		t.Fatal(err)
	}
	load(t, db, files, store.LoadOptions{RowsPerCommit: killedCommit})
	rows = append(content(t, db), query(t, db.SQL(), "SELECT * FROM main.problems ORDER BY ALL")...)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	h := sha256.New()
	for _, row := range rows {
		fmt.Fprintln(h, row)
	}
	return rows, hex.EncodeToString(h.Sum(nil))
}
