// Package sql is everything the database is made of: the tables that loading fills, the views
// that detections read, and the macros that give DuckDB Trino's function names. It is text only;
// package store runs it. Import it under another name: it shares its own with database/sql.
package sql

import (
	"embed"
	"fmt"
	"strings"
)

// Version is the version of the tables. A database of another version is upgraded by package
// store where a migration is known, and refused otherwise.
const Version = 8

// Tables creates the tables of an empty database.
//
//go:embed tables.sql
var Tables string

// Macros creates the portability macros in schema trino; it can be run again.
//
//go:embed macros.sql
var Macros string

// Files is all of it as it stands: tables.sql, macros.sql and views/NAME.sql.
//
//go:embed tables.sql macros.sql views/*.sql
var Files embed.FS

// Stage says when a view's rows are computed.
type Stage int

const (
	// Live views are computed by each query that reads them.
	Live Stage = iota
	// AfterLoad views depend on events alone; their rows are stored once after each load.
	AfterLoad
	// BeforeDetect views depend on the inventory, the incident or the settings too; their rows
	// are stored before the detections run.
	BeforeDetect
	// WhileDeriving views are stored as long as it takes to compute the views after them, for
	// which alone they are; to write them down would cost as much as all the rest. Then they are
	// live.
	WhileDeriving
)

// View is one view of sql/views. Select is its query, in the subset that DuckDB and Trino share.
// Bulky is a column that outweighs the others, if it has one.
type View struct {
	Name   string
	Stage  Stage
	Bulky  string
	Select string
}

// stages lists the views in the order in which they depend on each other.
var stages = []struct {
	name  string
	stage Stage
}{
	{"decisions", Live},
	{"expected_entries", Live},
	{"logins", AfterLoad},
	{"made_on_github", AfterLoad},
	{"grants", AfterLoad},
	{"activity", AfterLoad},
	{"kinds", AfterLoad},
	{"token_names", AfterLoad},
	{"apps", AfterLoad},
	{"revocations", AfterLoad},
	{"habits", BeforeDetect},
	{"jobs", AfterLoad},
	{"silences", AfterLoad},
	{"policy_statements", AfterLoad},
	{"scopes", BeforeDetect},
	{"busy_hours", BeforeDetect},
	{"outages", BeforeDetect},
	{"gaps", BeforeDetect},
	{"ci_times", BeforeDetect},
	{"ci_secrets", BeforeDetect},
	{"exposed_credentials", BeforeDetect},
	{"chain", BeforeDetect},
	{"spans", BeforeDetect},
	{"credentials", BeforeDetect},
	{"touches", WhileDeriving},
	{"baseline", BeforeDetect},
	{"hours", WhileDeriving},
	{"rhythms", BeforeDetect},
	{"in_jobs", WhileDeriving},
	{"ci_networks", WhileDeriving},
	{"judged", WhileDeriving},
	{"births", WhileDeriving},
	{"uses", BeforeDetect},
	{"rotations", BeforeDetect},
	{"triaged_uses", BeforeDetect},
	{"key_users", BeforeDetect},
	{"unexpected_uses", Live},
	{"in_window", Live},
	{"indicator_values", BeforeDetect},
	{"hits", BeforeDetect},
	{"disclosing_calls", Live},
	{"acts_of_all", BeforeDetect},
	{"acts", Live},
	{"exposed_next", Live},
	{"windows", BeforeDetect},
	{"coverage", Live},
	{"caveats", BeforeDetect},
	{"watched", BeforeDetect},
	{"unnamed", BeforeDetect},
	{"holes", BeforeDetect},
	{"nameless", BeforeDetect},
	{"excerpts", BeforeDetect},
}

// bulky are the columns of stored views that hold records.
var bulky = map[string]string{"acts_of_all": "details"}

// Views returns the views in the order in which they must be made.
func Views() ([]View, error) {
	out := make([]View, 0, len(stages))
	for _, s := range stages {
		text, err := Files.ReadFile("views/" + s.name + ".sql")
		if err != nil {
			return nil, fmt.Errorf("view %s: %w", s.name, err)
		}
		_, query, ok := strings.Cut(string(text), "CREATE VIEW "+s.name+" AS\n")
		if !ok {
			return nil, fmt.Errorf("view %s: its file does not create it", s.name)
		}
		out = append(out, View{
			Name: s.name, Stage: s.stage, Bulky: bulky[s.name], Select: strings.TrimSpace(query),
		})
	}
	return out, nil
}
