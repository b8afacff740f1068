package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"
)

const advice = "write the path of a GeoLite2 or GeoIP2 database (.mmdb) or of a list of ranges (.csv)"

// maxRangesFile bounds a list of ranges, which is held in memory.
const maxRangesFile = 64 << 20

// openFile opens a database that a case names.
func openFile(f File) (source, error) {
	sum, err := hashFile(f.Path)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(filepath.Ext(f.Path), ".csv") {
		return openRanges(f, sum)
	}
	r, err := geoip2.Open(f.Path)
	if err == nil {
		return newTyped(f, sum, r)
	}
	if _, ok := errors.AsType[geoip2.UnknownDatabaseTypeError](err); ok {
		return openOther(f, sum)
	}
	return nil, fmt.Errorf("no MaxMind database, or a damaged one: %s: %w", advice, err)
}

// hashFile reads a file and complains about what is none.
func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		if pe, ok := errors.AsType[*os.PathError](err); ok {
			err = pe.Err
		}
		return "", fmt.Errorf("%w: %s, relative to the case", err, advice)
	}
	defer f.Close()
	h := sha256.New()
	if n, err := io.Copy(h, f); err != nil || n == 0 {
		if err == nil {
			err = errors.New("it is empty")
		}
		return "", fmt.Errorf("%w: %s", err, advice)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func openRanges(f File, sum string) (source, error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxRangesFile {
		return nil, errors.New("more than 64 MiB of ranges: make a MaxMind database of them")
	}
	text, err := os.ReadFile(f.Path)
	if err != nil {
		return nil, err
	}
	r, err := readRanges(text)
	if err != nil {
		return nil, err
	}
	r.database = Database{Name: f.Name, Type: "ranges", SHA256: sum, Source: "given by the case"}
	return r, nil
}

// describe says what a file is, in the words of its maker.
func describe(f File, sum string, m maxminddb.Metadata) Database {
	source := clean(m.Description["en"])
	if source == "" {
		source = "given by the case"
	}
	return Database{
		Name: f.Name, Type: clean(m.DatabaseType), Built: m.BuildTime().UTC(), SHA256: sum,
		Source: source, Places: true,
	}
}

// typed is a database whose type geoip2 knows.
type typed struct {
	database Database
	reader   *geoip2.Reader
	only4    bool // it has no IPv6 addresses
	kind     string
	read     func(netip.Addr) (record, error)
}

func newTyped(f File, sum string, r *geoip2.Reader) (source, error) {
	m := r.Metadata()
	t := &typed{database: describe(f, sum, m), reader: r, only4: m.IPVersion == 4}
	switch name := m.DatabaseType; {
	case strings.Contains(name, "Anonymous-Plus"):
		t.read, t.database.Places = t.anonymousPlus, false
	case strings.Contains(name, "Anonymous-IP"):
		t.read, t.database.Places = t.anonymousIP, false
	case strings.Contains(name, "Enterprise"):
		t.kind, t.read = "country asn", t.enterprise
	case strings.Contains(name, "ISP"):
		t.kind, t.read = "asn", t.isp
	case strings.Contains(name, "ASN"):
		t.kind, t.read = "asn", t.asn
	case strings.Contains(name, "City"), strings.Contains(name, "Country"):
		t.kind, t.read = "country", t.city
	default:
		return nil, errors.Join(
			fmt.Errorf("a database of type %s says nothing that is used here: %s", t.database.Type, advice),
			r.Close())
	}
	return t, nil
}

func (t *typed) about() Database      { return t.database }
func (t *typed) has(kind string) bool { return strings.Contains(t.kind, kind) }
func (t *typed) Close() error         { return t.reader.Close() }

func (t *typed) lookup(addr netip.Addr) (record, error) {
	if t.only4 && !addr.Is4() {
		return record{}, nil
	}
	return t.read(addr)
}

func (t *typed) city(addr netip.Addr) (r record, err error) {
	c, err := t.reader.City(addr)
	if err != nil {
		return r, err
	}
	r.country, r.city = clean(c.Country.ISOCode), clean(c.City.Names.English)
	if r.country == "" {
		r.country = clean(c.RegisteredCountry.ISOCode)
	}
	r.setDegrees(c.Location.Latitude, c.Location.Longitude, t.database.Type)
	return r, nil
}

// setDegrees takes coordinates, of a database that knows more than countries.
func (r *record) setDegrees(latitude, longitude *float64, of string) {
	if latitude == nil || longitude == nil || strings.Contains(of, "Country") {
		return
	}
	r.latitude, r.longitude = latitude, longitude
}

// setOwner takes who has the address's AS number.
func (r *record) setOwner(number uint, organisation string) {
	r.asn = uint32(number) //nolint:gosec // G115: AS numbers have 32 bits
	r.organisation = clean(organisation)
}

func (t *typed) enterprise(addr netip.Addr) (r record, err error) {
	c, err := t.reader.Enterprise(addr)
	if err != nil {
		return r, err
	}
	r.country, r.city = clean(c.Country.ISOCode), clean(c.City.Names.English)
	r.setDegrees(c.Location.Latitude, c.Location.Longitude, t.database.Type)
	r.setOwner(c.Traits.AutonomousSystemNumber, c.Traits.AutonomousSystemOrganization)
	return r, nil
}

func (t *typed) asn(addr netip.Addr) (r record, err error) {
	a, err := t.reader.ASN(addr)
	if err != nil {
		return r, err
	}
	r.setOwner(a.AutonomousSystemNumber, a.AutonomousSystemOrganization)
	return r, nil
}

func (t *typed) isp(addr netip.Addr) (r record, err error) {
	a, err := t.reader.ISP(addr)
	if err != nil {
		return r, err
	}
	r.setOwner(a.AutonomousSystemNumber, a.AutonomousSystemOrganization)
	return r, nil
}

func (t *typed) anonymousIP(addr netip.Addr) (r record, err error) {
	a, err := t.reader.AnonymousIP(addr)
	if err != nil {
		return r, err
	}
	r.flag(a.IsHostingProvider, a.IsAnonymousVPN, a.IsTorExitNode,
		a.IsPublicProxy || a.IsResidentialProxy)
	return r, nil
}

func (t *typed) anonymousPlus(addr netip.Addr) (r record, err error) {
	a, err := t.reader.AnonymousPlus(addr)
	if err != nil {
		return r, err
	}
	r.flag(a.IsHostingProvider, a.IsAnonymousVPN, a.IsTorExitNode,
		a.IsPublicProxy || a.IsResidentialProxy)
	return r, nil
}

func (r *record) flag(hosting, vpn, tor, proxy bool) {
	for _, f := range [...]struct {
		is    bool
		label string
	}{{hosting, "hosting"}, {vpn, "vpn"}, {tor, "tor"}, {proxy, "proxy"}} {
		if f.is {
			r.labels = append(r.labels, f.label)
		}
	}
}

// other is a database of another maker: its fields are known by their usual names.
type other struct {
	database Database
	reader   *maxminddb.Reader
	only4    bool
	kind     string
}

func openOther(f File, sum string) (source, error) {
	r, err := maxminddb.Open(f.Path)
	if err != nil {
		return nil, err
	}
	o := &other{database: describe(f, sum, r.Metadata), reader: r, only4: r.Metadata.IPVersion == 4}
	if o.kind = o.kinds(); o.kind == "" {
		return nil, errors.Join(
			fmt.Errorf("a database of type %q has no field that is known here: %s", o.database.Type,
				advice), r.Close())
	}
	return o, nil
}

// kinds says what the first records hold: a database says nothing of its fields elsewhere. A
// damaged one may have no end.
func (o *other) kinds() string {
	out, n := "", 0
	for result := range o.reader.Networks(maxminddb.IncludeNetworksWithoutData()) {
		if n++; n > 100_000 || len(out) == len("country asn ") {
			break
		}
		r, err := o.decode(result)
		if err != nil {
			return ""
		}
		if r.country != "" && !strings.Contains(out, "country") {
			out += "country "
		}
		if r.asn != 0 && !strings.Contains(out, "asn") {
			out += "asn "
		}
	}
	return out
}

func (o *other) about() Database      { return o.database }
func (o *other) has(kind string) bool { return strings.Contains(o.kind, kind) }
func (o *other) Close() error         { return o.reader.Close() }

func (o *other) lookup(addr netip.Addr) (record, error) {
	if o.only4 && !addr.Is4() {
		return record{}, nil
	}
	return o.decode(o.reader.Lookup(addr))
}

func (o *other) decode(result maxminddb.Result) (r record, err error) {
	var all map[string]any
	if err := result.Decode(&all); err != nil {
		return r, err
	}
	r.country = strings.ToUpper(first(all, "country_code", "country.iso_code", "country"))
	if len(r.country) != 2 {
		r.country = "" // a name, which another database would write differently
	}
	r.city = first(all, "city", "city.names.en", "city_name")
	number := first(all, "asn", "autonomous_system_number", "as_number")
	if n, err := parseASN(number); err == nil {
		r.asn = n
	}
	r.organisation = first(all, "as_organization", "as_organisation",
		"autonomous_system_organization", "as_name", "organization", "name")
	latitude, err1 := parseDegrees(first(all, "latitude", "location.latitude", "lat"), 90)
	longitude, err2 := parseDegrees(first(all, "longitude", "location.longitude", "lng"), 180)
	if err1 == nil && err2 == nil {
		r.setDegrees(latitude, longitude, "")
	}
	return r, nil
}

// first returns the first of these fields that a record has, as text.
func first(all map[string]any, names ...string) string {
	for _, name := range names {
		var v any = all
		for part := range strings.SplitSeq(name, ".") {
			m, _ := v.(map[string]any)
			v = m[part]
		}
		switch v := v.(type) {
		case string:
			if v != "" {
				return clean(v)
			}
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		case float32:
			return strconv.FormatFloat(float64(v), 'f', -1, 32)
		case uint64:
			return strconv.FormatUint(v, 10)
		}
	}
	return ""
}
