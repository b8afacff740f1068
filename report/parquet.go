package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"breachwindow/detect"
)

// secretColumns are a secret's answer in a row of Parquet.
type secretColumns struct {
	Secret     *string `parquet:"secret,optional,dict,zstd"`
	Kind       *string `parquet:"kind,optional,dict,zstd"`
	Identifier *string `parquet:"identifier,optional,dict,zstd"`
	Name       *string `parquet:"name,optional,dict,zstd"`
	StoredIn   *string `parquet:"stored_in,optional,dict,zstd"`
	Owner      *string `parquet:"owner,optional,dict,zstd"`

	ExposedAt *time.Time `parquet:"exposed_at,optional,timestamp(microsecond:utc),zstd"`
	RotatedAt *time.Time `parquet:"rotated_at,optional,timestamp(microsecond:utc),zstd"`
	RevokedAt *time.Time `parquet:"revoked_at,optional,timestamp(microsecond:utc),zstd"`
	WindowEnd *time.Time `parquet:"window_end,optional,timestamp(microsecond:utc),zstd"`

	Verdict    *string `parquet:"verdict,optional,dict,zstd"`
	Rotation   *string `parquet:"rotation,optional,dict,zstd"`
	Confidence *string `parquet:"confidence,optional,dict,zstd"`

	Because []string `parquet:"because,list,optional,zstd"`
	Next    []string `parquet:"next,list,optional,zstd"`

	UsesBefore   *int64     `parquet:"uses_before,optional,zstd"`
	UsesWindow   *int64     `parquet:"uses_window,optional,zstd"`
	UsesAfter    *int64     `parquet:"uses_after,optional,zstd"`
	UsesExpected *int64     `parquet:"uses_expected,optional,zstd"`
	UsesDerived  *int64     `parquet:"uses_derived,optional,zstd"`
	FirstUse     *time.Time `parquet:"first_use,optional,timestamp(microsecond:utc),zstd"`
	LastUse      *time.Time `parquet:"last_use,optional,timestamp(microsecond:utc),zstd"`

	SecretTriage *string `parquet:"secret_triage,optional,dict,zstd"` // in words
}

// findingColumns are a finding in a row of Parquet.
type findingColumns struct {
	Finding    *string    `parquet:"finding,optional,zstd"`
	Query      *string    `parquet:"query,optional,dict,zstd"`
	Level      *string    `parquet:"level,optional,dict,zstd"`
	Title      *string    `parquet:"title,optional,dict,zstd"`
	Credential *string    `parquet:"credential,optional,dict,zstd"`
	FirstSeen  *time.Time `parquet:"first_seen,optional,timestamp(microsecond:utc),zstd"`
	LastSeen   *time.Time `parquet:"last_seen,optional,timestamp(microsecond:utc),zstd"`
	Count      *int64     `parquet:"count,optional,zstd"`
	Events     []string   `parquet:"events,list,optional,zstd"`
	IPs        []string   `parquet:"ips,list,optional,zstd"`
	Actors     []string   `parquet:"actors,list,optional,zstd"`
	Actions    []string   `parquet:"actions,list,optional,zstd"`
	Attributes *string    `parquet:"attributes,optional,zstd"`
	Triage     *string    `parquet:"triage,optional,dict,zstd"` // in words
}

// parquetRow is a secret beside one of its findings.
type parquetRow struct {
	Case string `parquet:"case,dict,zstd"`
	secretColumns
	findingColumns
}

// Parquet writes one table for an analyst who has one file: the secrets joined with their findings,
// outward to both sides, worst first.
//
//	a secret with findings       a row for each of them
//	a secret without any         one row; the finding's columns are NULL
//	a finding tied to no secret  one row; the secret's columns are NULL
//
// A table of findings alone would lose the secrets that are clear or unknown, and with them that
// they were looked at: "no row" would read as "not used". Two files would have to be kept together.
// So count(DISTINCT secret) is every secret of the inventory, count(finding) every finding, and the
// secret's columns repeat, which costs nothing in this format. Times are microseconds UTC, lists
// are lists, attributes are JSON text, since each detection has its own. Values are those of
// result.json, as they were logged: who prints them must know that log text is hostile. The case,
// the tool, the incident and the totals stand in the file's metadata under breachwindow.
func Parquet(w io.Writer, r *detect.Result) error {
	rows, err := parquetRows(r)
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	options, err := parquetOptions(r)
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	var file bytes.Buffer
	out := parquet.NewGenericWriter[parquetRow](&file, options...)
	if _, err := out.Write(rows); err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	if _, err := w.Write(file.Bytes()); err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	return nil
}

