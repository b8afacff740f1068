// Package archive says how an archive is told and what the files in it are called. It is a leaf:
// ingest reads archives and digest verifies them, each in its own way, but a file in one must have
// the same name in both, or verify would call it gone.
package archive

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Form is the form of an archive.
type Form string

// The forms of archives.
const (
	None Form = ""
	Zip  Form = "archive/zip"
	Tar  Form = "archive/tar"
)

// HeadSize is how many bytes of a file FormOf wants, if it has so many.
const HeadSize = 512

// FormOf tells an archive from its first bytes.
func FormOf(head []byte) Form {
	switch {
	case len(head) >= 4 && (string(head[:4]) == "PK\x03\x04" || string(head[:4]) == "PK\x05\x06"):
		return Zip
	case isTar(head):
		return Tar
	}
	return None
}

// isTar looks for the mark of tar, which old ones lack, and else for the header's checksum.
func isTar(head []byte) bool {
	if len(head) < HeadSize {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	if head[0] == 0 {
		return false
	}
	digits := strings.Trim(string(head[148:156]), " \x00")
	want, err := strconv.ParseInt(digits, 8, 64)
	if err != nil {
		return false
	}
	sum := int64(8 * ' ')
	for i, c := range head[:HeadSize] {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	return sum == want
}

// Names gives the files of one archive their names, in the archive's order. The zero value is
// ready.
type Names struct{ seen map[string]int }

// Next returns the name of the next file as the archive has it, as a clean path in text, and as
// the file is called: by a number behind it if another has that name.
func (n *Names) Next(raw string) (clean, name string) {
	clean = path.Clean(strings.TrimLeft(Text(raw), "/"))
	return clean, n.unique(clean)
}

func (n *Names) unique(name string) string {
	if n.seen == nil {
		n.seen = map[string]int{}
	}
	n.seen[name]++
	if times := n.seen[name]; times > 1 {
		return n.unique(fmt.Sprintf("%s#%d", name, times))
	}
	return name
}

// Member is what a file in an archive is called in full.
func Member(archive, name string) string { return archive + "!" + name }

// Outermost is the archive in which the file of that full name is stored: the outermost of those
// that isArchive knows, "" if it is in none. An exclamation mark may be part of any name.
func Outermost(name string, isArchive func(name string) bool) string {
	for i := range name {
		if name[i] == '!' && isArchive(name[:i]) {
			return name[:i]
		}
	}
	return ""
}

// Text is the name of a file as text: what is no text in it is written as \xff. Systems name files
// in other encodings, a database holds text only.
func Text(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	quoted := strconv.Quote(name)
	return quoted[1 : len(quoted)-1]
}
