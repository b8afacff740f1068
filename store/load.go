package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"breachwindow/ingest"
	"breachwindow/internal/archive"
)

// LoadFile is one file to load. Name is what the database and every report call it, bytes that are
// not UTF-8 written as \xff; Path is where to read it; Source, if set, is whose log the case says
// it is.
type LoadFile struct {
	Name   string
	Path   string
	Size   int64
	Source string
}

// Piped begins the name of a file that came through standard input, which cannot be read again.
const Piped = "stdin:"

// LoadOptions tells a load how to read and whom to tell. The zero value is right.
type LoadOptions struct {
	Ingest ingest.Options

	// Progress is told how many bytes, as stored, were read since the last call; nil is silent.
	// It is called from several goroutines.
	Progress func(bytes int64)

	// Locate tells where a file of the manifest lies that is not among the given ones: it may have
	// to be read again when another one changed. nil: they are not read again.
	Locate func(name string) string

	// Paths, if not nil, are the paths whose files are loaded, instead of all that the case names.
	Paths []string

	// Problems are what was found beside the files, by whoever listed them.
	Problems []Problem

	// RowsPerCommit bounds a transaction: it ends with the file in which it passes this many
	// rows. 0 is 1,200,000, ten row groups: each transaction ends with half-filled ones, which
	// cost time and memory. Tests set it.
	RowsPerCommit int64
}

// Summary counts a load. Records = Events + Duplicates + Rejects.
type Summary struct {
	Files      int64 // read now
	Known      int64 // loaded before, same path and content
	Records    int64
	Events     int64
	Duplicates int64
	Rejects    int64
	Loaded     []FileRow // what was read now, in order
	Problems   []Problem // what the load found that the user should know beside the counts
}

// FileRow is a row of table files.
type FileRow struct {
	ID                                   int32
	Path, SHA256, Form                   string
	Bytes                                int64
	Records, Events, Duplicates, Rejects int64
	First, Last                          *time.Time
}

