package geo

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/klauspost/compress/zstd"
	"github.com/oschwald/maxminddb-golang/v2"
)

// The databases that every case has, made by internal/build; make geodata makes them anew.
var (
	//go:embed data/country.mmdb.zst
	countryData []byte
	//go:embed data/asn.mmdb.zst
	asnData []byte
	//go:embed data/databases.json
	databasesText []byte
	//go:embed data/labels.csv
	labelsText []byte
	//go:embed data/circleci.csv
	circleciText []byte
)

// builtins returns what is carried along, country first, and what the labels are.
func builtins() (list []source, labels Database, err error) {
	var about []struct {
		Name, Type, SHA256, Source string
		Built                      time.Time
	}
	if err := json.Unmarshal(databasesText, &about); err != nil {
		return nil, labels, fmt.Errorf("built-in databases: %w", err)
	}
	packed := [][]byte{countryData, asnData}
	if len(about) != len(packed) {
		return nil, labels, errors.New("built-in databases: not the ones that are listed")
	}
	for i, a := range about {
		list = append(list, &carried{
			database: Database{
				Name: a.Name, Type: a.Type, Built: a.Built, SHA256: a.SHA256, Source: a.Source,
				Places: true,
			},
			kind: []string{"country", "asn"}[i],
			open: sync.OnceValues(func() (*maxminddb.Reader, error) { return unpack(packed[i]) }),
		})
	}
	ci, err := readRanges(circleciText)
	if err != nil {
		return nil, labels, fmt.Errorf("built-in circleci: %w", err)
	}
	ci.database = Database{
		Name: "built-in circleci", Type: "ranges", SHA256: sumOf(circleciText),
		Built:  time.Date(2022, 11, 14, 0, 0, 0, 0, time.UTC),
		Source: "addresses that CircleCI published, circleci-docs 5bb0c97551",
	}
	labels = Database{
		Name: "built-in labels", Type: "labels", SHA256: sumOf(labelsText),
		Source: "breachwindow: AS numbers and words in organisations' names",
	}
	return append(list, ci), labels, nil
}

func sumOf(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// carried is a built-in database, unpacked when it is first needed.
type carried struct {
	database Database
	kind     string
	open     func() (*maxminddb.Reader, error)
}

func unpack(packed []byte) (*maxminddb.Reader, error) {
	data, err := inflate(packed)
	if err != nil {
		return nil, err
	}
	return maxminddb.OpenBytes(data)
}

func inflate(packed []byte) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.DecodeAll(packed, nil)
}

func (c *carried) about() Database      { return c.database }
func (c *carried) has(kind string) bool { return kind == c.kind }
func (c *carried) Close() error         { return nil }

func (c *carried) lookup(addr netip.Addr) (r record, err error) {
	if !isRouted(addr) {
		return r, nil
	}
	reader, err := c.open()
	if err != nil {
		return r, err
	}
	var found struct {
		Country      string `maxminddb:"country_code"`
		ASN          uint32 `maxminddb:"autonomous_system_number"`
		Organisation string `maxminddb:"autonomous_system_organization"`
	}
	if err := reader.Lookup(addr).Decode(&found); err != nil {
		return r, err
	}
	r.country, r.asn, r.organisation = clean(found.Country), found.ASN, clean(found.Organisation)
	return r, nil
}

// isRouted tells addresses that somebody on the internet can have from those that stand for
// themselves: private ones, those of documentation (RFC 5737, 3849) and of benchmarks (RFC 2544).
func isRouted(addr netip.Addr) bool {
	for _, special := range [...]netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2}), 24),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18}), 15),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100}), 24),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, 113}), 24),
		netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8}), 32),
	} {
		if special.Contains(addr) {
			return false
		}
	}
	return isPublic(addr)
}

// kinds says what kind of network an organisation has.
type kinds struct {
	numbers map[uint32][]string
	words   []kindOfWord
}

// kindOfWord is a label for organisations with a word in their name: word, begin (of a word) or
// part.
type kindOfWord struct{ match, value, label string }

func readKinds() (*kinds, error) {
	k := &kinds{numbers: map[uint32][]string{}}
	rows := csv.NewReader(bytes.NewReader(labelsText))
	rows.Comment, rows.FieldsPerRecord = '#', 3
	for first := true; ; first = false {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return k, nil
		case err != nil:
			return nil, fmt.Errorf("built-in labels: %w", err)
		case first:
		case row[0] == "asn":
			n, err := strconv.ParseUint(row[1], 10, 32)
			if err != nil {
				return nil, fmt.Errorf("built-in labels: %w", err)
			}
			k.numbers[uint32(n)] = append(k.numbers[uint32(n)], row[2])
		default:
			k.words = append(k.words, kindOfWord{row[0], row[1], row[2]})
		}
	}
}

// of returns the labels of an AS number and its organisation.
func (k *kinds) of(asn uint32, organisation string) []string {
	out := append([]string(nil), k.numbers[asn]...)
	name := strings.ToLower(organisation)
	for _, w := range k.words {
		if w.fits(name) {
			out = append(out, w.label)
		}
	}
	return out
}

func (w kindOfWord) fits(name string) bool {
	for from := 0; ; {
		i := strings.Index(name[from:], w.value)
		if i < 0 {
			return false
		}
		start := from + i
		end := start + len(w.value)
		begins := start == 0 || !isLetter(name[start-1])
		ends := end == len(name) || !isLetter(name[end])
		if w.match == "part" || begins && (w.match == "begin" || ends) {
			return true
		}
		from = end
	}
}

func isLetter(b byte) bool { return b >= 0x80 || unicode.IsLetter(rune(b)) }
