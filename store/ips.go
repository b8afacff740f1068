package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"breachwindow/geo"
)

// refreshIPs adds the addresses that were not seen before, with what is known of each, drops those
// that no event has any more, and marks those that the incident names. Where the case has other
// databases than the last time, all are looked up again.
func (d *DB) refreshIPs(ctx context.Context) error {
	return inTx(ctx, d.sql, func(tx *sql.Tx) error {
		if err := d.refreshDatabases(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			DELETE FROM main.ips
			WHERE ip NOT IN (SELECT ip FROM main.events WHERE ip IS NOT NULL)`)
		if err != nil {
			return err
		}
		texts, err := newIPs(ctx, tx)
		if err != nil {
			return err
		}
		if err := d.insertIPs(ctx, tx, texts); err != nil {
			return err
		}
		return markIPs(ctx, tx)
	})
}

// markIPs tells of each address which indicator names it, of several the surest. Single addresses,
// of which a list may have a hundred thousand, are joined by equality.
func markIPs(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE main.ips SET indicator = NULL WHERE indicator IS NOT NULL`)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE main.ips SET indicator = best.value
		FROM (
		  SELECT m.ip, arg_min(m.value,
		    CASE m.confidence WHEN 'high' THEN '1' WHEN 'low' THEN '3' ELSE '2' END || m.value) AS value
		  FROM (
		    SELECT i.ip, n.value, n.confidence FROM main.ips i
		    JOIN main.indicators n ON n.ip_from = i.address AND n.ip_to = i.address
		    UNION ALL
		    SELECT i.ip, n.value, n.confidence FROM main.ips i
		    JOIN (SELECT * FROM main.indicators WHERE ip_from <> ip_to) n
		      ON n.ip_from <= i.address AND n.ip_to >= i.address
		  ) m
		  GROUP BY m.ip
		) best
		WHERE best.ip = ips.ip`)
	return err
}

// refreshDatabases forgets all addresses where the databases changed.
func (d *DB) refreshDatabases(ctx context.Context, tx *sql.Tx) error {
	had, err := databasesOf(ctx, tx)
	if err != nil {
		return err
	}
	has := d.networks.Databases()
	same := slices.EqualFunc(had, has, func(a, b geo.Database) bool {
		built := a.Built.Equal(b.Built)
		a.Built, b.Built = time.Time{}, time.Time{}
		return built && a == b
	})
	if same {
		return nil
	}
	for _, table := range []string{"ips", "ip_databases"} {
		//nolint:gosec // G202: the names are the list above
		if _, err := tx.ExecContext(ctx, "DELETE FROM main."+table); err != nil {
			return err
		}
	}
	list := rows{table: "ip_databases"}
	for i, db := range has {
		var built any
		if !db.Built.IsZero() {
			built = db.Built.UTC()
		}
		list.add(i+1, db.Name, db.Type, built, db.SHA256, db.Source, db.Places)
	}
	return list.insert(ctx, tx)
}

func databasesOf(ctx context.Context, tx *sql.Tx) (_ []geo.Database, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT name, type, built, sha256, source, places FROM main.ip_databases ORDER BY position`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var out []geo.Database
	for rows.Next() {
		var db geo.Database
		var built sql.NullTime
		err := rows.Scan(&db.Name, &db.Type, &built, &db.SHA256, &db.Source, &db.Places)
		if err != nil {
			return nil, err
		}
		db.Built = built.Time
		out = append(out, db)
	}
	return out, rows.Err()
}

// insertIPs looks addresses up. There may be tens of thousands: as lists, one a column, they take
// a tenth of the time.
func (d *DB) insertIPs(ctx context.Context, tx *sql.Tx, texts []string) error {
	var ips, addresses, blocks, networks, countries, cities, organisations, labels []string
	var asns []int64
	var shared, placed []bool
	var latitudes, longitudes []float64
	for _, text := range texts {
		i, ok, err := d.networks.Lookup(text)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		ips, addresses = append(ips, text), append(addresses, i.Address)
		blocks, networks = append(blocks, i.Block), append(networks, i.Network)
		countries, cities = append(countries, i.Country), append(cities, i.City)
		asns, organisations = append(asns, int64(i.ASN)), append(organisations, i.Organisation)
		labels, shared = append(labels, i.Labels), append(shared, i.Shared)
		var latitude, longitude float64
		known := i.Latitude != nil && i.Longitude != nil
		if known {
			latitude, longitude = *i.Latitude, *i.Longitude
		}
		placed = append(placed, known)
		latitudes, longitudes = append(latitudes, latitude), append(longitudes, longitude)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO main.ips
		SELECT n.ip, n.address, n.block, n.network, nullif(n.country, ''), nullif(n.city, ''),
		  nullif(n.asn, 0), nullif(n.organisation, ''), nullif(n.labels, ''), n.shared,
		  CASE WHEN n.placed THEN n.latitude END, CASE WHEN n.placed THEN n.longitude END, NULL
		FROM (
		  SELECT unnest(CAST($1 AS VARCHAR[])) AS ip, unnest(CAST($2 AS VARCHAR[])) AS address,
		    unnest(CAST($3 AS VARCHAR[])) AS block, unnest(CAST($4 AS VARCHAR[])) AS network,
		    unnest(CAST($5 AS VARCHAR[])) AS country, unnest(CAST($6 AS VARCHAR[])) AS city,
		    unnest(CAST($7 AS BIGINT[])) AS asn, unnest(CAST($8 AS VARCHAR[])) AS organisation,
		    unnest(CAST($9 AS VARCHAR[])) AS labels, unnest(CAST($10 AS BOOLEAN[])) AS shared,
		    unnest(CAST($11 AS BOOLEAN[])) AS placed, unnest(CAST($12 AS DOUBLE[])) AS latitude,
		    unnest(CAST($13 AS DOUBLE[])) AS longitude
		) n`,
		ips, addresses, blocks, networks, countries, cities, asns, organisations, labels, shared,
		placed, latitudes, longitudes)
	return err
}

func newIPs(ctx context.Context, tx *sql.Tx) (_ []string, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT DISTINCT ip FROM main.events
		WHERE ip IS NOT NULL AND ip NOT IN (SELECT ip FROM main.ips) ORDER BY ip`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}
