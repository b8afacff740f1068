package detect

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"breachwindow/queries"
)

const (
	maxEvents = 100 // event ids that a finding carries; its count is beside them
	maxPlaces = 5   // of its first events
	maxValues = 100 // distinct addresses, actors, actions and attribute values
)

// eventText is a row's event and its place, as text that sorts in the order in which a finding
// lists its events. The engine keeps the least few of a column without sorting all of them.
const eventText = "coalesce(CAST(q.time AS VARCHAR), '~') || chr(31) || coalesce(q.event_source, '')\n" +
	"    || chr(31) || q.event_id || chr(31) || coalesce(CAST(q.file AS VARCHAR), '')\n" +
	"    || chr(31) || coalesce(CAST(q.pos AS VARCHAR), '')"

// runQuery runs one detection and makes its findings. The rows are grouped by SQL: a key in
// daily use has more of them than a program should carry.
func runQuery(
	ctx context.Context, db Querier, q queries.Query, caseName string, files map[string]string,
) ([]found, error) {
	g, err := groupingOf(ctx, db, q, caseName)
	if err != nil {
		return nil, err
	}
	g.files = files
	return collect(ctx, db, g.sql(), g.scan)
}

// groupingOf guards a detection and says how its rows make findings.
func groupingOf(
	ctx context.Context, db Querier, q queries.Query, caseName string,
) (g grouping, err error) {
	names, err := columnsOf(ctx, db, q)
	if err != nil {
		return g, err
	}
	g = grouping{query: q, caseName: caseName, keys: slices.Clone(q.Group)}
	for _, name := range names[len(Columns):] {
		if !slices.Contains(g.keys, name) {
			if name == "level" { // rows of two levels are two findings
				g.keys = append(g.keys, name)
				continue
			}
			g.extras = append(g.extras, name)
		}
	}
	return g, nil
}

// grouping turns a detection's rows into findings.
type grouping struct {
	query    queries.Query
	caseName string
	keys     []string          // columns that make one finding, beside the secret
	extras   []string          // further columns, whose distinct values are kept
	files    map[string]string // paths by id
}

func (g grouping) sql() string {
	var b strings.Builder
	b.WriteString("SELECT q.secret, count(*), min(q.time), max(q.time),\n" +
		"  CASE WHEN min(q.credential) = max(q.credential) THEN min(q.credential) END,\n" +
		"  min(" + eventText + ", " + fmt.Sprint(maxEvents) + ")")
	for _, name := range []string{"ip", "actor", "action"} {
		b.WriteString(",\n  " + allDistinct(name, ""))
	}
	b.WriteString(",\n  " + allDistinct("target", " FILTER (WHERE q.ip IS NULL)"))
	for _, name := range g.extras {
		b.WriteString(",\n  " + distinct(name))
	}
	for _, name := range g.keys {
		b.WriteString(",\n  CAST(q." + quote(name) + " AS VARCHAR)")
	}
	b.WriteString("\nFROM (\n" + g.query.SQL + "\n) q\nGROUP BY q.secret")
	for _, name := range g.keys {
		b.WriteString(", q." + quote(name))
	}
	return b.String()
}

// distinct lists a column's values. A histogram is the cheapest way to them: a DISTINCT aggregate has a
// hash table of its own, which for most detections costs more than all their rows.
func distinct(column string) string {
	c := "CAST(q." + quote(column) + " AS VARCHAR)"
	return fmt.Sprintf("slice(array_sort(map_keys(histogram(%s) FILTER (WHERE %s IS NOT NULL))), 1, %d)",
		c, c, maxValues)
}

