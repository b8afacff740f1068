package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"breachwindow/ingest"
)

// RawRecord returns a record byte for byte as it stands in its file. name is the file's in the
// manifest, path where it lies now; a file whose content is not what was loaded is refused.
func RawRecord(ctx context.Context, db *sql.DB, name, path string, pos int64) ([]byte, error) {
	var want string
	err := db.QueryRowContext(ctx, `SELECT sha256 FROM files WHERE path = ?`, name).Scan(&want)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	sum, err := hashFile(path)
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
	return ingest.Raw(name, f, pos, ingest.Options{})
}
