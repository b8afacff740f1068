package geo

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Database says what one source of knowledge is. Findings rest on it: a case records it.
type Database struct {
	Name   string    // as the case names it, or built-in …
	Type   string    // as its maker calls it
	Built  time.Time // zero: it does not say
	SHA256 string
	Source string // who made it, under which licence
	Places bool   // it says where addresses are or whose, which changes over the years
}

// File is a database that a case names: by Name, found at Path.
type File struct {
	Name, Path string
}

// DB knows addresses. A nil DB knows nothing but what they tell themselves. It may be used by one
// goroutine at a time.
type DB struct {
	sources []source // in the order in which they are asked
	kinds   func() (*kinds, error)
	list    []Database
	known   map[owner][]string // labels by owner: addresses are many, owners few
}

// owner is who has an AS number.
type owner struct {
	asn          uint32
	organisation string
}

// source is one database, asked for one address. The zero record says that it knows nothing.
type source interface {
	lookup(addr netip.Addr) (record, error)
	about() Database
	has(kind string) bool // "country" or "asn", of all addresses
	Close() error
}

// record is what one database says of an address.
type record struct {
	country, city       string
	latitude, longitude *float64
	asn                 uint32
	organisation        string
	labels              []string
}

// Open opens the databases that a case names. They are asked first, lists of ranges before all
// others, each in the order given; of the built-in ones those that none of them replaces. What is
// built in is unpacked when the first address needs it, not before.
func Open(files []File) (*DB, error) {
	db := &DB{known: map[owner][]string{}}
	var errs []error
	for _, f := range files {
		s, err := openFile(f)
		if err != nil {
			errs = append(errs, fmt.Errorf("geoip: %s: %w", f.Name, err))
			continue
		}
		db.sources = append(db.sources, s)
	}
	slices.SortStableFunc(db.sources, func(a, b source) int {
		return cmp.Compare(rank(a), rank(b))
	})
	builtin, labels, err := builtins()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	given := slices.Clone(db.sources)
	for _, b := range builtin {
		replaced := slices.ContainsFunc(given, func(s source) bool {
			return b.has("country") && s.has("country") || b.has("asn") && s.has("asn")
		})
		if !replaced {
			db.sources = append(db.sources, b)
		}
	}
	for _, s := range db.sources {
		db.list = append(db.list, s.about())
	}
	db.list = append(db.list, labels)
	db.kinds = sync.OnceValues(readKinds)
	return db, nil
}

func rank(s source) int {
	if _, ok := s.(*ranges); ok {
		return 0
	}
	return 1
}

// Close lets go of the files.
func (db *DB) Close() error {
	if db == nil {
		return nil
	}
	var errs []error
	for _, s := range db.sources {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// Databases lists what is asked, in order.
func (db *DB) Databases() []Database {
	if db == nil {
		return nil
	}
	return slices.Clone(db.list)
}

// Lookup reads text as an address, with or without a port, and says what is known of it. Of a list,
// as proxies write it, the last public address counts, else the last: it is the one that the
// service saw itself, those before it are the client's word. ok is false for what is none: a
// service's name, "AWS Internal", an anonymised address with leading zeros. An error names the
// database that is damaged.
func (db *DB) Lookup(text string) (info Info, ok bool, err error) {
	addr, ok := find(text)
	if !ok {
		return Info{}, false, nil
	}
	info = place(addr)
	if db == nil {
		return info, true, nil
	}
	var all record
	for _, s := range db.sources {
		r, err := s.lookup(addr)
		if err != nil {
			return Info{}, false, fmt.Errorf("geoip: %s: the file is damaged: fetch it again, or "+
				"take it out of case.yaml: %w", s.about().Name, err)
		}
		all.add(r)
	}
	if all.asn != 0 || all.organisation != "" {
		labels, err := db.labels(owner{all.asn, all.organisation})
		if err != nil {
			return Info{}, false, err
		}
		all.labels = slices.Concat(all.labels, labels)
	}
	info.fill(all)
	return info, true, nil
}

func (db *DB) labels(of owner) ([]string, error) {
	labels, ok := db.known[of]
	if ok {
		return labels, nil
	}
	k, err := db.kinds()
	if err != nil {
		return nil, err
	}
	labels = k.of(of.asn, of.organisation)
	db.known[of] = labels
	return labels, nil
}

// add takes what a further database knows and those before it did not. Where they disagree on the
// country or the AS number, nothing of it is mixed with theirs.
func (r *record) add(other record) {
	if r.country == "" {
		r.country = other.country
	}
	if r.country == other.country && r.city == "" && r.latitude == nil {
		r.city, r.latitude, r.longitude = other.city, other.latitude, other.longitude
	}
	switch {
	case r.asn == 0 && r.organisation == "":
		r.asn, r.organisation = other.asn, other.organisation
	case r.asn == other.asn && r.organisation == "":
		r.organisation = other.organisation
	}
	r.labels = slices.Concat(r.labels, other.labels)
}

func (i *Info) fill(r record) {
	slices.Sort(r.labels)
	r.labels = slices.Compact(r.labels)
	i.Country, i.City, i.ASN, i.Organisation = r.country, r.city, r.asn, r.organisation
	i.Latitude, i.Longitude = r.latitude, r.longitude
	i.Labels = strings.Join(r.labels, ",")
	i.Shared = slices.ContainsFunc(r.labels, func(l string) bool { return l != ciLabel })
	if r.asn != 0 {
		i.Network = fmt.Sprintf("AS%d", r.asn)
	}
}

// ciLabel marks addresses that a CI service says its jobs call from: not everybody's.
const ciLabel = "ci"

// maxText bounds a name from a database.
const maxText = 120

// clean makes a name from a database one line of valid text.
func clean(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText]) + "…"
	}
	return s
}
