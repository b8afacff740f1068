package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"breachwindow/ingest"
	"breachwindow/report"
	"breachwindow/store"
)

func (a *app) loadCmd() *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "load [PATH…]",
		Short: "Load logs into the case",
		Long: `Load reads files and folders into the case's database: CloudTrail, GitHub and CircleCI
logs, recognised by their content, also in zip and tar archives, gzip and zstd. Without PATH
it loads what case.yaml names; - is standard input, of which only the events are kept. What
was loaded before is not loaded again. Every record ends as an event, a duplicate or a
reject, and the sums are printed. What query reads is up to date after it.`,
		Example: "  breachwindow load logs/\n" +
			"  breachwindow load --case acme export-1672531200.json.gz\n" +
			"  breachwindow load --case acme -",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			c, err := a.readCase()
			if err != nil {
				return err
			}
			db, err := store.Open(cmd.Context(), a.path(databaseName))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close(), c.data.Networks.Close()) }()
			if err := db.SetCase(cmd.Context(), c.data); err != nil {
				return err
			}
			sum, err := a.load(cmd.Context(), db, c, args)
			if err == nil || sum.Files+sum.Known > 0 {
				err = errors.Join(err, a.printSummary(sum))
			}
			if err := errors.Join(err, db.Derive(cmd.Context())); err != nil {
				return err
			}
			if !strict {
				return nil
			}
			return refuseRejects(cmd.Context(), db)
		},
	}
	a.expandFlag(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false,
		"a rejected record is an error, in a file loaded before too")
	return cmd
}

// refuseRejects makes an error of rejects, whichever load left them: the case is judged by all.
func refuseRejects(ctx context.Context, db *store.DB) error {
	records, files, err := db.Rejects(ctx)
	if err != nil || records == 0 {
		return err
	}
	return fmt.Errorf("%d records in %d files of the case were rejected (--strict)\n"+
		"hint: breachwindow coverage lists the files, breachwindow show FILE the records",
		records, files)
}

// load finds the files and loads them. paths, if any, stand in for the case's own; then one that
// is not there is an error, after the others were loaded.
func (a *app) load(
	ctx context.Context, db *store.DB, c *investigation, paths []string,
) (store.Summary, error) {
	entries := c.file.Logs
	if len(paths) > 0 {
		entries = nil
		for _, p := range paths {
			if p != stdinName {
				entries = append(entries, logEntry{Path: p})
			}
		}
	}
	found := a.findLogs(c, entries, len(paths) > 0)
	if slices.Contains(paths, stdinName) {
		f, err := a.keepInput()
		if err != nil {
			return store.Summary{}, fmt.Errorf("standard input: %w", err)
		}
		defer os.Remove(f.Path)
		found.files = append(found.files, f)
	}
	var total int64
	for _, f := range found.files {
		total += f.Size
	}
	bar := a.newProgress("loading", total)
	o := store.LoadOptions{
		Progress: bar.add, Locate: a.locate, Problems: found.problems,
		Ingest: ingest.Options{MaxExpand: int64(a.maxExpand)},
	}
	if len(paths) > 0 {
		o.Paths = append([]string{}, found.paths...) // not nil, even if only standard input is named
	}
	sum, err := db.Load(ctx, found.files, o)
	bar.stop()
	if err != nil {
		return sum, err
	}
	for _, p := range sum.Problems {
		a.note("%s", p)
	}
	a.noteUnknown(sum.Loaded)
	switch {
	case len(paths) > 0 && len(found.files) == 0:
		return sum, errors.New("nothing to load")
	case len(paths) > 0 && found.lacking:
		return sum, errors.New("not all that was named could be loaded, see above")
	}
	return sum, nil
}

// noteUnknown names the files that are no log that is known: most often a slip, and it hides uses.
func (a *app) noteUnknown(loaded []store.FileRow) {
	const most = 10
	unknown := slices.DeleteFunc(slices.Clone(loaded), func(f store.FileRow) bool {
		return f.Form != "unknown"
	})
	for _, f := range unknown[:min(len(unknown), most)] {
		a.note("%s: not recognised as a log; breachwindow show %q says why", f.Path, f.Path)
	}
	if n := len(unknown) - most; n > 0 {
		a.note("%d more files were not recognised: breachwindow coverage lists them", n)
	}
}

// stdinName stands for standard input on the command line.
const stdinName = "-"

