package detect

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"breachwindow/queries"
)

// neededColumns are what a detection can say it needs: columns of events, and the coordinates of
// their addresses.
var neededColumns = []string{
	"account", "region", "actor", "credential", "session", "via", "minted", "target", "ip", "agent",
	"coordinates",
}

// findBlind lists the detections that cannot speak: their sources were not loaded, the forms that
// were never have what they need, or no log has the events that they need.
func findBlind(ctx context.Context, db Querier, qs []queries.Query) ([]BlindDetection, error) {
	forms, err := formsWith(ctx, db)
	if err != nil {
		return nil, err
	}
	acts, err := neededActs(ctx, db, qs)
	if err != nil {
		return nil, err
	}
	out := []BlindDetection{}
	for _, q := range qs {
		seen := false
		for _, f := range forms {
			if !slices.Contains(q.Sources, f.source) {
				continue
			}
			seen = true
			for _, need := range q.Needs {
				if !strings.Contains(need, " ") && f.has[need] == 0 {
					out = append(out, BlindDetection{
						q.ID,
						fmt.Sprintf("no %s in %s", needName(need), f.name),
					})
				}
			}
		}
		if !seen {
			out = append(out, BlindDetection{
				q.ID,
				"no log of " + strings.Join(q.Sources, " or ") + " was loaded",
			})
			continue
		}
		out = append(out, missingActs(q, acts)...)
	}
	return out, nil
}

// formCounts is a form of log and how many of its events have each of neededColumns.
type formCounts struct {
	source, name string
	has          map[string]int64
}

func formsWith(ctx context.Context, db Querier) ([]formCounts, error) {
	counts := make([]string, len(neededColumns))
	for i, c := range neededColumns {
		counts[i] = "count(e." + c + ")"
		if c == "coordinates" {
			counts[i] = "count(i.latitude)"
		}
	}
	return collect(ctx, db, `
		SELECT e.source, f.form, `+strings.Join(counts, ", ")+`
		FROM events e JOIN files f ON f.id = e.file LEFT JOIN ips i ON i.ip = e.ip
		GROUP BY e.source, f.form ORDER BY e.source, f.form`,
		func(rows *sql.Rows) (f formCounts, err error) {
			values := make([]int64, len(neededColumns))
			dest := []any{&f.source, &f.name}
			f.has = map[string]int64{}
			for i := range values {
				dest = append(dest, &values[i])
			}
			err = rows.Scan(dest...)
			for i, c := range neededColumns {
				f.has[c] = values[i]
			}
			return f, err
		})
}

func needName(column string) string {
	switch column {
	case "ip":
		return "source addresses"
	case "agent":
		return "user agents"
	case "coordinates":
		return "coordinates of source addresses (geoip in case.yaml takes a City database)"
	}
	return column + "s"
}

// neededActs tells of each event that a detection needs, "SOURCE ACTION", whether it is there.
func neededActs(
	ctx context.Context, db Querier, qs []queries.Query,
) (map[string]bool, error) {
	there := map[string]bool{}
	for _, q := range qs {
		for _, need := range q.Needs {
			source, act, ok := strings.Cut(need, " ")
			if _, asked := there[need]; !ok || asked {
				continue
			}
			found, err := collect(ctx, db, `
				SELECT 1 FROM events WHERE source = ? AND action = ? LIMIT 1`,
				func(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) }, source, act)
			if err != nil {
				return nil, err
			}
			there[need] = len(found) > 0
		}
	}
	return there, nil
}

// checkNeed tells what is wrong with one value of needs.
func checkNeed(q queries.Query, need string) error {
	source, act, isAct := strings.Cut(need, " ")
	switch {
	case isAct && (!slices.Contains(q.Sources, source) || strings.Contains(act, " ")):
		return fmt.Errorf("query %s: it needs %q: write a source of its own and an action", q.ID, need)
	case !isAct && !slices.Contains(neededColumns, need):
		return fmt.Errorf("query %s: it needs %q: write one of %s, or SOURCE ACTION", q.ID, need,
			strings.Join(neededColumns, ", "))
	}
	return nil
}

// missingActs is what a detection is blind to for want of events.
func missingActs(q queries.Query, there map[string]bool) (out []BlindDetection) {
	for _, need := range q.Needs {
		if source, act, ok := strings.Cut(need, " "); ok && !there[need] {
			out = append(out, BlindDetection{q.ID, fmt.Sprintf("no %s in a log of %s", act, source)})
		}
	}
	return out
}
