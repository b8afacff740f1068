package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"breachwindow/internal/archive"
)

func tarHead(t *testing.T, h tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFormOf(t *testing.T) {
	marked := tarHead(t, tar.Header{Name: "a.json", Size: 3, Mode: 0o600})
	old := bytes.Clone(marked) // seventh edition Unix wrote no mark
	copy(old[257:265], make([]byte, 8))
	sum := int64(8 * ' ')
	for i, c := range old[:512] {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	copy(old[148:156], []byte(strings.Repeat("0", 6)+"\x00 "))
	for i := range 6 {
		old[153-i] = byte('0' + sum>>(3*i)&7)
	}
	broken := bytes.Clone(old)
	broken[0]++
	var packed, empty bytes.Buffer
	z := zip.NewWriter(&packed)
	if _, err := z.Create("a"); err != nil || z.Close() != nil || zip.NewWriter(&empty).Close() != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		head []byte
		want archive.Form
	}{
		{"tar", marked, archive.Tar},
		{"tar without a mark", old, archive.Tar},
		{"a wrong checksum", broken, archive.None},
		{"zeros", make([]byte, 512), archive.None},
		{"a short tar", marked[:300], archive.None},
		{"zip", packed.Bytes(), archive.Zip},
		{"an empty zip", empty.Bytes(), archive.Zip},
		{"JSON", []byte(`{"Records":[]}`), archive.None},
		{"nothing", nil, archive.None},
	} {
		if got := archive.FormOf(c.head); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Each file has a name of its own, whatever names the archive has.
func TestNames(t *testing.T) {
	var names archive.Names
	for _, c := range []struct{ raw, clean, name string }{
		{"a.json", "a.json", "a.json"},
		{"/a.json", "a.json", "a.json#2"},
		{"./x/../a.json", "a.json", "a.json#3"},
		{"a.json#2", "a.json#2", "a.json#2#2"},
		{"caf\xe9", `caf\xe9`, `caf\xe9`},
		{"", ".", "."},
	} {
		if clean, name := names.Next(c.raw); clean != c.clean || name != c.name {
			t.Errorf("%q: %q, %q; want %q, %q", c.raw, clean, name, c.clean, c.name)
		}
	}
	if got := archive.Member("logs.zip", "a"); got != "logs.zip!a" {
		t.Errorf("a member is called %q", got)
	}
}

func TestOutermost(t *testing.T) {
	archives := map[string]bool{"logs/a.zip": true, "logs/a.zip!b.tar": true, "odd!name.zip": true}
	for _, c := range []struct{ name, want string }{
		{name: "logs/a.zip"},
		{name: "logs/c!d.json"},
		{name: "logs/a.zip!c.json", want: "logs/a.zip"},
		{name: "logs/a.zip!b.tar!c.json", want: "logs/a.zip"},
		{name: "odd!name.zip!c.json", want: "odd!name.zip"},
	} {
		got := archive.Outermost(c.name, func(name string) bool { return archives[name] })
		if got != c.want {
			t.Errorf("Outermost(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}
