package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"breachwindow/ingest"
	"breachwindow/internal/archive"
)

// known is what the database has of a file.
type known struct {
	id     int32
	bytes  int64
	sha256 string
	form   string
	dups   int64
	limit  int64 // what was read of it ends at this many unpacked bytes; 0: it was read whole

	members []int32 // of an archive: the files in it
}

// plan decides what to read. A path that is known with the same content is skipped; one whose
// content changed, or of which more may be unpacked now, is forgotten first, together with the
// files that left events to it: an event that a changed file had first is a duplicate elsewhere
// and would be lost. A file that could not be read again then is read as soon as it can be.
func (l *loader) plan(ctx context.Context, files []LoadFile) error {
	byPath, err := l.readKnown(ctx)
	if err != nil {
		return err
	}
	given, lost, changed := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, f := range files {
		given[f.Name] = true
		k, ok := byPath[f.Name]
		if !ok {
			continue
		}
		same, err := k.same(f)
		changed[f.Name] = !same ||
			k.limit > 0 && k.limit < cmp.Or(l.ingest.MaxExpand, ingest.DefaultMaxExpand)
		if err != nil {
			lost[f.Name] = true
			l.problem(Unreadable, f.Name, reasonOf(err)+"; what was loaded of it before is kept")
		}
	}
	maps.DeleteFunc(changed, func(_ string, yes bool) bool { return !yes })
	again := l.problems.of(Incomplete)
	if len(changed) > 0 {
		for name, k := range byPath {
			if k.dups > 0 {
				again[name] = true
			}
		}
	}
	files = append(slices.Clip(files), l.sharing(again, given, lost)...)
	for _, f := range files {
		if k, ok := byPath[f.Name]; ok {
			if !changed[f.Name] && (!again[f.Name] || lost[f.Name]) {
				l.sum.Known++
				continue
			}
			l.stale = append(append(l.stale, k.id), k.members...)
		}
		l.todo = append(l.todo, task{LoadFile: f, id: l.nextID()})
	}
	return nil
}

func (l *loader) nextID() int32 {
	l.lastID++
	return l.lastID
}

// problem adds one that may hide a use, and tells of it.
func (l *loader) problem(what, name, why string) {
	x := Problem{What: what, Path: name, Why: why, Blocks: true}
	l.problems.add(x)
	l.tell(x)
}

// sharing lists the files to read again that were not given, by name. Those that cannot be read
// are incomplete until they are.
func (l *loader) sharing(again, given, lost map[string]bool) (out []LoadFile) {
	for _, name := range slices.Sorted(maps.Keys(again)) {
		if given[name] && !lost[name] {
			continue
		}
		f := LoadFile{Name: name}
		err := errors.New("it is not at hand")
		if l.options.Locate != nil && !given[name] {
			f.Path = l.options.Locate(name)
			f.Size, err = readable(f.Path)
		}
		if err != nil {
			l.problem(Incomplete, name,
				reasonOf(err)+"; an event that it shared with a changed file may be missing now")
			continue
		}
		out = append(out, f)
	}
	return out
}

// readable tells the size of a file that can be opened.
func readable(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// same tells whether the file on disk still has the content that was loaded. One that cannot be
// read counts as the same, with the error: what was loaded of it is all that there is.
func (k known) same(f LoadFile) (bool, error) {
	if _, err := readable(f.Path); err != nil {
		return true, err
	}
	if k.bytes != f.Size {
		return false, nil
	}
	sum, err := HashFile(f.Path)
	return sum == k.sha256 || err != nil, err
}

// HashFile is the SHA-256 of a file as stored, in hexadecimal, as table files has it.
func HashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readKnown reads the manifest. The files in archives count to these.
func (l *loader) readKnown(ctx context.Context) (_ map[string]known, err error) {
	rows, err := l.conn.QueryContext(ctx,
		`SELECT path, id, bytes, sha256, form, duplicates, coalesce((
		  SELECT max(TRY_CAST(regexp_extract(reason, 'more than the limit of ([0-9]+) bytes; what is '
		    || 'behind them was not read', 1) AS BIGINT))
		  FROM main.rejects r WHERE r.file = f.id), 0)
		FROM main.files f`)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	out := map[string]known{}
	for rows.Next() {
		var path string
		var k known
		if err := rows.Scan(&path, &k.id, &k.bytes, &k.sha256, &k.form, &k.dups, &k.limit); err != nil {
			return nil, err
		}
		out[path] = k
		l.lastID = max(l.lastID, k.id)
	}
	archives := map[string]bool{}
	for path, k := range out {
		archives[path] = strings.HasPrefix(k.form, "archive/")
	}
	isArchive := func(path string) bool { return archives[path] }
	for path, k := range out {
		if around := archive.Outermost(path, isArchive); around != "" {
			a := out[around]
			a.members, a.dups, a.limit = append(a.members, k.id), a.dups+k.dups, max(a.limit, k.limit)
			out[around] = a
		}
	}
	maps.DeleteFunc(out, func(path string, _ known) bool {
		return archive.Outermost(path, isArchive) != ""
	})
	return out, rows.Err()
}

// forget removes what was loaded of files that are read again.
func (l *loader) forget(ctx context.Context, tx *sql.Tx) error {
	for _, id := range l.stale {
		for _, where := range []string{"events WHERE file", "rejects WHERE file", "files WHERE id"} {
			//nolint:gosec // G202: the texts are the list above
			if _, err := tx.ExecContext(ctx, `DELETE FROM main.`+where+` = ?`, id); err != nil {
				return fmt.Errorf("forget changed file: %w", err)
			}
		}
	}
	return nil
}
