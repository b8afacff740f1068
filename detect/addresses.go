package detect

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// String is the address with what is known of it: 203.0.113.9 (NL, AS9009 M247 Europe SRL, vpn).
func (a Address) String() string {
	if about := a.About(); about != "" {
		return a.IP + " (" + about + ")"
	}
	return a.IP
}

// About is what is known of the address: NL, AS9009 M247 Europe SRL, vpn.
func (a Address) About() string {
	var parts []string
	for _, part := range []string{
		strings.TrimSpace(a.City + " " + a.Country), a.Owner(), strings.Join(a.Labels, " "),
	} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// Owner is the AS number and who has it.
func (a Address) Owner() string {
	if a.ASN == 0 {
		return a.Organisation
	}
	return strings.TrimSpace(fmt.Sprintf("AS%d %s", a.ASN, a.Organisation))
}

// described writes addresses with what is known of them.
func described(ips []string, known []Address) []string {
	out := slices.Clone(ips)
	for i, ip := range ips {
		at, ok := slices.BinarySearchFunc(known, ip, func(a Address, ip string) int {
			return strings.Compare(a.IP, ip)
		})
		if ok {
			out[i] = known[at].String()
		}
	}
	return out
}

// readAddresses reads what is known of the addresses that findings and responders name.
func readAddresses(ctx context.Context, db Querier, r *Result) (err error) {
	var ips []string
	for _, f := range r.Findings {
		ips = append(ips, f.IPs...)
	}
	for _, w := range r.Responders {
		ips = append(ips, w.IPs...)
	}
	r.Addresses, err = collect(ctx, db, `
		SELECT ip, network, coalesce(country, ''), coalesce(city, ''), coalesce(asn, 0),
		  coalesce(organisation, ''), coalesce(labels, '')
		FROM ips WHERE ip IN (SELECT unnest(CAST(? AS VARCHAR[])))`,
		func(rows *sql.Rows) (a Address, err error) {
			var labels string
			err = rows.Scan(&a.IP, &a.Network, &a.Country, &a.City, &a.ASN, &a.Organisation, &labels)
			a.Labels = labelsIn(labels)
			return a, err
		}, distinctSorted(ips))
	if err != nil {
		return fmt.Errorf("addresses: %w", err)
	}
	slices.SortFunc(r.Addresses, func(a, b Address) int { return strings.Compare(a.IP, b.IP) })
	return readActivity(ctx, db, r)
}

// labelsIn takes the labels of a network apart, which the database has with commas between them.
func labelsIn(text string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, ",")
}

// readDatabases reads where that knowledge comes from, and warns where it is of other years than
// the events: networks move.
func readDatabases(ctx context.Context, db Querier, r *Result) error {
	type dated struct {
		Database
		outdated bool
	}
	list, err := collect(ctx, db, `
		SELECT d.name, d.type, d.built, d.sha256, d.source, coalesce(d.places
		  AND (year(d.built) < y.first_year OR year(d.built) > y.last_year)
		  AND EXISTS (SELECT 1 FROM ips i WHERE i.country IS NOT NULL OR i.asn IS NOT NULL), false)
		FROM ip_databases d
		CROSS JOIN (
		  SELECT year(min(time)) AS first_year, year(max(time)) AS last_year FROM events
		) y
		ORDER BY d.position`,
		func(rows *sql.Rows) (d dated, err error) {
			err = rows.Scan(&d.Name, &d.Type, &d.Built, &d.SHA256, &d.Source, &d.outdated)
			d.Built = utc(d.Built)
			return d, err
		})
	if err != nil {
		return fmt.Errorf("databases: %w", err)
	}
	r.Databases = []Database{}
	var outdated, said []string
	for _, d := range list {
		r.Databases = append(r.Databases, d.Database)
		if d.outdated {
			outdated = append(outdated, d.Name)
			said = append(said, fmt.Sprintf("%s is of %s", d.Name, d.Built.Format(time.DateOnly)))
		}
	}
	if len(outdated) > 0 {
		r.Caveats = append(r.Caveats, Caveat{
			Source: "addresses", Scope: strings.Join(outdated, ", "),
			Text: fmt.Sprintf("Of addresses it is known whose they are in other years than the "+
				"events': %s. Networks change hands, so a country or AS number may be wrong. geoip in "+
				"case.yaml takes databases of that time.", strings.Join(said, ", ")),
		})
	}
	return nil
}
