//go:build unix

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"breachwindow/digest/digesttest"
	"breachwindow/report"
	"breachwindow/store"
)

// scriptCommands are what scripts can say beside testscript's own words: what text cannot hold,
// and what happens to a process from outside.
func scriptCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	words := map[string]func(ts *testscript.TestScript, args []string){
		"exits":       scriptExits,
		"gzip":        scriptGzip,
		"zip":         scriptZip,
		"tar":         scriptTar,
		"cut":         scriptCut,
		"join":        scriptJoin,
		"unescape":    scriptUnescape,
		"long-line":   scriptLongLine,
		"trail":       scriptTrail,
		"digests":     scriptDigests,
		"zip-folder":  scriptZipFolder,
		"sparse":      scriptSparse,
		"fifo":        scriptFifo,
		"odd-name":    scriptOddName,
		"plain":       scriptPlain,
		"narrow":      scriptNarrow,
		"sums":        scriptSums,
		"hides":       scriptHides,
		"duck":        scriptDuck,
		"hold":        scriptHold,
		"interrupt":   scriptInterrupt,
		"meanwhile":   scriptMeanwhile,
		"closed-pipe": scriptClosedPipe,
		"tmpfs":       scriptTmpfs,
		"smtp":        scriptSMTP,
		"same-lines":  scriptSameLines,
	}
	out := map[string]func(ts *testscript.TestScript, neg bool, args []string){}
	for name, do := range words {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("%s takes no !", name)
			}
			do(ts, args)
		}
	}
	return out
}

// scriptCondition answers [root], [tmpfs] and [netless].
func scriptCondition(name string) (bool, error) {
	switch name {
	case "slow": // what takes minutes and shows corners of what other scripts show too
		return os.Getenv("BREACHWINDOW_TEST_SLOW") != "", nil
	case "root":
		return os.Getuid() == 0, nil
	case "tmpfs":
		return canMount(), nil
	case "netless":
		return exec.Command("unshare", "-n", "true").Run() == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// canMount tells whether this process may mount a small file system.
var canMount = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "breachwindow")
	if err != nil {
		return false
	}
	defer os.Remove(dir)
	if exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).Run() != nil {
		return false
	}
	return exec.Command("umount", dir).Run() == nil
})

// gzip FILE… packs each file into FILE.gz.
func scriptGzip(ts *testscript.TestScript, args []string) {
	for _, name := range args {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write([]byte(ts.ReadFile(name)))
		ts.Check(errors.Join(err, w.Close()))
		name = ts.MkAbs(name)
		ts.Check(os.WriteFile(name+".gz", b.Bytes(), 0o600))
		ts.Check(os.Remove(name))
	}
}

// zip OUT FILE… moves files into a zip archive.
func scriptZip(ts *testscript.TestScript, args []string) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range args[1:] {
		f, err := w.Create(name)
		ts.Check(err)
		_, err = f.Write([]byte(ts.ReadFile(name)))
		ts.Check(errors.Join(err, os.Remove(ts.MkAbs(name))))
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// tar OUT FILE… moves files into a tar archive.
func scriptTar(ts *testscript.TestScript, args []string) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range args[1:] {
		text := ts.ReadFile(name)
		ts.Check(w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600}))
		_, err := w.Write([]byte(text))
		ts.Check(errors.Join(err, os.Remove(ts.MkAbs(name))))
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// cut FILE PERCENT keeps the beginning of a file.
func scriptCut(ts *testscript.TestScript, args []string) {
	percent, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:len(text)*percent/100]), 0o600))
}

