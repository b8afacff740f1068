package credential_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"breachwindow/credential"
)

// shared reads a table of the shared test data: one map per row.
func shared(t *testing.T, name string) []map[string]string {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("NOT CHECKED: the shared vectors in %s; BREACHWINDOW_DATA names the folder", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s: %d rows, %v", name, len(rows), err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		out = append(out, m)
	}
	return out
}

func TestSharedTokens(t *testing.T) {
	for _, v := range shared(t, "github/tokens.tsv") {
		info, err := credential.HashToken([]byte(v["token"]))
		switch v["checksum"] {
		case "invalid":
			if !errors.Is(err, credential.ErrChecksum) {
				t.Errorf("%s: HashToken: error %v, want %v", v["type"], err, credential.ErrChecksum)
			}
		default:
			if err != nil || info.Hash != v["hashed_token_b64"] {
				t.Errorf("%s: HashToken = %q, %v, want %q", v["type"], info.Hash, err,
					v["hashed_token_b64"])
			}
		}
		for _, column := range []string{"hashed_token_b64", "hashed_token_b64_nopad", "sha256_hex"} {
			got, ok := credential.TokenHash(v[column])
			if !ok || got != v["hashed_token_b64"] {
				t.Errorf("%s: TokenHash(%s) = %q, %t", v["type"], column, got, ok)
			}
		}
	}
}

func TestSharedKeys(t *testing.T) {
	for _, v := range shared(t, "github/ssh_key.tsv") {
		key, err := credential.ParsePublicKey(v["openssh_public_key"])
		if err != nil {
			t.Fatal(err)
		}
		if key.SHA256 != v["sha256_fp"] || key.MD5 != "MD5:"+v["md5_fp"] ||
			!slices.Contains(key.Hashes, v["b64_padded"]) {
			t.Errorf("ParsePublicKey = %+v, want %v", key, v)
		}
		for _, column := range []string{"sha256_fp", "b64_padded", "hex_sha256_of_blob"} {
			if got, ok := credential.Fingerprint(v[column]); !ok || got != key.SHA256 {
				t.Errorf("Fingerprint(%s) = %q, %t, want %q", column, got, ok, key.SHA256)
			}
		}
		if got, ok := credential.Fingerprint(v["md5_fp"]); !ok || got != key.MD5 {
			t.Errorf("Fingerprint(md5_fp) = %q, %t, want %q", got, ok, key.MD5)
		}
	}
}
