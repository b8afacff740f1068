package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	schema "breachwindow/sql"
)

// Derive computes what detections read: the addresses that acted, what events alone tell, and
// what depends on the case. Every view is made anew, so that a database which an earlier program
// made has this program's.
func (d *DB) Derive(ctx context.Context) error {
	if err := d.refreshIPs(ctx); err != nil {
		return fmt.Errorf("addresses: %w", memoryHint(err))
	}
	if err := fitThreads(ctx, d.sql); err != nil {
		return err
	}
	err := inTx(ctx, d.sql, func(tx *sql.Tx) error { return d.refreshViews(ctx, tx) })
	if err != nil {
		return memoryHint(err)
	}
	_, err = d.sql.ExecContext(ctx, "RESET threads")
	return err
}

// Derived tells whether a database has the views of all that was loaded. One whose last load or upgrade
// was interrupted has not.
func Derived(ctx context.Context, db *sql.DB) (bool, error) {
	kinds, err := tableKinds(ctx, db)
	return kinds[lastView] != "", err
}

// lastView stands for all of them: a database that lacks it is not derived.
const lastView = "uses"

// underive marks what was derived as out of date, in the transaction that makes it so: whoever is
// killed before all is derived anew leaves no views that know nothing of the newest events.
func underive(ctx context.Context, tx *sql.Tx) error {
	kinds, err := tableKinds(ctx, tx)
	if err != nil || kinds[lastView] == "" {
		return err
	}
	_, err = tx.ExecContext(ctx, "DROP "+kinds[lastView]+" main."+lastView)
	return err
}

// refreshViews makes the views in the order of their dependence: the rows of those that are
// stored are computed, the others become plain views.
func (d *DB) refreshViews(ctx context.Context, tx *sql.Tx) error {
	views, err := schema.Views()
	if err != nil {
		return err
	}
	kinds, err := tableKinds(ctx, tx)
	if err != nil {
		return err
	}
	var after []string
	for _, v := range views {
		want, other := "TABLE", "VIEW"
		if v.Stage == schema.Live || v.Stage == schema.WhileDeriving {
			want, other = other, want
		}
		steps := []string{"CREATE OR REPLACE " + want + " main." + v.Name + " AS " + v.Select}
		if v.Bulky != "" {
			if steps, err = storePacked(ctx, tx, v); err != nil {
				return fmt.Errorf("view %s: %w", v.Name, err)
			}
		}
		if kinds[v.Name] == other { // an earlier program kept it otherwise
			steps = slices.Insert(steps, 0, "DROP "+other+" main."+v.Name)
		}
		if v.Stage == schema.WhileDeriving { // a temporary table hides the view
			steps = append(steps, "CREATE OR REPLACE TEMP TABLE "+v.Name+" AS "+v.Select)
			after = append(after, "DROP TABLE temp."+v.Name)
		}
		start := time.Now()
		if err := execAll(ctx, tx, steps); err != nil {
			return fmt.Errorf("view %s: %w", v.Name, err)
		}
		if d.Trace != nil {
			d.Trace("view "+v.Name, time.Since(start))
		}
	}
	return execAll(ctx, tx, after)
}

// storePacked returns what stores a view's rows with its bulky column compressed as that of events
// is. What the engine chooses for it is three times as large and takes twice the time.
func storePacked(ctx context.Context, tx *sql.Tx, v schema.View) (_ []string, err error) {
	var columns string
	err = tx.QueryRowContext(ctx, `
		SELECT string_agg(column_name || ' ' || column_type ||
		  CASE WHEN column_name = '`+v.Bulky+`' THEN ' USING COMPRESSION zstd' ELSE '' END, ', ')
		FROM (DESCRIBE `+v.Select+`)`).Scan(&columns)
	return []string{
		"CREATE OR REPLACE TABLE main." + v.Name + " (" + columns + ")",
		"INSERT INTO main." + v.Name + " " + v.Select,
	}, err
}

func execAll(ctx context.Context, tx *sql.Tx, statements []string) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// tableKinds tells of each name in the database whether it is a TABLE or a VIEW.
func tableKinds(ctx context.Context, db querier) (_ map[string]string, err error) {
	rows, err := db.QueryContext(ctx, `
		SELECT table_name, CASE table_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END
		FROM information_schema.tables WHERE table_schema = 'main'`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	kinds := map[string]string{}
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, err
		}
		kinds[name] = kind
	}
	return kinds, rows.Err()
}
