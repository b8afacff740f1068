package ingest_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"

	"breachwindow/ingest"
)

func cpu() float64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}

func best(n int, f func()) float64 {
	m := 1e9
	for range n {
		c := cpu()
		for range 4 {
			f()
		}
		m = min(m, cpu()-c)
	}
	return m / 4
}

func TestCPU(t *testing.T) {
	if os.Getenv("CPU") == "" {
		t.Skip()
	}
	plain := trail(40000)
	z := zip(t, plain)
	mb := float64(len(plain)) / 1e6
	a := best(8, func() { _, _ = ingest.Read(t.Context(), "x", bytes.NewReader(plain), ingest.Options{}, &nothing{}) })
	b := best(8, func() { _, _ = ingest.Read(t.Context(), "x", bytes.NewReader(z), ingest.Options{}, &nothing{}) })
	d := best(8, func() {
		r, _ := gzip.NewReader(bytes.NewReader(z))
		_, _ = io.Copy(io.Discard, r)
	})
	fmt.Printf("bytes/event %d, ratio %.1f: plain %.0f MB/s cpu; gzip %.0f; gunzip only %.0f; read/gunzip %.2f; parse excl gzip %.0f MB/s\n", len(plain)/40000, float64(len(plain))/float64(len(z)), mb/a, mb/b, mb/d, b/d, mb/(b-d))
}
