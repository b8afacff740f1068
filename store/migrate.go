package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	schema "breachwindow/sql"
)

// migrations upgrade a database of version i+1 to version i+2, each in one transaction. The
// tables' first version is 1.
var migrations = []string{
	`ALTER TABLE main.events ADD COLUMN category VARCHAR;
	UPDATE main.events SET category = CASE
	  WHEN action = 'api.request' AND source = 'github' THEN 'api'
	  WHEN source = 'github' THEN region
	  WHEN source = 'cloudtrail' THEN coalesce(
	    replace(lower(json_extract_string(details, '$.eventCategory')), 'networkactivity', 'network'),
	    CASE json_extract_string(details, '$.managementEvent')
	      WHEN 'true' THEN 'management' WHEN 'false' THEN 'data' END)
	  END;`,
	// Earlier ones kept one record of each id, whatever the others said, so files with duplicates may
	// have lost events. Their next load reads them again.
	`CREATE TABLE main.problems (
	  what VARCHAR NOT NULL, path VARCHAR NOT NULL, why VARCHAR NOT NULL, blocks BOOLEAN NOT NULL,
	  named VARCHAR NOT NULL);
	INSERT INTO main.problems
	SELECT 'incomplete', path, 'an earlier version of this program loaded it and kept one record ' ||
	  'of each id, whatever the others said: load or run reads it again', true, ''
	FROM main.files WHERE duplicates > 0;`,
	`CREATE TABLE main.silent (
	  account VARCHAR NOT NULL, region VARCHAR NOT NULL,
	  from_time TIMESTAMP NOT NULL, to_time TIMESTAMP NOT NULL);`,
	// The next run looks all addresses up.
	`DROP TABLE main.ips;
	CREATE TABLE main.ips (
	  ip VARCHAR NOT NULL, address VARCHAR NOT NULL, block VARCHAR NOT NULL, network VARCHAR NOT NULL,
	  country VARCHAR, city VARCHAR, asn BIGINT, organisation VARCHAR, labels VARCHAR,
	  shared BOOLEAN NOT NULL, latitude DOUBLE, longitude DOUBLE, indicator VARCHAR);
	CREATE TABLE main.ip_databases (
	  position INTEGER NOT NULL, name VARCHAR NOT NULL, type VARCHAR NOT NULL, built TIMESTAMP,
	  sha256 VARCHAR NOT NULL, source VARCHAR NOT NULL, places BOOLEAN NOT NULL);`,
	`CREATE TABLE main.deliveries (
	  recipient VARCHAR NOT NULL, message_id VARCHAR NOT NULL, result_sha256 VARCHAR NOT NULL,
	  sent_at TIMESTAMP NOT NULL, status VARCHAR NOT NULL, error VARCHAR);`,
	`CREATE TABLE main.runs (
	  id BIGINT NOT NULL, slot VARCHAR, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP,
	  status VARCHAR NOT NULL, error VARCHAR, result_sha256 VARCHAR, events BIGINT,
	  logs_from TIMESTAMP, logs_to TIMESTAMP, findings BIGINT, alarms BIGINT, unknowns BIGINT);
	CREATE TABLE main.mailed (result_sha256 VARCHAR NOT NULL, outline VARCHAR NOT NULL);`,
	`CREATE TABLE main.triage (
	  kind VARCHAR NOT NULL, subject VARCHAR NOT NULL, secret VARCHAR, ip VARCHAR, ip_from VARCHAR,
	  ip_to VARCHAR, agent VARCHAR, actor VARCHAR, decision VARCHAR NOT NULL, note VARCHAR NOT NULL,
	  author VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL, seen VARCHAR NOT NULL);`,
}

// prepare brings the open database to this program's version.
func (d *DB) prepare(ctx context.Context) error {
	version, err := versionOf(ctx, d.sql)
	if err != nil {
		return err
	}
	if version == 0 {
		return d.create(ctx)
	}
	if version < schema.Version {
		err := inTx(ctx, d.sql, func(tx *sql.Tx) error { return underive(ctx, tx) })
		if err != nil {
			return err
		}
	}
	return upgrade(ctx, d.sql, version, migrations)
}

// create makes the tables of an empty database. The views are Derive's.
func (d *DB) create(ctx context.Context) error {
	return inTx(ctx, d.sql, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, schema.Tables); err != nil {
			return fmt.Errorf("create tables: %w", err)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO schema_version VALUES (?)`, schema.Version)
		if err != nil {
			return err
		}
		return insertSettings(ctx, tx, nil)
	})
}

// upgrade applies the steps that lead from version to the last one.
func upgrade(ctx context.Context, db *sql.DB, version int, steps []string) error {
	if version < 1 || version > len(steps)+1 {
		return versionError(version)
	}
	for ; version <= len(steps); version++ {
		err := inTx(ctx, db, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, steps[version-1]); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `UPDATE schema_version SET version = ?`, version+1)
			return err
		})
		if err != nil {
			return fmt.Errorf("upgrade from version %d: %w", version, err)
		}
	}
	return nil
}

// errForeign is a DuckDB file that this program did not make.
var errForeign = errors.New("this DuckDB file was not made by breachwindow: name another")

// versionOf returns 0 for an empty database.
func versionOf(ctx context.Context, db *sql.DB) (int, error) {
	var tables, ours int
	err := db.QueryRowContext(ctx, `
		SELECT count(*),
		  count(*) FILTER (table_schema = 'main' AND table_name = 'schema_version')
		FROM information_schema.tables`).Scan(&tables, &ours)
	switch {
	case err != nil:
		return 0, fmt.Errorf("read version: %w", err)
	case tables == 0:
		return 0, nil
	case ours == 0:
		return 0, errForeign
	}
	var rows int
	var version sql.NullInt64
	err = db.QueryRowContext(ctx, `SELECT count(*), max(version) FROM main.schema_version`).
		Scan(&rows, &version)
	if err != nil || rows != 1 || version.Int64 < 1 {
		return 0, errForeign
	}
	return int(version.Int64), nil
}

func versionError(version int) error {
	return fmt.Errorf("the database has version %d and this program version %d: "+
		"use the program that made it, or move the database away and load again",
		version, schema.Version)
}

func inTx(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

// ignoreDone drops the error of rolling back what a failed statement has rolled back already.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
