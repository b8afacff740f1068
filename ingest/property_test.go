package ingest_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// TestLinesAreCounted checks that of a file of lines, however damaged, every line that is
// not blank is a record.
func TestLinesAreCounted(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var lines []string
		want := 0
		lines = append(lines, ev(0)) // settles that the file is one of lines
		for i := range rng.IntN(30) {
			lines = append(lines, damaged(rng, ev(i+1)))
		}
		for _, l := range lines {
			if strings.Trim(l, " \t\r") != "" {
				want++
			}
		}
		text := strings.Join(lines, "\n")
		f, k := read(t, []byte(text), ingest.Options{})
		if f.Records != int64(want) {
			t.Fatalf("%d records of %d lines; rejects %s\n%s", f.Records, want, k.reasons(), text)
		}
	}
}

// damaged returns a line as it is, cut, or with a byte replaced.
func damaged(rng *rand.Rand, line string) string {
	switch rng.IntN(6) {
	case 0:
		return line[:rng.IntN(len(line))]
	case 1:
		i := rng.IntN(len(line))
		const junk = "\x00\xff:[]\"\\ ax1\t"
		j := rng.IntN(len(junk))
		return line[:i] + junk[j:j+1] + line[i+1:]
	case 2:
		return [...]string{"", "  ", "null", "\r", `{"a":`, "}}", "[", "}]", `"`, "0", "{}", `{"a":1}`}[rng.IntN(12)]
	}
	return line
}

// FuzzRead reads anything: sums hold, nothing panics, memory is in proportion to the file, and the
// size of reads does not change what comes of it.
func FuzzRead(f *testing.F) {
	for _, s := range cloudTrailSeeds {
		f.Add([]byte(s))
	}
	for _, s := range validSeeds {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"Records":[` + ev(1) + `,{"a":` + ev(2) + `]}` + ev(3)))
	f.Add([]byte("[" + ev(1) + "\n" + ev(2) + ",]"))
	f.Add([]byte(ev(1) + "\n{\"a\n" + ev(3)))
	f.Add([]byte(csvHeader + csvRow(1) + "a,\"b\n" + csvRow(2)))
	f.Add([]byte(`{"Events":[{"CloudTrailEvent":` + text(ev(1)) + `},{"a":1}]}` + "\n" + `{"events":[]}`))
	f.Add([]byte(`{"logEvents":[{"message":` + text(ev(1)) + `},{"message":` + text(ev(2)[:60]) + `},7]}{"data":"` + b64(ev(3)) + `"}`))
	f.Add([]byte("2022-12-20T09:14:02.000Z " + ev(1) + "\n2022-12-20T09:14:03.000Z s {"))
	f.Add([]byte(`{"QueryResultRows":[[{"eventName":"E"},{"eventTime":"2022-12-20 09:14:02.000"},{"userIdentity":"{type=A, arn=x}"}]]}`))
	f.Add([]byte(athenaHeader + athenaRow("{type=IAMUser, accesskeyid=AKIA1}", "{a={b=[x, y]}}", "", "{") + "x,y\n"))
	f.Add([]byte("a,_raw\n1," + cell(`{"detail":`+ev(1)+`,"x":`+ev(2)+`}`) + "\n2,\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if ingest.IsArchive(b) {
			return // FuzzArchive has those
		}
		opt := ingest.Options{MaxRecord: 1000, MaxExpand: 1 << 20}
		before := allocated()
		file, k := read(t, b, opt)
		if took := allocated() - before; took > 16<<20+1000*uint64(len(b)) {
			t.Errorf("%d bytes allocated for a file of %d", took, len(b))
		}
		again := &kept{}
		_, err := ingest.Read(t.Context(), "file", iotest.HalfReader(bytes.NewReader(b)),
			opt, again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(k.events, again.events); diff != "" {
			t.Errorf("events differ when read in pieces: %s", diff)
		}
		if diff := cmp.Diff(k.rejects, again.rejects); diff != "" {
			t.Errorf("rejects differ when read in pieces: %s", diff)
		}
		if len(k.events) == 0 || file.Form == "unknown" {
			return
		}
		last := k.events[len(k.events)-1]
		raw, err := ingest.Raw("file", bytes.NewReader(b), last.Pos, opt)
		if err != nil || !bytes.Contains(b, bytes.Split(raw, []byte("\n"))[0]) {
			t.Errorf("raw record %d: %q, %v", last.Pos, raw, err)
		}
	})
}

// allocated is how many bytes this process has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// TestBlocks reads records of all sizes, so that they meet the ends of blocks in every way,
// keeps all events, and only then compares: their strings must not have changed.
func TestBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var b bytes.Buffer
	var pads []string
	b.WriteString("[")
	for i := range 2000 {
		size := rng.IntN(3000)
		if i%100 == 0 {
			size = rng.IntN(3 << 20)
		}
		pads = append(pads, strings.Repeat(string(rune('a'+i%26)), size))
		if i > 0 {
			b.WriteString(",")
		}
		e := ev(i)
		fmt.Fprintf(&b, `%s,"pad":"%s","requestParameters":{"name":"\u0041%d"}}`, e[:len(e)-1], pads[i], i)
	}
	b.WriteString("]")
	_, k := read(t, zip(t, b.Bytes()), ingest.Options{})
	if len(k.events) != len(pads) || len(k.rejects) > 0 {
		t.Fatalf("%d events, rejects %s", len(k.events), k.reasons())
	}
	runtime.GC()
	for i, e := range k.events {
		if e.Action != fmt.Sprintf("E%d", i) || e.Target != fmt.Sprintf("A%d", i) ||
			!strings.Contains(e.Details, `"pad":"`+pads[i]+`"`) || e.Pos != int64(i+1) {
			t.Fatalf("event %d: action %q, target %q, %d bytes of details for a pad of %d", i, e.Action,
				e.Target, len(e.Details), len(pads[i]))
		}
	}
}

// TestMemory streams a huge array: memory must not grow with the file.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT CHECKED: that memory does not grow with the file")
	}
	const events = 2_000_000
	runtime.GC() // what other tests left sets when the collector runs
	sink := &peak{}
	f, err := ingest.Read(t.Context(), "huge", &manyEvents{n: events}, ingest.Options{}, sink)
	if err != nil || f.Events != events || f.Rejects != 0 {
		t.Fatalf("%d events, %d rejects, %v", f.Events, f.Rejects, err)
	}
	if sink.most > 64<<20 {
		t.Errorf("heap of %d MiB for %d MiB of JSON", sink.most>>20, f.Bytes>>20)
	}
	t.Logf("heap of at most %d MiB for %d MiB of JSON", sink.most>>20, f.Bytes>>20)
}

// peak is a sink that watches the heap.
type peak struct {
	most  uint64
	calls int
}

func (p *peak) Events([]ingest.Event) error {
	if p.calls++; p.calls%20 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		p.most = max(p.most, m.HeapAlloc)
	}
	return nil
}

func (p *peak) Reject(ingest.Reject) error { return nil }

// manyEvents is an array of n small events that is never in memory as a whole.
type manyEvents struct {
	n, i int
	rest []byte
}

func (m *manyEvents) Read(p []byte) (int, error) {
	for len(m.rest) == 0 {
		switch {
		case m.i > m.n:
			return 0, io.EOF
		case m.i == m.n:
			m.rest = []byte("]")
		case m.i == 0:
			m.rest = []byte("[" + ev(0))
		default:
			m.rest = []byte("," + ev(m.i))
		}
		m.i++
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}