// join FILE FILE… writes files one after the other into the first, which may be new.
func scriptJoin(ts *testscript.TestScript, args []string) {
	var b bytes.Buffer
	for _, name := range args[1:] {
		b.WriteString(ts.ReadFile(name))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

var hexEscape = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// unescape FILE… makes bytes of \xNN: what a script cannot hold. Other escapes stay.
func scriptUnescape(ts *testscript.TestScript, args []string) {
	for _, name := range args {
		text := hexEscape.ReplaceAllStringFunc(ts.ReadFile(name), func(s string) string {
			n, err := strconv.ParseUint(s[2:], 16, 8)
			ts.Check(err)
			return string([]byte{byte(n)})
		})
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// long-line FILE MIB appends a comma and a member of that size to the object in a file.
func scriptLongLine(ts *testscript.TestScript, args []string) {
	mib, err := strconv.Atoi(args[1])
	ts.Check(err)
	text, ok := strings.CutSuffix(strings.TrimSpace(ts.ReadFile(args[0])), "}")
	if !ok {
		ts.Fatalf("%s: not one object", args[0])
	}
	text += `,"requestParameters":{"policyDocument":"` + strings.Repeat("x", mib<<20) + `"}}` + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// trail DIR FILES EVENTS writes gzipped CloudTrail files; every tenth event stands in the next
// file too.
func scriptTrail(ts *testscript.TestScript, args []string) {
	files, err := strconv.Atoi(args[1])
	ts.Check(err)
	events, err := strconv.Atoi(args[2])
	ts.Check(err)
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2022, 12, 10, 0, 0, 0, 0, time.UTC)
	var shared []string
	for f := range files {
		records := shared
		shared = nil
		for e := range events {
			at := begin.Add(time.Duration(r.IntN(30*24*3600)) * time.Second)
			record := fmt.Sprintf(`{"eventVersion":"1.08","eventID":"e-%d-%d",`+
				`"eventTime":%q,"eventSource":"s3.amazonaws.com","eventName":"GetObject",`+
				`"awsRegion":"us-east-1","sourceIPAddress":"198.51.100.%d",`+
				`"userAgent":"aws-cli/2.9.1","userIdentity":{"type":"IAMUser","userName":"ci",`+
				`"accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE"},`+
				`"requestParameters":{"bucketName":"b%x"},"recipientAccountId":"111122223333"}`,
				f, e, at.Format(time.RFC3339), r.IntN(250)+1, r.Uint64())
			records = append(records, record)
			if e%10 == 0 {
				shared = append(shared, record)
			}
		}
		name := filepath.Join(args[0], fmt.Sprintf("%03d.json", f))
		text := `{"Records":[` + strings.Join(records, ",") + `]}`
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
		scriptGzip(ts, []string{name})
	}
}

// digests DIR LOGS… writes CloudTrail files and the digests of so many hours from 2022-12-20 on,
// each with so many logs; keys.json and heads/ beside the script have what verifies them.
func scriptDigests(ts *testscript.TestScript, args []string) {
	var hours []int
	for _, arg := range args[1:] {
		n, err := strconv.Atoi(arg)
		ts.Check(err)
		hours = append(hours, n)
	}
	key, err := digesttest.NewKey()
	ts.Check(err)
	t, err := digesttest.New(ts.MkAbs(args[0]), key, hours...)
	ts.Check(err)
	keys := t.Keys(digesttest.Begin(), digesttest.At(len(hours)))
	ts.Check(os.WriteFile(ts.MkAbs("keys.json"), keys, 0o600))
	ts.Check(os.MkdirAll(ts.MkAbs("heads"), 0o700))
	for _, name := range t.Digests {
		head := filepath.Join(ts.MkAbs("heads"), filepath.Base(name)+".head-object.json")
		ts.Check(os.WriteFile(head, t.Head(name), 0o600))
	}
}

// zip-folder FILE DIR packs what is in a folder into an archive, which must not be in it.
func scriptZipFolder(ts *testscript.TestScript, args []string) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	ts.Check(errors.Join(z.AddFS(os.DirFS(ts.MkAbs(args[1]))), z.Close()))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// sparse FILE makes a file so large that no load ends with it: a place to be interrupted at.
func scriptSparse(ts *testscript.TestScript, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), nil, 0o600))
	ts.Check(os.Truncate(ts.MkAbs(args[0]), 1<<40))
}

// fifo FILE makes a named pipe that nobody writes to.
func scriptFifo(ts *testscript.TestScript, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

// odd-name FILE DIR copies a file under a name that is no UTF-8 and has a line end and an escape.
func scriptOddName(ts *testscript.TestScript, args []string) {
	name := filepath.Join(ts.MkAbs(args[1]), "odd\xff\n\x1b[31m=.json")
	ts.Check(os.WriteFile(name, []byte(ts.ReadFile(args[0])), 0o600))
}

// plain FILE… wants text that does nothing to a terminal but print.
func scriptPlain(ts *testscript.TestScript, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name)
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); report.Clean(line) != line {
				ts.Fatalf("%s has what steers a terminal: %q", name, line)
			}
		}
	}
}

// sums FOLDER… checks SHA256SUMS of folders as sha256sum -c does, and wants no file left out.
func scriptSums(ts *testscript.TestScript, args []string) {
	for _, dir := range args {
		ts.Check(checkFolder(ts.MkAbs(dir)))
	}
}

// narrow COLUMNS FILE wants no line longer than that. Its text is of narrow letters.
func scriptNarrow(ts *testscript.TestScript, args []string) {
	columns, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
			ts.Fatalf("a line of %d columns, want at most %d: %s", n, columns, line)
		}
	}
}

// hides SECRET PATH… wants no 8 characters of the secret in the files and in those of the folders.
func scriptHides(ts *testscript.TestScript, args []string) {
	const piece = 8
	secret, looked := args[0], 0
	look := func(name, text string) {
		looked++
		for i := range len(secret) - piece + 1 {
			if strings.Contains(text, secret[i:i+piece]) {
				ts.Fatalf("%s has %q of the secret", name, secret[i:i+piece])
			}
		}
	}
	for _, name := range args[1:] {
		if name == "stdout" || name == "stderr" {
			look(name, ts.ReadFile(name))
			continue
		}
		err := filepath.WalkDir(ts.MkAbs(name), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && filepath.Ext(path) != ".txtar" {
				look(path, ts.ReadFile(path))
			}
			return err
		})
		ts.Check(err)
	}
	if looked == 0 {
		ts.Fatalf("no file to look into")
	}
}

// duck FILE SQL… changes a DuckDB file behind this program's back. The driver is registered by
// the store.
func scriptDuck(ts *testscript.TestScript, args []string) {
	db, err := sql.Open("duckdb", ts.MkAbs(args[0]))
	ts.Check(err)
	for _, text := range args[1:] {
		_, err := db.Exec(text)
		ts.Check(err)
	}
	ts.Check(db.Close())
}

// hold FILE holds a case's database to the end of the script, as another run would.
func scriptHold(ts *testscript.TestScript, args []string) {
	db, err := store.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { ts.Check(db.Close()) })
}

// tmpfs DIR OPTIONS mounts a file system in memory there, or changes it.
func scriptTmpfs(ts *testscript.TestScript, args []string) {
	dir := ts.MkAbs(args[0])
	if err := exec.Command("mountpoint", "-q", dir).Run(); err == nil {
		ts.Check(exec.Command("mount", "-o", "remount,"+args[1], dir).Run())
		return
	}
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(exec.Command("mount", "-t", "tmpfs", "-o", args[1], "tmpfs", dir).Run())
	ts.Defer(func() { ts.Check(exec.Command("umount", dir).Run()) })
}