// keepInput copies standard input to a file that is to be removed. Its name in the case is made of
// its content: another input is another file, the same one is known.
func (a *app) keepInput() (store.LoadFile, error) {
	f, err := os.CreateTemp("", "breachwindow-stdin-*")
	if err != nil {
		return store.LoadFile{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), a.in)
	if err := errors.Join(err, f.Close()); err != nil {
		return store.LoadFile{}, errors.Join(err, os.Remove(f.Name()))
	}
	name := fmt.Sprintf("%s%x", store.Piped, sum.Sum(nil)[:6])
	return store.LoadFile{Name: name, Path: f.Name(), Size: n}, nil
}

// foundLogs is what the entries of a case lead to.
type foundLogs struct {
	files    []store.LoadFile
	problems []store.Problem
	paths    []string // the entries' own, as the case calls them
	lacking  bool     // something is not there or cannot be read
}

// findLogs lists the files of the entries, sorted and once each, with the source that an entry
// claims. Paths of case.yaml are relative to the case, those of the command line are not.
func (a *app) findLogs(c *investigation, entries []logEntry, fromArgs bool) (out foundLogs) {
	wanted := map[string]string{}
	for _, e := range entries {
		pattern := e.Path
		if !fromArgs {
			pattern = a.path(pattern)
		}
		paths := []string{pattern}
		if _, err := os.Lstat(pattern); err != nil {
			if matches, err := filepath.Glob(pattern); err == nil && len(matches) > 0 {
				paths = matches
			}
		}
		found, bad := ingest.Find(paths)
		for _, p := range paths {
			out.paths = append(out.paths, a.nameOf(p))
		}
		for _, p := range bad {
			a.note("%s", p)
			out.lacking = true
			out.problems = append(out.problems, a.problemOf(p))
		}
		for _, f := range found {
			name := a.nameOf(f.Name)
			switch own := a.isOwn(c, f.Name); {
			case f.Skip == "" && !own:
				wanted[name] = cmp.Or(wanted[name], e.Source)
				out.files = append(out.files, store.LoadFile{Name: name, Path: f.Name, Size: f.Size})
				continue
			case f.Skip == "":
				f.Skip = "the case's own file"
			case f.Skip != ingest.SkipSystem:
				out.problems = append(out.problems,
					store.Problem{What: store.Skipped, Path: name, Why: f.Skip})
			}
			a.note("%s: skipped: %s", f.Name, f.Skip)
		}
	}
	slices.SortFunc(out.files, func(x, y store.LoadFile) int {
		return strings.Compare(x.Name, y.Name)
	})
	out.files = slices.CompactFunc(out.files, func(x, y store.LoadFile) bool {
		return x.Name == y.Name
	})
	for i := range out.files {
		out.files[i].Source = wanted[out.files[i].Name]
	}
	return out
}

// problemOf is what the case keeps of a path that could not be listed.
func (a *app) problemOf(p ingest.PathError) store.Problem {
	x := store.Problem{Path: a.nameOf(p.Path), Why: p.Err.Error(), Blocks: true}
	switch {
	case errors.Is(p, ingest.ErrNoFiles):
		x.What, x.Blocks = store.Empty, false
	case errors.Is(p, fs.ErrNotExist):
		x.What, x.Why = store.Missing, "it does not exist"
		if strings.ContainsAny(p.Path, "*?[") {
			x.Why = "no file matches the pattern"
		}
	default:
		x.What = store.Unreadable
	}
	return x
}

// isOwn tells the case's own files from logs, also behind a link that leads back to the case. Only
// what has the name of one is looked at that closely: there may be a hundred thousand logs.
func (a *app) isOwn(c *investigation, path string) bool {
	if c.owns(a.nameOf(path)) {
		return true
	}
	base := filepath.Base(path)
	if !c.owns(base) && !slices.ContainsFunc(slices.Concat(c.file.Secrets, c.file.Indicators),
		func(own string) bool { return base == filepath.Base(own) }) {
		return false
	}
	real, err1 := filepath.EvalSymlinks(path)
	dir, err2 := filepath.EvalSymlinks(a.caseDir)
	if err1 != nil || err2 != nil {
		return false
	}
	real, err1 = filepath.Abs(real)
	dir, err2 = filepath.Abs(dir)
	name, err3 := filepath.Rel(dir, real)
	return err1 == nil && err2 == nil && err3 == nil && c.owns(filepath.ToSlash(name))
}

// owns tells the files that make the case, and those that this program writes into it, from logs.
func (c *investigation) owns(name string) bool {
	return name == caseName || strings.HasPrefix(name, databaseName) ||
		strings.HasPrefix(name, resultName) || strings.HasPrefix(name, reportName) ||
		slices.ContainsFunc(slices.Concat(c.file.Secrets, c.file.Indicators), func(path string) bool {
			return name == filepath.ToSlash(filepath.Clean(path))
		})
}