// allDistinct lists the distinct values, "" standing for events without one. It keeps one more than
// is compared, which tells that there are too many.
func allDistinct(column, filter string) string {
	return fmt.Sprintf("slice(array_sort(map_keys(histogram(coalesce(CAST(q.%s AS VARCHAR), ''))%s)), 1, %d)",
		quote(column), filter, maxSeen+1)
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// found is a finding, and all of it that triage compares.
type found struct {
	Finding
	seen Sighting
}

func (g grouping) scan(rows *sql.Rows) (found, error) {
	var secret, credential sql.NullString
	f := Finding{Query: g.query.ID, Title: g.query.Title, Attributes: map[string]any{}}
	const fixed = 5
	lists := make([]any, fixed+len(g.extras)) // events, ips, actors, actions, targets, extras
	keys := make([]sql.NullString, len(g.keys))
	dest := []any{&secret, &f.Count, &f.FirstSeen, &f.LastSeen, &credential}
	for i := range lists {
		dest = append(dest, &lists[i])
	}
	for i := range keys {
		dest = append(dest, &keys[i])
	}
	if err := rows.Scan(dest...); err != nil {
		return found{}, err
	}
	f.Secret, f.Credential = secret.String, credential.String
	f.Events, f.Places = g.events(texts(lists[0]))
	seen := Sighting{
		IPs: texts(lists[1]), Actors: texts(lists[2]), Actions: texts(lists[3]), Targets: texts(lists[4]),
	}
	f.IPs, f.Actors, f.Actions = shown(seen.IPs), shown(seen.Actors), shown(seen.Actions)
	for i, name := range g.extras {
		switch values := texts(lists[fixed+i]); len(values) {
		case 0:
		case 1:
			f.Attributes[name] = values[0]
		default:
			f.Attributes[name] = values
		}
	}
	f.Level = Level(g.query.Level)
	for i, name := range g.keys {
		switch {
		case name == "level" && Level(keys[i].String).rank() >= 0:
			f.Level = Level(keys[i].String)
		case keys[i].Valid && !slices.Contains(Columns, name):
			f.Attributes[name] = keys[i].String
		}
	}
	if !secret.Valid {
		f.Level = f.Level.lower()
	}
	f.ID = g.id(f.Secret, keys)
	f.FirstSeen, f.LastSeen = f.FirstSeen.UTC(), f.LastSeen.UTC()
	seen.Finding, seen.Query, seen.Secret = f.ID, f.Query, f.Secret
	seen.Level, seen.Count, seen.Group = f.Level, f.Count, [][2]string{}
	for i, name := range g.keys {
		seen.Group = append(seen.Group, [2]string{name, keys[i].String})
	}
	return found{f, seen}, nil
}

// shown is the part of a list that a finding carries: no empty value, and not too many.
func shown(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	return list[:min(len(list), maxValues)]
}

// events takes apart what sql wrote: the ids, and the places of the first few. An event of a user's
// own detection that names no loaded file has no place.
func (g grouping) events(list []string) (ids []string, places []Place) {
	ids, places = make([]string, 0, len(list)), []Place{}
	for _, text := range list {
		parts := strings.Split(text, "\x1f")
		n := len(parts)
		id := strings.Join(parts[2:n-2], "\x1f") // an id may hold one as well
		file, pos := parts[n-2], parts[n-1]
		ids = append(ids, id)
		path, ok := g.files[file]
		at, err := strconv.ParseInt(pos, 10, 64)
		if ok && err == nil && len(places) < maxPlaces {
			places = append(places, Place{Event: id, File: path, Pos: at})
		}
	}
	return ids, places
}

func (g grouping) id(secret string, keys []sql.NullString) string {
	parts := []string{g.caseName, g.query.ID, secret}
	for i, name := range g.keys {
		parts = append(parts, name, keys[i].String)
	}
	return findingID(parts)
}

// findingID is the same for the same case, detection, secret and group, so that a later run knows
// the finding again.
func findingID(parts []string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// texts turns a list that the driver scanned into strings, never nil.
func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// sortFindings puts the worst first; what is tied to no secret comes after what is.
func sortFindings(fs []Finding) {
	slices.SortFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b.Level.rank(), a.Level.rank()),
			cmp.Compare(boolInt(a.Secret == ""), boolInt(b.Secret == "")),
			cmp.Compare(a.Secret, b.Secret),
			cmp.Compare(a.Query, b.Query),
			a.FirstSeen.Compare(b.FirstSeen),
			cmp.Compare(a.ID, b.ID))
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
