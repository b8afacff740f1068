package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"breachwindow/detect"
	"breachwindow/report"
)

// row is what the test reads back: some columns of each type.
type row struct {
	Case       string     `parquet:"case"`
	Secret     *string    `parquet:"secret,optional"`
	Verdict    *string    `parquet:"verdict,optional"`
	ExposedAt  *time.Time `parquet:"exposed_at,optional,timestamp(microsecond:utc)"`
	Because    []string   `parquet:"because,list,optional"`
	UsesWindow *int64     `parquet:"uses_window,optional"`
	Finding    *string    `parquet:"finding,optional"`
	FirstSeen  *time.Time `parquet:"first_seen,optional,timestamp(microsecond:utc)"`
	Count      *int64     `parquet:"count,optional"`
	IPs        []string   `parquet:"ips,list,optional"`
	Attributes *string    `parquet:"attributes,optional"`
}

func parquetOf(tb testing.TB, r *detect.Result) []byte {
	tb.Helper()
	return []byte(render(tb, func(w io.Writer) error { return report.Parquet(w, r) }))
}

func rowsOf(tb testing.TB, r *detect.Result) []row {
	tb.Helper()
	file := parquetOf(tb, r)
	rows, err := parquet.Read[row](bytes.NewReader(file), int64(len(file)))
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Each finding is a row and each secret is in one, whatever the other side of the join has.
func TestParquetLosesNothing(t *testing.T) {
	r := sample(t)
	r.Findings = append(r.Findings, detect.Finding{
		ID: "stray", Secret: "not in the inventory",
		FirstSeen: at(t, "2022-12-22 03:00:41"), LastSeen: at(t, "2022-12-22 03:00:41"),
	})
	secrets, findings := map[string]int{}, map[string]row{}
	for _, x := range rowsOf(t, r) {
		if x.Case != "acme" {
			t.Errorf("a row is of case %q", x.Case)
		}
		if x.Secret != nil {
			secrets[*x.Secret]++
		}
		if (x.IPs == nil) != (x.Finding == nil) || (x.Count == nil) != (x.Finding == nil) {
			t.Errorf("row of %q, %q: a finding's columns are there without it, or missing",
				orZero(x.Secret), orZero(x.Finding))
		}
		if x.Finding != nil {
			if _, twice := findings[*x.Finding]; twice {
				t.Errorf("finding %s is in two rows", *x.Finding)
			}
			findings[*x.Finding] = x
		}
	}
	for _, s := range r.Secrets {
		own := 0
		for _, f := range r.Findings {
			if f.Secret == s.ID {
				own++
			}
		}
		if got := secrets[s.ID]; got != max(own, 1) {
			t.Errorf("secret %s has %d rows and %d findings", s.ID, got, own)
		}
	}
	verdicts := map[string]string{}
	for _, s := range r.Secrets {
		verdicts[s.ID] = string(s.Verdict)
	}
	for _, f := range r.Findings {
		x, ok := findings[f.ID]
		if !ok {
			t.Errorf("finding %s has no row", f.ID)
			continue
		}
		if orZero(x.Secret) != f.Secret || orZero(x.Verdict) != verdicts[f.Secret] ||
			orZero(x.Count) != f.Count || !orZero(x.FirstSeen).Equal(f.FirstSeen) ||
			!slices.Equal(x.IPs, f.IPs) {
			t.Errorf("finding %s was written as %+v", f.ID, x)
		}
	}
	if x := findings["5f5e5d5c5b5a"]; x.Secret != nil || x.Verdict != nil || x.Because != nil {
		t.Errorf("a finding tied to no secret has one: %+v", x)
	}
}

// Times keep their microseconds, attributes their digits.
func TestParquetValues(t *testing.T) {
	at := time.Date(2022, 12, 22, 3, 0, 41, 123456789, time.FixedZone("", 3600))
	r := &detect.Result{
		Secrets: []detect.SecretAnswer{{ID: "a", ExposedAt: &at, Uses: detect.UseCounts{Window: 1 << 62}}},
		Findings: []detect.Finding{{
			ID: "f", Secret: "a", Attributes: map[string]any{"n": json.Number("9007199254740993")},
		}},
	}
	rows := rowsOf(t, r)
	if len(rows) != 1 {
		t.Fatalf("%d rows, want 1", len(rows))
	}
	x := rows[0]
	if want := at.UTC().Truncate(time.Microsecond); !orZero(x.ExposedAt).Equal(want) {
		t.Errorf("exposed_at is %v, want %v", orZero(x.ExposedAt), want)
	}
	if got, want := orZero(x.Attributes), `{"n":9007199254740993}`; got != want {
		t.Errorf("attributes are %s, want %s", got, want)
	}
	if orZero(x.UsesWindow) != 1<<62 {
		t.Errorf("uses_window is %d", orZero(x.UsesWindow))
	}
}

// The columns are what analysts' queries rest on; what the file is of stands in it.
func TestParquetSchema(t *testing.T) {
	for name, r := range map[string]*detect.Result{"sample": sample(t), "empty": {Schema: 1}} {
		file := parquetOf(t, r)
		f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "parquet-schema", f.Schema().String()+"\n")
		got := map[string]string{}
		for _, kv := range f.Metadata().KeyValueMetadata {
			got[kv.Key] = kv.Value
		}
		if got["breachwindow.case"] != r.Case || got["breachwindow.tool"] != r.Tool ||
			got["breachwindow.schema"] != "1" || got["breachwindow.answer"] != report.Answer(r) {
			t.Errorf("%s: the metadata is %v", name, got)
		}
		var totals detect.Totals
		if err := json.Unmarshal([]byte(got["breachwindow.totals"]), &totals); err != nil {
			t.Errorf("%s: totals: %v", name, err)
		}
		if diff := cmp.Diff(r.Totals, totals); diff != "" {
			t.Errorf("%s: totals; -want +got:\n%s", name, diff)
		}
	}
}

// Values are as they were logged, as long as readers of Parquet take them.
func TestParquetHostile(t *testing.T) {
	r := nasty(t)
	for _, x := range rowsOf(t, r) {
		for _, text := range append(slices.Clone(x.IPs), orZero(x.Secret), orZero(x.Attributes)) {
			if !utf8.ValidString(text) {
				t.Errorf("%q is no UTF-8", text)
			}
		}
	}
	if first, second := parquetOf(t, r), parquetOf(t, r); !bytes.Equal(first, second) {
		t.Errorf("the same result gives other bytes")
	}
}