// nameOf is how a file is called in the case: relative to it where it lies inside. A name need
// not be UTF-8, but the database's text must be: other bytes are written as escapes.
func (a *app) nameOf(path string) string {
	name := path
	abs, err1 := filepath.Abs(path)
	dir, err2 := filepath.Abs(a.caseDir)
	if err1 == nil && err2 == nil {
		name = abs
		if rel, err := filepath.Rel(dir, abs); err == nil && filepath.IsLocal(rel) {
			name = rel
		}
	}
	name = likeEscape.ReplaceAllString(filepath.ToSlash(name), `\x5c$1`)
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i, r := range name {
		if r == utf8.RuneError && !strings.HasPrefix(name[i:], "\uFFFD") {
			fmt.Fprintf(&b, `\x%02x`, name[i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// locate is where a file of the manifest lies: what nameOf wrote as escapes is bytes of its name.
func (a *app) locate(name string) string {
	bytesOf := escapedByte.ReplaceAllStringFunc(name, func(s string) string {
		n, err := strconv.ParseUint(s[2:], 16, 8)
		if err != nil {
			return s
		}
		return string([]byte{byte(n)})
	})
	path := a.path(filepath.FromSlash(bytesOf))
	if _, err := os.Lstat(path); err == nil {
		return path
	}
	return a.path(filepath.FromSlash(name))
}

// escapedByte is a byte that begins no rune, as nameOf writes it, or the backslash of a name that
// has what looks like an escape: else two files would have one name, and one of them be lost.
var (
	escapedByte = regexp.MustCompile(`\\x(?:[89a-f][0-9a-f]|5c)`)
	likeEscape  = regexp.MustCompile(`\\(x(?:[89a-f][0-9a-f]|5c))`)
)

// printSummary prints what a load read: a table by form, then the sums, the rejects last.
func (a *app) printSummary(sum store.Summary) error {
	type row struct{ files, records, events, duplicates, rejects int64 }
	byForm := map[string]*row{}
	for _, f := range sum.Loaded {
		r := byForm[f.Form]
		if r == nil {
			r = &row{}
			byForm[f.Form] = r
		}
		r.files++
		r.records += f.Records
		r.events += f.Events
		r.duplicates += f.Duplicates
		r.rejects += f.Rejects
	}
	rows := make([][]string, 0, len(byForm))
	for _, form := range slices.Sorted(maps.Keys(byForm)) {
		r := byForm[form]
		rows = append(rows, []string{
			form, fmt.Sprint(r.files), fmt.Sprint(r.records),
			fmt.Sprint(r.events), fmt.Sprint(r.duplicates), fmt.Sprint(r.rejects),
		})
	}
	o, err := a.options()
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		header := []string{"form", "files", "records", "events", "duplicates", "rejects"}
		if err := report.Table(a.out, header, rows, o); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(a.out, sumsOf(sum))
	if err == nil {
		err = a.printEmpty(sum)
	}
	if err == nil && sum.Rejects > 0 {
		err = a.printRejects(sum)
	}
	return err
}

// sumsOf are the sums of a load.
func sumsOf(sum store.Summary) string {
	return fmt.Sprintf("%d files read, %d known already; records %d = events %d + duplicates %d + "+
		"rejects %d", sum.Files, sum.Known, sum.Records, sum.Events, sum.Duplicates, sum.Rejects)
}

// maxListed bounds a list of files; the rest is counted.
const maxListed = 10

func (a *app) printList(lines []string) error {
	for _, line := range lines[:min(len(lines), maxListed)] {
		if _, err := fmt.Fprintf(a.out, "  %s\n", line); err != nil {
			return err
		}
	}
	if more := len(lines) - maxListed; more > 0 {
		if _, err := fmt.Fprintf(a.out, "  and %d more files\n", more); err != nil {
			return err
		}
	}
	return nil
}

// printEmpty names the files that hold nothing: no reject tells of them, yet an export may have
// broken off there.
func (a *app) printEmpty(sum store.Summary) error {
	var lines []string
	for _, f := range sum.Loaded {
		if f.Form == "empty" {
			lines = append(lines, report.Clean(f.Path)+": empty, did an export break off?")
		}
	}
	return a.printList(lines)
}

func (a *app) printRejects(sum store.Summary) error {
	var lines []string
	for _, f := range sum.Loaded {
		if f.Rejects > 0 {
			lines = append(lines, fmt.Sprintf("%s: %d of %d records rejected", report.Clean(f.Path),
				f.Rejects, f.Records))
		}
	}
	if err := a.printList(lines); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "%d records were rejected and kept with their reasons: "+
		"breachwindow show FILE\n", sum.Rejects)
	return err
}
