// Package store owns the case's database: it opens and locks the DuckDB file, creates and
// upgrades its tables, loads what ingest read, and hands out read-only connections. It is the only
// package that knows the driver; the text of everything in the database is in package sql.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/gofrs/flock"

	"breachwindow/geo"
	schema "breachwindow/sql"
)

// ErrBusy says that another run holds the database. It is worth trying again later.
var ErrBusy = errors.New("another run holds this case")

// DB is a database opened for writing, by one process at a time.
type DB struct {
	sql  *sql.DB
	lock *flock.Flock

	networks   *geo.DB      // of the case
	source     *eventSource // of the transaction that loads
	registered bool         // the table function is known

	// Now stamps the files that are loaded. Tests set it.
	Now func() time.Time

	// Trace is told how long each step of Derive took; nil is silent.
	Trace func(what string, took time.Duration)
}

// Open opens the database at path for writing, creates it where there is none, and upgrades an
// older one. A database that another run holds is ErrBusy; one of a newer version, or a DuckDB
// file that is not ours, is refused and left as it is.
func Open(ctx context.Context, path string) (*DB, error) {
	lock := flock.New(path + ".lock")
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if !held {
		return nil, fmt.Errorf("%s: %w", path, ErrBusy)
	}
	memory, err := check(ctx, path, 0)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	if err := createFile(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("create database %s: %w", path, err), lock.Unlock())
	}
	db, err := openWriter(ctx, path)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	d := &DB{sql: db, lock: lock, Now: time.Now}
	err = limitMemory(ctx, db, memory)
	if err == nil {
		err = d.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), d.Close())
	}
	return d, nil
}

// createFile makes a database where there is none: aside first, so that whoever is killed on the
// way leaves no half of one. Its own folder keeps the name by which DuckDB calls it.
func createFile(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := path + ".new"
	// Pending writes of a database that is gone belong to no other.
	if err := errors.Join(os.RemoveAll(dir), os.RemoveAll(path+".wal")); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	aside := filepath.Join(dir, filepath.Base(path))
	db, err := openWriter(ctx, aside)
	if err == nil {
		err = (&DB{sql: db}).create(ctx)
		if err == nil {
			_, err = db.ExecContext(ctx, "CHECKPOINT")
		}
		err = errors.Join(err, db.Close())
	}
	if err == nil {
		err = errors.Join(os.Chmod(aside, 0o600), os.Rename(aside, path))
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// Close writes what is pending and lets the next run in.
func (d *DB) Close() error {
	// The lock file stays: to remove it would let two runs lock two files of one name.
	return errors.Join(d.sql.Close(), d.lock.Unlock())
}

// Reader opens the database at path for queries: read-only, without access to files or network,
// with its configuration locked, so that no detection and no query of a user can change anything.
// It answers two queries at a time; a third waits until the rows of one are closed. It cannot
// upgrade: a database of an older version is refused, never misread.
func Reader(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	memory, err := check(ctx, path, schema.Version)
	if err != nil {
		return nil, err
	}
	db, err := openFile(ctx, path, "read_only&enable_external_access=false", commonSettings)
	if err != nil {
		return nil, err
	}
	err = limitMemory(ctx, db, memory)
	if err == nil {
		err = fitThreads(ctx, db)
	}
	if err == nil {
		err = openConnections(ctx, db, 2) // as many as detect asks at once
	}
	if err == nil {
		_, err = db.ExecContext(ctx, readerSettings)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return db, nil
}

// openConnections opens all connections that a pool will have. Once the configuration is locked, a
// new one could not make its settings.
func openConnections(ctx context.Context, db *sql.DB, n int) error {
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	for range n {
		c, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer c.Close()
	}
	return nil
}

// check refuses, without a change to it, an existing file that is not a database of ours, or is
// of a version below least or one that this program does not know. It returns how much memory the
// case gives it.
func check(ctx context.Context, path string, least int) (memory float64, err error) {
	if err := checkMagic(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return defaultMemoryMB, nil
		}
		return 0, err
	}
	db, err := openFile(ctx, path, "read_only", "")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	version, err := versionOf(ctx, db)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s: %w", path, err)
	case version == 0 && least > 0:
		return 0, fmt.Errorf("%s: nothing was loaded yet", path)
	case version < least:
		return 0, fmt.Errorf("%s: the database has version %d, this program version %d: "+
			"load or run upgrades it", path, version, schema.Version)
	case version > schema.Version:
		return 0, fmt.Errorf("%s: %w", path, versionError(version))
	case version == 0:
		return defaultMemoryMB, nil
	}
	return memoryOf(ctx, db)
}

// checkMagic refuses what is no DuckDB file: DuckDB would open other databases through extensions,
// and has advice on those that does not help here.
func checkMagic(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer f.Close()
	var head [12]byte // a checksum, then the magic
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[8:]) != "DUCK" {
		return fmt.Errorf("%s: this is no DuckDB file: name another, or move it away", path)
	}
	return nil
}

// Settings of every connection. The search path puts Trino's functions before DuckDB's.
const commonSettings = `
SET TimeZone = 'UTC';
SET integer_division = true;
SET search_path = 'trino,main';
`

const (
	// One row group at a time in memory takes 500 MB instead of 850 at the same speed, unless the
	// checkpoint then merges row groups, which it rewrites for that. The allocator's thread gives
	// memory back that otherwise stays the process's: 100 MB.
	writerSettings = `SET preserve_insertion_order = false; SET write_buffer_row_group_count = 1;
		SET max_vacuum_tasks = 0; SET allocator_background_threads = true;`
	readerSettings = `SET lock_configuration = true;`
)

func openWriter(ctx context.Context, path string) (*sql.DB, error) {
	return openFile(ctx, path, "read_write", schema.Macros+commonSettings+writerSettings)
}

func openFile(ctx context.Context, path, mode, settings string) (*sql.DB, error) {
	if strings.ContainsAny(path, "?%#") {
		return nil, fmt.Errorf("%s: the driver cannot open a path with ?, %% or # in it", path)
	}
	dsn := path + "?access_mode=" + mode +
		"&autoinstall_known_extensions=false&autoload_known_extensions=false"
	if mode == "read_write" {
		dsn += "&storage_compatibility_version=latest"
	}
	connector, err := duckdb.NewConnector(dsn, func(c driver.ExecerContext) error {
		if settings == "" {
			return nil
		}
		_, err := c.ExecContext(ctx, settings, nil)
		return err
	})
	if err != nil {
		return nil, openError(path, err)
	}
	db := sql.OpenDB(connector)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(openError(path, err), db.Close())
	}
	return db, nil
}

// openError tells a database that another process holds from one that cannot be opened. DuckDB
// has no code for it, only this text.
func openError(path string, err error) error {
	if strings.Contains(err.Error(), "Could not set lock on file") {
		return fmt.Errorf("%s: %w", path, ErrBusy)
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner // without "could not connect", which is no news
	}
	return fmt.Errorf("open database %s: %w", filepath.ToSlash(path), err)
}
