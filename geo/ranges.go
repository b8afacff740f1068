package geo

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ranges is a list of networks, as a person writes it or a provider publishes it:
//
//	network,country,city,asn,organisation,latitude,longitude,labels
//	192.0.2.0/24,NL,Amsterdam,64500,Example BV,52.37,4.89,hosting vpn
//
// All columns but network can be left out; lines that begin with # are remarks.
type ranges struct {
	database Database
	byBits   map[int]map[netip.Prefix]record
	bits     []int // the lengths that occur, longest first
}

// rangeColumns are the columns of a list of ranges.
func rangeColumns() []string {
	return []string{
		"network", "country", "city", "asn", "organisation", "latitude", "longitude", "labels",
	}
}

func readRanges(text []byte) (*ranges, error) {
	r := &ranges{byBits: map[int]map[netip.Prefix]record{}}
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	rows.Comment, rows.TrimLeadingSpace = '#', true
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: %w: write a header: %s", err, strings.Join(rangeColumns(), ","))
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
		if !slices.Contains(rangeColumns(), head[i]) || slices.Contains(head[:i], head[i]) {
			return nil, fmt.Errorf("column %q: write once each, of %s", head[i],
				strings.Join(rangeColumns(), ","))
		}
	}
	if !slices.Contains(head, "network") {
		return nil, errors.New("the column network is missing")
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // it says where
		}
		if err := r.add(head, row); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	for bits := range r.byBits {
		r.bits = append(r.bits, bits)
	}
	slices.Sort(r.bits)
	slices.Reverse(r.bits)
	return r, nil
}

// add takes a row: its network, and what it says of it.
func (r *ranges) add(head, row []string) error {
	var network netip.Prefix
	var rec record
	for i, name := range head {
		value := clean(row[i])
		var err error
		switch {
		case name == "network":
			network, err = parseNetwork(value)
		case value != "":
			err = rec.set(name, value)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", name, value, err)
		}
	}
	if (rec.latitude == nil) != (rec.longitude == nil) {
		return errors.New("give latitude and longitude, or neither")
	}
	bits := network.Bits()
	if network.Addr().Is4() {
		bits += 96
	}
	if r.byBits[bits] == nil {
		r.byBits[bits] = map[netip.Prefix]record{}
	}
	if _, twice := r.byBits[bits][network]; twice {
		return fmt.Errorf("%s stands here a second time", network)
	}
	r.byBits[bits][network] = rec
	return nil
}

// set takes the value of a column.
func (r *record) set(column, value string) (err error) {
	switch column {
	case "country":
		if len(value) != 2 {
			return errors.New("write two letters, as NL")
		}
		r.country = strings.ToUpper(value)
	case "city":
		r.city = value
	case "asn":
		r.asn, err = parseASN(value)
	case "organisation":
		r.organisation = value
	case "latitude":
		r.latitude, err = parseDegrees(value, 90)
	case "longitude":
		r.longitude, err = parseDegrees(value, 180)
	case "labels":
		r.labels, err = parseLabels(value)
	}
	return err
}

func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Addr().Is4In6() {
		return p, errors.New("write an address or a network such as 192.0.2.0/24")
	}
	return p.Masked(), nil
}

// parseASN reads 64500 or AS64500.
func parseASN(text string) (uint32, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(text), "AS"), 10, 32)
	if err != nil {
		return 0, errors.New("write a number, as 64500")
	}
	return uint32(n), nil
}

func parseDegrees(text string, most float64) (*float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= -most && v <= most) {
		return nil, fmt.Errorf("write degrees from -%v to %v", most, most)
	}
	return &v, nil
}

// parseLabels reads labels with spaces, commas or semicolons between them.
func parseLabels(text string) ([]string, error) {
	labels := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return c == ' ' || c == ',' || c == ';'
	})
	for _, l := range labels {
		if strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return nil, errors.New("write words of letters and digits")
		}
	}
	return labels, nil
}

func (r *ranges) about() Database { return r.database }
func (r *ranges) has(string) bool { return false } // it knows some addresses only
func (r *ranges) Close() error    { return nil }

// lookup finds the narrowest network that holds an address.
func (r *ranges) lookup(addr netip.Addr) (record, error) {
	for _, bits := range r.bits {
		n := bits
		if addr.Is4() {
			n -= 96
		}
		if n < 0 {
			break
		}
		if rec, ok := r.byBits[bits][netip.PrefixFrom(addr, n).Masked()]; ok {
			return rec, nil
		}
	}
	return record{}, nil
}
