package detect

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// readCoverage reads what the log of every scope has. An account as a whole is no scope of its
// own here.
func readCoverage(ctx context.Context, db Querier, r *Result) (err error) {
	r.Coverage, err = collect(ctx, db, `
		SELECT source, scope, first_time, last_time, events, coalesce(usual_seconds, 0) FROM scopes
		WHERE scope <> account || '/*'
		ORDER BY source, scope`,
		func(rows *sql.Rows) (c CoverageSpan, err error) {
			err = rows.Scan(&c.Source, &c.Scope, &c.From, &c.To, &c.Events, &c.UsualSilence)
			c.From, c.To = c.From.UTC(), c.To.UTC()
			c.Gaps, c.Kinds = []Gap{}, []KindSpan{}
			c.EventsPerDay = make([]int64, min(dayOf(c, c.To)+1, maxDays))
			return c, err
		})
	if err != nil {
		return fmt.Errorf("coverage: %w", err)
	}
	spans := map[[2]string]*CoverageSpan{}
	for i := range r.Coverage {
		c := &r.Coverage[i]
		spans[[2]string{c.Source, c.Scope}] = c
	}
	for _, read := range []func(context.Context, Querier, map[[2]string]*CoverageSpan) error{
		readGaps, readLongest, readKinds, readCoveredDays,
	} {
		if err := read(ctx, db, spans); err != nil {
			return fmt.Errorf("coverage: %w", err)
		}
	}
	r.Caveats, err = collect(ctx, db, `SELECT source, scope, what FROM caveats
		ORDER BY source, scope, what`,
		func(rows *sql.Rows) (c Caveat, err error) {
			err = rows.Scan(&c.Source, &c.Scope, &c.Text)
			c.Text = caveatSentence(c.Source, c.Scope, c.Text)
			return c, err
		})
	if err != nil {
		return fmt.Errorf("caveats: %w", err)
	}
	return nil
}

// maxDays bounds what one event with a wrong clock can make of a calendar.
const maxDays = 3660

// dayOf counts the days from the span's first.
func dayOf(c CoverageSpan, t time.Time) int {
	const day = 24 * time.Hour
	return int(t.UTC().Truncate(day).Sub(c.From.Truncate(day)) / day)
}

// of is a part of a scope's coverage.
type of[T any] struct {
	key  [2]string
	part T
}

func readGaps(ctx context.Context, db Querier, spans map[[2]string]*CoverageSpan) error {
	gaps, err := collect(ctx, db, `
		SELECT source, scope, from_time, to_time FROM gaps ORDER BY source, scope, from_time`,
		scanGap)
	for _, g := range gaps {
		if c := spans[g.key]; c != nil {
			c.Gaps = append(c.Gaps, g.part)
		}
	}
	return err
}

func readLongest(ctx context.Context, db Querier, spans map[[2]string]*CoverageSpan) error {
	longest, err := collect(ctx, db, `
		SELECT source, scope, from_time, to_time FROM (
		  SELECT source, scope, from_time, to_time, row_number() OVER (
		    PARTITION BY source, scope ORDER BY seconds DESC, from_time) AS place
		  FROM silences
		) WHERE place = 1`, scanGap)
	for _, g := range longest {
		if c := spans[g.key]; c != nil {
			c.LongestSilence = &g.part
		}
	}
	return err
}

func scanGap(rows *sql.Rows) (g of[Gap], err error) {
	err = rows.Scan(&g.key[0], &g.key[1], &g.part.From, &g.part.To)
	g.part.From, g.part.To = g.part.From.UTC(), g.part.To.UTC()
	return g, err
}

func readKinds(ctx context.Context, db Querier, spans map[[2]string]*CoverageSpan) error {
	kinds, err := collect(ctx, db, `
		SELECT source, account || coalesce('/' || region, ''), kind, first_time, last_time, events
		FROM kinds ORDER BY source, account, region, kind`,
		func(rows *sql.Rows) (k of[KindSpan], err error) {
			p := &k.part
			err = rows.Scan(&k.key[0], &k.key[1], &p.Kind, &p.From, &p.To, &p.Events)
			p.From, p.To = p.From.UTC(), p.To.UTC()
			return k, err
		})
	for _, k := range kinds {
		if c := spans[k.key]; c != nil {
			c.Kinds = append(c.Kinds, k.part)
		}
	}
	return err
}

func readCoveredDays(ctx context.Context, db Querier, spans map[[2]string]*CoverageSpan) error {
	type day struct {
		at     time.Time
		events int64
	}
	days, err := collect(ctx, db, `SELECT source, scope, day, events FROM coverage WHERE events > 0`,
		func(rows *sql.Rows) (d of[day], err error) {
			err = rows.Scan(&d.key[0], &d.key[1], &d.part.at, &d.part.events)
			return d, err
		})
	for _, d := range days {
		c := spans[d.key]
		if c == nil {
			continue
		}
		if i := dayOf(*c, d.part.at); i < len(c.EventsPerDay) {
			c.EventsPerDay[i] = d.part.events
		}
	}
	return err
}

// caveatSentence says what a caveat's name means.
func caveatSentence(source, scope, what string) string {
	switch what {
	case "no data events":
		return fmt.Sprintf("The log of %s %s has management events only: reads and writes of S3 "+
			"objects, DynamoDB items and the like would not show.", source, scope)
	case "no API requests":
		return fmt.Sprintf("The log of %s %s has no API requests: what was only read through the "+
			"API would not show.", source, scope)
	case "no source addresses":
		return fmt.Sprintf("The log of %s %s gives no source addresses: it tells who acted by name "+
			"only.", source, scope)
	case "seen on one day only":
		return fmt.Sprintf("The log of %s %s has events on one day only: somebody swept it, or its "+
			"log is a fragment.", source, scope)
	}
	return fmt.Sprintf("Roles of the account %s were assumed, and no log of it was loaded.", scope)
}