// parquetOptions name the maker in the file, not the library's version of the day, and what the
// result is of.
func parquetOptions(r *detect.Result) ([]parquet.WriterOption, error) {
	incident, err := encode(whole(r).Incident, "")
	if err != nil {
		return nil, err
	}
	totals, err := encode(r.Totals, "")
	if err != nil {
		return nil, err
	}
	options := []parquet.WriterOption{
		parquet.NewSchema("result", parquet.SchemaOf(parquetRow{})),
		parquet.CreatedBy("breachwindow", fmt.Sprintf("schema %d", r.Schema), "parquet-go"),
	}
	for name, value := range map[string]string{
		"schema": fmt.Sprint(r.Schema), "tool": r.Tool, "case": r.Case, "answer": Answer(r),
		"incident": string(bytes.TrimSpace(incident)), "totals": string(bytes.TrimSpace(totals)),
	} {
		options = append(options, parquet.KeyValueMetadata("breachwindow."+name, utf(value)))
	}
	return options, nil
}

func parquetRows(r *detect.Result) ([]parquetRow, error) {
	secrets := map[string]*secretColumns{}
	for i := range r.Secrets {
		secrets[r.Secrets[i].ID] = secretColumnsOf(&r.Secrets[i])
	}
	rows := []parquetRow{}
	found := map[string]bool{}
	for _, f := range WorstFindings(r.Findings) {
		finding, err := findingColumnsOf(&f)
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", Clean(f.ID), err)
		}
		row := parquetRow{Case: utf(r.Case), findingColumns: finding}
		if s := secrets[f.Secret]; s != nil {
			row.secretColumns = *s
		} else if f.Secret != "" { // one that the result does not list: its name is all there is
			row.Secret = text(f.Secret)
		}
		found[f.Secret] = true
		rows = append(rows, row)
	}
	for _, s := range Worst(r.Secrets) {
		if !found[s.ID] {
			rows = append(rows, parquetRow{Case: utf(r.Case), secretColumns: *secretColumnsOf(&s)})
		}
	}
	return rows, nil
}

func secretColumnsOf(s *detect.SecretAnswer) *secretColumns {
	return &secretColumns{
		Secret: text(s.ID), Kind: text(s.Kind), Identifier: known(s.Identifier),
		Name: known(s.Name), StoredIn: known(s.StoredIn), Owner: known(s.Owner),
		ExposedAt: s.ExposedAt, RotatedAt: s.RotatedAt, RevokedAt: s.RevokedAt, WindowEnd: s.WindowEnd,
		Verdict: text(string(s.Verdict)), Rotation: known(s.Rotation),
		Confidence: known(string(s.Confidence)), Because: texts(s.Because), Next: texts(s.Next),
		UsesBefore: &s.Uses.Before, UsesWindow: &s.Uses.Window, UsesAfter: &s.Uses.After,
		UsesExpected: &s.Uses.Expected, UsesDerived: &s.Uses.Derived,
		FirstUse: s.FirstUse, LastUse: s.LastUse, SecretTriage: known(TriageText(s.Triage)),
	}
}

func findingColumnsOf(f *detect.Finding) (findingColumns, error) {
	attributes := []byte("{}")
	if len(f.Attributes) > 0 {
		var err error
		if attributes, err = encode(f.Attributes, ""); err != nil {
			return findingColumns{}, err
		}
	}
	return findingColumns{
		Finding: text(f.ID), Query: text(f.Query), Level: text(string(f.Level)),
		Title: text(f.Title), Credential: known(f.Credential),
		FirstSeen: &f.FirstSeen, LastSeen: &f.LastSeen, Count: &f.Count,
		Events: texts(f.Events), IPs: texts(f.IPs), Actors: texts(f.Actors),
		Actions: texts(f.Actions), Attributes: text(string(bytes.TrimSpace(attributes))),
		Triage: known(TriageText(f.Triage)),
	}, nil
}

// utf replaces what is no UTF-8, as JSON does: readers of Parquet refuse a file for one such byte.
func utf(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

func text(s string) *string {
	s = utf(s)
	return &s
}

// known is NULL for a text that is not there.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return text(s)
}

// texts returns a list, empty rather than nil: NULL is for the side of the join that is absent.
func texts(all []string) []string {
	out := make([]string, len(all))
	for i := range all {
		out[i] = utf(all[i])
	}
	return out
}