// Load reads the files in the given order and stores their events. A file whose path and content
// the database knows already is not read again; a file whose content changed replaces what was
// loaded of it, and one that cannot be read any more keeps it. Loading is interrupted safely at
// any point: what is committed is whole, and a rerun completes to the same content. A DB loads
// once at a time.
func (d *DB) Load(ctx context.Context, files []LoadFile, o LoadOptions) (sum Summary, err error) {
	if o.RowsPerCommit == 0 {
		o.RowsPerCommit = 1_200_000
	}
	conn, err := d.sql.Conn(ctx)
	if err != nil {
		return Summary{}, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()

	l := &loader{db: d, conn: conn, options: o, ingest: o.Ingest}
	l.ingest.Progress = o.Progress
	if err := d.registerSource(conn); err != nil {
		return Summary{}, fmt.Errorf("load: %w", err)
	}
	if err := l.run(ctx, namedInText(files)); err != nil {
		return l.sum, fmt.Errorf("load: %w", memoryHint(err))
	}
	return l.sum, nil
}

// run writes the problems twice: those that are known before the first event is, since a load may
// be interrupted, and all at the end.
func (l *loader) run(ctx context.Context, files []LoadFile) error {
	if err := l.readProblems(ctx); err != nil {
		return err
	}
	l.problems.begin(files, l.options)
	if err := l.plan(ctx, files); err != nil {
		return err
	}
	if err := l.writeProblems(ctx); err != nil {
		return err
	}
	for len(l.todo) > 0 {
		if err := l.commitSome(ctx, (*reading).files, &l.todo); err != nil {
			return err
		}
	}
	slices.SortFunc(l.archives, func(a, b task) int { return cmp.Compare(a.id, b.id) })
	for len(l.archives) > 0 {
		if err := l.commitSome(ctx, (*reading).archives, &l.archives); err != nil {
			return err
		}
	}
	if err := l.conclude(ctx, files); err != nil {
		return err
	}
	return l.writeProblems(ctx)
}

// Rejects counts the rejected records of all files that the database has, and these files.
func (d *DB) Rejects(ctx context.Context) (records, files int64, err error) {
	err = d.sql.QueryRowContext(ctx, `
		SELECT coalesce(sum(rejects), 0), count(*) FILTER (rejects > 0) FROM main.files`).
		Scan(&records, &files)
	return records, files, err
}

// namedInText escapes the bytes in the files' names that are not UTF-8: a database holds text only.
func namedInText(files []LoadFile) []LoadFile {
	out := slices.Clone(files)
	for i := range out {
		out[i].Name = archive.Text(out[i].Name)
	}
	return out
}

// registerSource makes the table function that rows come through. The database knows it to its
// end, so that each transaction puts its own source behind the one name.
func (d *DB) registerSource(conn *sql.Conn) error {
	if d.registered {
		return nil
	}
	d.registered = true
	return duckdb.RegisterTableUDF(conn, "ingested_events", duckdb.ParallelChunkTableFunction{
		BindArguments: func(map[string]any, ...any) (duckdb.ParallelChunkTableSource, error) {
			return d.source, nil
		},
	})
}

// loader is the state of one Load.
type loader struct {
	db       *DB
	conn     *sql.Conn
	options  LoadOptions
	ingest   ingest.Options
	todo     []task
	stale    []int32 // files whose rows go with the first transaction
	lastID   int32   // the highest id given to a file
	problems problems
	sum      Summary

	// Archives are read after all other files, one after the other: how many files are in them,
	// and so the ids of these, is known only then.
	archives []task
}

// task is a file to read, under the id that it will have.
type task struct {
	LoadFile
	id int32
}

// commitSome loads the next of the tasks in one transaction, read by how: their events, their
// rejects, their rows of table files, duplicates removed, sums checked.
func (l *loader) commitSome(
	ctx context.Context, how func(*reading, context.Context), tasks *[]task,
) error {
	tx, err := l.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	n, rows, moved, err := l.fill(ctx, tx, how, *tasks)
	if err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	*tasks, l.stale = (*tasks)[n:], nil
	for i := range l.sum.Loaded {
		n := moved[l.sum.Loaded[i].ID]
		l.sum.Loaded[i].Events -= n
		l.sum.Loaded[i].Duplicates += n
		l.sum.Events -= n
		l.sum.Duplicates += n
	}
	for _, r := range rows {
		l.sum.Files++
		l.sum.Records += r.Records
		l.sum.Events += r.Events
		l.sum.Duplicates += r.Duplicates
		l.sum.Rejects += r.Rejects
	}
	l.sum.Loaded = append(l.sum.Loaded, rows...)
	return nil
}

// fill does the work of one transaction and returns how many tasks it took, and what account does.
func (l *loader) fill(
	ctx context.Context, tx *sql.Tx, how func(*reading, context.Context), tasks []task,
) (taken int, rows []FileRow, moved map[int32]int64, err error) {
	if err := cmp.Or(l.forget(ctx, tx), underive(ctx, tx)); err != nil {
		return 0, nil, nil, err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan batch, 2*runtime.GOMAXPROCS(0))
	l.db.source = &eventSource{done: reading.Done(), batches: batches}
	r := newReading(l, tasks, batches, stop)
	go r.run(reading, how)

	_, err = tx.ExecContext(ctx, `INSERT INTO main.events SELECT * FROM ingested_events()`)
	if err != nil {
		stop() // the readers may wait for a DuckDB that takes no more
	}
	<-r.finished
	if err != nil && errors.Is(r.err, context.Canceled) && ctx.Err() == nil {
		return 0, nil, nil, err // it stopped the readers
	}
	if err := cmp.Or(r.err, err); err != nil { // a reader's error made DuckDB's
		return 0, nil, nil, err
	}
	rows, moved, err = l.account(ctx, tx, r)
	return r.taken, rows, moved, err
}
