package store

import (
	"context"
	"database/sql"
)

// For the tests of this package's promises: what is behind a DB, and an upgrade by other steps
// than the program's own.
var (
	Migrations = migrations
	Megabytes  = megabytes
)

func Check(ctx context.Context, path string, least int) error {
	_, err := check(ctx, path, least)
	return err
}

func (d *DB) SQL() *sql.DB { return d.sql }

func (d *DB) Upgrade(ctx context.Context, version int, steps []string) error {
	return upgrade(ctx, d.sql, version, steps)
}
