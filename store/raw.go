package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"

	"breachwindow/ingest"
)

// RawRecord returns a record byte for byte as it stands in its file, which may be in an archive.
// name is the file's in the manifest; locate says where a file of the manifest lies now. One whose
// content is not what was loaded is refused.
func RawRecord(
	ctx context.Context, db *sql.DB, name string, locate func(name string) string, pos int64,
) ([]byte, error) {
	var stored, want string // the file itself, or the outermost archive that it is in
	err := db.QueryRowContext(ctx, `
		SELECT path, sha256 FROM files
		WHERE path = $1 OR form LIKE 'archive/%' AND starts_with($1, path || '!')
		ORDER BY length(path) LIMIT 1`, name).Scan(&stored, &want)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	path := locate(stored)
	sum, err := HashFile(path)
	if err != nil {
		return nil, errors.New(reasonOf(err))
	}
	if sum != want {
		return nil, errors.New("the file is no longer the one that was loaded")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New(reasonOf(err))
	}
	defer f.Close()
	o := ingest.Options{MaxExpand: math.MaxInt64} // it was in bounds when it was loaded
	if stored != name {
		return ingest.RawIn(stored, f, name[len(stored)+1:], pos, o)
	}
	return ingest.Raw(name, f, pos, o)
}
