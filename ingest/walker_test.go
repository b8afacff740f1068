package ingest_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"breachwindow/ingest"
)

// validSeeds are JSON texts and near misses.
var validSeeds = []string{
	`{}`, `[]`, `{"a":1}`, `{"a":[1,2,{"b":null}],"c":"d"}`, ` { "a" : [ ] } `, `"x"`, `1`, `-0.5e+10`,
	`01`, `1.`, `.5`, `1e`, `-`, `+1`, `0x1`, `1e5`, `1E-5`, `-a`, `tru`, `true`, `nul`, `nulL`, `false `,
	`{"a":}`, `{"a"}`, `{a:1}`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{"a":1 "b":2}`, `[1 2]`, `{"a":1]`, `[}`,
	`"\u00e9"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\uD83D\uDE0"`, `"\x"`,
	`"\"\\\/\b\f\n\r\t"`, "\"\t\"", "\"\x00\"", "\"\x7f\"", "\"\u2028\"", "\"é\"", "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"",
	"\xef\xbb\xbf{}", `"abcdefg"`, `"abcdefgh"`, `"abcdefghi"`, `"abcdefg\"i"`, `"abcdefg`, `"\`, `"\u`, `"\u12`,
	`{"a":1}x`, `1 1`, ``, ` `, `{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":[[[[[[1]]]]]]}}}}}}}}`,
	`{"sessionToken":"x","password":{"a":[1]},"token":null}`, "[1]\x00", "\v{}", "[\f1]", `{"a\u0000":1}`,
}

func TestWalkerSeeds(t *testing.T) {
	for _, s := range validSeeds {
		checkValid(t, []byte(s))
	}
	for _, depth := range []int{ingest.MaxDepth - 1, ingest.MaxDepth, ingest.MaxDepth + 1, 100_000} {
		s := strings.Repeat("[", depth) + strings.Repeat("]", depth)
		if got, want := ingest.Valid([]byte(s)), depth <= ingest.MaxDepth; got != want {
			t.Errorf("depth %d: valid %v, want %v", depth, got, want)
		}
	}
}

func FuzzWalker(f *testing.F) {
	for _, s := range validSeeds {
		f.Add([]byte(s))
	}
	f.Add([]byte(ev(1)))
	f.Fuzz(checkValid)
}

// checkValid compares the walker with encoding/json, which replaces invalid UTF-8 in silence
// where the walker refuses it.
func checkValid(t *testing.T, b []byte) {
	t.Helper()
	if bytes.Count(b, []byte("[")) > ingest.MaxDepth || bytes.Count(b, []byte("{")) > ingest.MaxDepth {
		return
	}
	want := json.Valid(b) && utf8.Valid(b)
	if got := ingest.Valid(b); got != want {
		t.Errorf("valid %v, want %v: %q", got, want, b)
	}
}

func TestCanonical(t *testing.T) {
	tests := []struct{ in, want string }{
		{`{"b":1,"a":2}`, `{"a":2,"b":1}`},
		{"{ \"b\" : [ 1 , { \"d\":1.0, \"c\":1e5 } ] ,\n\"a\":null}", `{"a":null,"b":[1,{"c":1e5,"d":1.0}]}`},
		{`{"a":1,"a":2,"\u0061":3}`, `{"a":3}`},
		{`{"n":9007199254740993123}`, `{"n":9007199254740993123}`},
		{`{"s":"\u0041\n\u00e9\"\\"}`, `{"s":"A\u000aé\"\\"}`},
		{`{"s":"\ud800"}`, "{\"s\":\"\uFFFD\"}"},
		{`[]`, `[]`},
		{`{"":{}}`, `{"":{}}`},
	}
	for _, tt := range tests {
		if got := ingest.Canonical([]byte(tt.in)); got != tt.want {
			t.Errorf("Canonical(%s) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

// FuzzCanonical checks that the canonical text means the same and is a fixed point.
func FuzzCanonical(f *testing.F) {
	for _, s := range validSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !ingest.Valid(b) {
			return
		}
		got := ingest.Canonical(b)
		if again := ingest.Canonical([]byte(got)); again != got {
			t.Errorf("not a fixed point: %s, then %s", got, again)
		}
		if want, have := remarshal(t, b), remarshal(t, []byte(got)); want != have {
			t.Errorf("another meaning: %s, want %s", have, want)
		}
	})
}

// remarshal brings JSON to the spelling of encoding/json, numbers verbatim.
func remarshal(t *testing.T, b []byte) string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %q", err, b)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
