package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"breachwindow/internal/archive"
)

// Problem is something about the case's logs that the counts of files and records do not say.
type Problem struct {
	What   string // one of the words below
	Path   string // the file or folder, as the database calls it
	Why    string
	Blocks bool // a use may be missing: nothing that these logs could show is cleared
}

// What a problem is. Whoever lists the files finds the first four, a load the others.
const (
	Missing    = "missing"    // named, and not there
	Unreadable = "unreadable" // there, and cannot be read
	Empty      = "empty"      // a folder without files
	Skipped    = "skipped"    // hidden, no regular file, a link in a circle

	Changed     = "changed"      // while it was read: what was loaded may be of two contents
	Incomplete  = "incomplete"   // events of it may be missing in the database
	Gone        = "gone"         // loaded once; now neither named nor there
	NotNamed    = "not named"    // loaded once; there, but the case does not name it
	OtherSource = "other source" // it holds another source's log than the case says
	SameID      = "same id"      // its records have the id of others that tell something else
)

func (p Problem) String() string { return p.Path + ": " + p.Why }

// problems is the state of table problems during a load.
type problems struct {
	rows  map[[2]string]problem // by what and path
	paths []string              // as in LoadOptions
}

// problem is a row. What a load of other paths than the case's could not read, a load of the case
// cannot find again, or find well: named is that path then.
type problem struct {
	Problem
	named string
}

func (p *problems) add(x Problem) {
	row := problem{Problem: x}
	for _, given := range p.paths {
		if isWithin(x.Path, given) {
			row.named = given
		}
	}
	p.rows[[2]string{x.What, x.Path}] = row
}

