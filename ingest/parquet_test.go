package ingest_test

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"breachwindow/ingest"
)

// parquetOf writes rows as a Parquet file.
func parquetOf[T any](tb testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
	if _, err := w.Write(rows); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

type pair struct {
	Name  string  `parquet:"name"`
	Ports []int32 `parquet:"ports,list"`
}

type everyType struct {
	Text     string            `parquet:"text"`
	Maybe    *string           `parquet:"maybe,optional"`
	Yes      bool              `parquet:"yes"`
	Int      int64             `parquet:"int"`
	Unsigned uint64            `parquet:"unsigned"`
	Float    float64           `parquet:"float"`
	Small    float32           `parquet:"small"`
	Bytes    []byte            `parquet:"bytes"`
	UUID     [16]byte          `parquet:"uuid,uuid"`
	Day      int32             `parquet:"day,date"`
	Millis   int64             `parquet:"millis,timestamp(millisecond)"`
	Nanos    int64             `parquet:"nanos,timestamp(nanosecond)"`
	Old      deprecated.Int96  `parquet:"old"`
	Price    int64             `parquet:"price,decimal(2:18)"`
	Bare     []string          `parquet:"bare"`
	List     []string          `parquet:"list,list"`
	Pairs    []pair            `parquet:"pairs,list"`
	Map      map[string]string `parquet:"map"`
	Numbered map[int32]pair    `parquet:"numbered"`
	Group    struct {
		Inner *pair `parquet:"inner,optional"`
	} `parquet:"group"`
}

func TestParquetRows(t *testing.T) {
	some := "a \"quoted\" text\n"
	at := time.Date(2022, 12, 20, 9, 14, 2, 123456789, time.UTC)
	full := everyType{
		Text: "ü", Maybe: &some, Yes: true, Int: math.MinInt64, Unsigned: math.MaxUint64,
		Float: 0.1, Small: 0.1, Bytes: []byte{0xff, 0}, UUID: [16]byte{15: 1}, Day: 19346,
		Millis: at.UnixMilli(), Nanos: at.UnixNano(),
		Old:   deprecated.Int96{1, 0, 2440588 + 19346},
		Price: -1234, Bare: []string{"x", "y"}, List: []string{"", "z"},
		Pairs: []pair{{"a", []int32{1, 2}}, {"b", nil}, {"c", []int32{3}}},
		Map:   map[string]string{"k": "v"}, Numbered: map[int32]pair{7: {Name: "p"}},
	}
	full.Group.Inner = &pair{Name: "q", Ports: []int32{4}}
	got, err := ingest.ParquetRows(parquetOf(t, []everyType{full, {Float: math.Inf(1)}},
		parquet.Compression(&parquet.Zstd)))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"text":"ü","maybe":"a \"quoted\" text\u000a","yes":true,"int":-9223372036854775808,` +
		`"unsigned":18446744073709551615,"float":0.1,"small":0.1,"bytes":"/wA=",` +
		`"uuid":"00000000-0000-0000-0000-000000000001","day":"2022-12-20",` +
		`"millis":"2022-12-20T09:14:02.123Z","nanos":"2022-12-20T09:14:02.123456789Z",` +
		`"old":"2022-12-20T00:00:00.000000001Z","price":-1234e-2,"bare":["x","y"],"list":["","z"],` +
		`"pairs":[{"name":"a","ports":[1,2]},{"name":"b","ports":[]},{"name":"c","ports":[3]}],` +
		`"map":{"k":"v"},"numbered":{"7":{"name":"p","ports":[]}},` +
		`"group":{"inner":{"name":"q","ports":[4]}}}` + "\n" +
		`{"text":"","yes":false,"int":0,"unsigned":0,"float":"+Inf","small":0,"bytes":"",` +
		`"uuid":"00000000-0000-0000-0000-000000000000","day":"1970-01-01",` +
		`"millis":"1970-01-01T00:00:00Z","nanos":"1970-01-01T00:00:00Z",` +
		`"old":"-4713-11-24T00:00:00Z","price":0e-2,"list":[],"pairs":[],"map":{},"numbered":{},` +
		`"group":{}}` + "\n"
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Error(diff)
	}
}

// trailRow is CloudTrail's table as Athena's CREATE TABLE AS writes it: objects are JSON in text.
type trailRow struct {
	Version  string `parquet:"eventversion"`
	Identity struct {
		Type string `parquet:"type"`
		ARN  string `parquet:"arn"`
		Key  string `parquet:"accesskeyid"`
	} `parquet:"useridentity"`
	Time     string `parquet:"eventtime"`
	Source   string `parquet:"eventsource"`
	Name     string `parquet:"eventname"`
	Region   string `parquet:"awsregion"`
	IP       string `parquet:"sourceipaddress"`
	Request  string `parquet:"requestparameters"`
	Response string `parquet:"responseelements"`
	ID       string `parquet:"eventid"`
	Account  string `parquet:"recipientaccountid"`
}

func TestParquetOfATable(t *testing.T) {
	row := trailRow{
		Version: "1.08", Time: "2022-12-20T09:14:02Z", Source: "iam.amazonaws.com",
		Name: "CreateAccessKey", Region: "us-east-1", IP: "198.51.100.7",
		Request:  `{"userName":"deploy"}`,
		Response: `{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"deploy"}}`,
		ID:       "e1", Account: "111122223333",
	}
	row.Identity.ARN = "arn:aws:iam::111122223333:user/ci"
	row.Identity.Key = "AKIAI44QH8DHBEXAMPLE"
	broken := row
	broken.ID, broken.Time = "e2", "yesterday"
	b := parquetOf(t, []trailRow{row, broken, row}, parquet.MaxRowsPerRowGroup(2))
	f, k := read(t, b, ingest.Options{})
	checkAccount(t, f, k)
	if f.Form != "cloudtrail/parquet" || f.Events != 2 || f.Rejects != 1 {
		t.Fatalf("%+v %s", f, k.reasons())
	}
	e := k.events[1]
	if e.Pos != 3 || e.Minted != "AKIAIOSFODNN7EXAMPLE" || e.Target != "deploy" ||
		e.Credential != "AKIAI44QH8DHBEXAMPLE" || e.Actor != "arn:aws:iam::111122223333:user/ci" {
		t.Errorf("%+v", e)
	}
	if want := "2: eventTime is not a time"; k.reasons() != want {
		t.Errorf("rejects %q, want %q", k.reasons(), want)
	}
	raw, err := ingest.Raw("x", bytes.NewReader(b), 3, ingest.Options{})
	if err != nil || !strings.HasPrefix(string(raw), `{"eventversion":"1.08","useridentity":{"type":`) {
		t.Errorf("%s, %v", raw, err)
	}
}

// TestBrokenParquet cuts and changes a file: what can be read is, and the rest is told.
func TestBrokenParquet(t *testing.T) {
	var rows []trailRow
	for range 100 {
		rows = append(rows, trailRow{
			Version: "1.08", Time: "2022-12-20T09:14:02Z", Source: "s3.amazonaws.com",
			Name: "GetObject", Region: "us-east-1", ID: "e",
		})
	}
	whole := parquetOf(t, rows, parquet.Compression(&parquet.Snappy))
	for cut := 4; cut < len(whole); cut += 97 {
		f, k := read(t, whole[:cut], ingest.Options{})
		checkAccount(t, f, k)
		if f.Events != 0 || f.Rejects != 1 ||
			!strings.HasPrefix(k.reasons(), "1: the Parquet data are damaged or not supported") {
			t.Fatalf("cut at %d: %+v %s", cut, f, k.reasons())
		}
	}
	for at := 4; at < len(whole); at += 31 {
		b := bytes.Clone(whole)
		b[at] ^= 0x55
		f, k := read(t, b, ingest.Options{})
		checkAccount(t, f, k)
	}
}

func TestParquetThatExpands(t *testing.T) {
	rows := make([]trailRow, 1000)
	for i := range rows {
		rows[i] = trailRow{
			Version: "1.08", Time: "2022-12-20T09:14:02Z", Source: "s3.amazonaws.com",
			Name: "GetObject", ID: strings.Repeat("e", 10_000),
		}
	}
	f, k := read(t, parquetOf(t, rows), ingest.Options{MaxExpand: 1 << 20})
	checkAccount(t, f, k)
	if f.Events == 0 || f.Rejects != 1 || !strings.Contains(k.reasons(), "--max-expand") {
		t.Errorf("%+v %s", f, k.reasons())
	}
}

// FuzzParquet reads damaged files: no panic, and an account that is whole. Memory is not held: what a
// page's header claims to unpack to, up to 2 GiB, is taken by the library before it is read.
func FuzzParquet(f *testing.F) {
	row := trailRow{
		Version: "1.08", Time: "2022-12-20T09:14:02Z", Source: "s3.amazonaws.com", Name: "GetObject",
		Request: `{"bucketName":"b"}`, ID: "e1", Account: "111122223333",
	}
	f.Add(parquetOf(f, []trailRow{row, row}))
	f.Add(parquetOf(f, []trailRow{row, row}, parquet.Compression(&parquet.Gzip), parquet.DataPageVersion(1)))
	f.Add(parquetOf(f, []everyType{{Text: "t", Pairs: []pair{{"a", []int32{1}}}}}, parquet.Compression(&parquet.Zstd)))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, k := read(t, append([]byte("PAR1"), b[min(4, len(b)):]...), ingest.Options{MaxExpand: 1 << 24})
		checkAccount(t, file, k)
	})
}