func isWithin(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

func (p *problems) drop(what, path string) { delete(p.rows, [2]string{what, path}) }

// of lists the paths with a problem of one kind.
func (p *problems) of(what string) map[string]bool {
	out := map[string]bool{}
	for k := range p.rows {
		if k[0] == what {
			out[k[1]] = true
		}
	}
	return out
}

// explains tells whether a problem that was found on disk is the path's or that of a folder around.
func (p *problems) explains(name string) bool {
	for ; name != "." && name != "/"; name = path.Dir(name) {
		for _, what := range []string{Missing, Unreadable, Skipped} {
			if _, ok := p.rows[[2]string{what, name}]; ok {
				return true
			}
		}
	}
	return false
}

// begin drops what this load finds out anew and takes over what the caller found. What a load of
// other paths could not read stays until it is loaded; but a path that did not even exist was no
// log of this case once the case itself is loaded.
func (p *problems) begin(files []LoadFile, o LoadOptions) {
	p.paths = o.Paths
	found := map[string]bool{}
	for _, f := range files {
		for name := f.Name; !found[name]; name = path.Dir(name) {
			found[name] = true
		}
	}
	maps.DeleteFunc(p.rows, func(_ [2]string, x problem) bool {
		switch {
		case x.What == Incomplete || x.What == SameID:
			return false
		case found[x.Path]:
			return true
		case o.Paths == nil:
			return x.named == "" || x.What == Missing
		}
		return slices.ContainsFunc(o.Paths, func(given string) bool {
			return x.named == given || isWithin(x.Path, given)
		})
	})
	for _, x := range o.Problems {
		p.add(x)
	}
}

// readProblems reads the table.
func (l *loader) readProblems(ctx context.Context) (err error) {
	l.problems.rows = map[[2]string]problem{}
	rows, err := l.conn.QueryContext(ctx,
		`SELECT what, path, why, blocks, named FROM main.problems`)
	if err != nil {
		return fmt.Errorf("read problems: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var x problem
		if err := rows.Scan(&x.What, &x.Path, &x.Why, &x.Blocks, &x.named); err != nil {
			return err
		}
		l.problems.rows[[2]string{x.What, x.Path}] = x
	}
	return rows.Err()
}

// writeProblems replaces the table.
func (l *loader) writeProblems(ctx context.Context) error {
	tx, err := l.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM main.problems`)
	if err == nil {
		table := rows{table: "problems"}
		for _, x := range l.problems.sorted() {
			table.add(x.What, x.Path, x.Why, x.Blocks, x.named)
		}
		err = table.append(l.conn)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write problems: %w", err), ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func (p *problems) sorted() []problem {
	return slices.SortedFunc(maps.Values(p.rows), func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.What, b.What))
	})
}

// conclude finds what can be told only when all is loaded.
func (l *loader) conclude(ctx context.Context, files []LoadFile) error {
	for _, f := range l.sum.Loaded {
		l.problems.drop(Incomplete, f.Path)
	}
	if err := l.findUnreadable(ctx); err != nil {
		return err
	}
	if err := l.compareManifest(ctx, files); err != nil {
		return err
	}
	return l.findSameIDs(ctx)
}

// findUnreadable names the files of which nothing could be read.
func (l *loader) findUnreadable(ctx context.Context) error {
	found, err := l.queryProblems(ctx, `
		SELECT f.path, min(r.reason) FROM main.files f
		JOIN main.rejects r ON r.file = f.id WHERE f.form = 'unreadable' GROUP BY f.path`)
	for _, x := range found {
		x.What, x.Blocks = Unreadable, true
		l.problems.add(x)
	}
	return err
}

// compareManifest holds the files of the manifest against those that are loaded now.
func (l *loader) compareManifest(ctx context.Context, files []LoadFile) error {
	known, err := l.queryProblems(ctx,
		`SELECT path, CASE WHEN events > 0 THEN form ELSE '' END FROM main.files ORDER BY path`)
	if err != nil {
		return err
	}
	packed, err := l.queryProblems(ctx,
		`SELECT path, form FROM main.files WHERE form LIKE 'archive/%'`)
	if err != nil {
		return err
	}
	archives := map[string]bool{}
	for _, x := range packed {
		archives[x.Path] = true
	}
	wanted := map[string]string{}
	for _, f := range files {
		wanted[f.Name] = f.Source
	}
	var left []string
	for _, x := range known {
		form, stored := x.Why, x.Path
		around := archive.Outermost(x.Path, func(path string) bool { return archives[path] })
		if around != "" {
			stored = around
		}
		want, given := wanted[stored]
		if !given && around == "" {
			left = append(left, x.Path)
		}
		if want != "" && form != "" && !strings.HasPrefix(form, want+"/") {
			x.What, x.Why = OtherSource, fmt.Sprintf("case.yaml says %s, its content is %s", want, form)
			l.problems.add(x)
			l.tell(x)
		}
	}
	if l.options.Paths == nil && l.options.Locate != nil {
		l.findLeft(left)
	}
	return nil
}

// findLeft tells of files that were loaded once and are not the case's now, unless a problem
// explains it. Each that is gone is named; the others, which load PATH may have added, are counted.
func (l *loader) findLeft(left []string) {
	var there []string
	for _, name := range left {
		switch {
		case strings.HasPrefix(name, Piped), l.problems.explains(name):
		case isThere(l.options.Locate(name)):
			there = append(there, name)
		default:
			l.problems.add(Problem{
				What: Gone, Path: name,
				Why: "loaded earlier, no longer in the case; its events count until the database is " +
					"removed and the logs are loaded again",
			})
		}
	}
	if len(there) == 0 {
		return
	}
	x := Problem{
		What: NotNamed, Path: there[0],
		Why: "loaded earlier, not named by the case now; its events count",
	}
	if n := len(there) - 1; n > 0 {
		x.Why += fmt.Sprintf(", and those of %d more", n)
	}
	l.problems.add(x)
}

func isThere(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// sameIDs counts by file the events that have the key of another one: a record that told the same
// would be a duplicate. As in twice, only rows whose hashed key occurs twice are compared.
const sameIDs = `
WITH keyed AS (
  SELECT rowid AS row, hash(source, event_id, CASE WHEN source = 'cloudtrail' THEN account END) AS key
  FROM main.events
),
twice AS (
  SELECT source, event_id, file,
    count(*) OVER (PARTITION BY source, event_id,
      CASE WHEN source = 'cloudtrail' THEN coalesce(account, '') ELSE '' END) AS copies
  FROM main.events WHERE rowid IN (
    SELECT row FROM keyed WHERE key IN (SELECT key FROM keyed GROUP BY key HAVING count(*) > 1))
)
SELECT f.path, CASE count(*) WHEN 1 THEN '1 of its records has' ELSE count(*) || ' of its records have' END
  || ' the id of another that tells something else; each is an event of its own, the first '
  || min(t.event_id)
FROM twice t JOIN main.files f ON f.id = t.file
WHERE t.copies > 1 GROUP BY f.path ORDER BY f.path`

func (l *loader) findSameIDs(ctx context.Context) error {
	found, err := l.queryProblems(ctx, sameIDs)
	if err != nil {
		return err
	}
	before := l.problems.of(SameID)
	for name := range before {
		l.problems.drop(SameID, name)
	}
	for _, x := range found {
		x.What = SameID
		l.problems.add(x)
		if !before[x.Path] {
			l.tell(x)
		}
	}
	return nil
}

// queryProblems reads paths and texts.
func (l *loader) queryProblems(ctx context.Context, text string) (out []Problem, err error) {
	rows, err := l.conn.QueryContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("find problems: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var x Problem
		if err := rows.Scan(&x.Path, &x.Why); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// tell adds a problem to what the user is told of this load.
func (l *loader) tell(x Problem) { l.sum.Problems = append(l.sum.Problems, x) }
