package inventory

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"breachwindow/credential"
)

// HashLine hashes a GitHub token and gives the hash and the line to put into an inventory
// CSV whose columns stand in the order of Template. The token is in neither of them, nor
// in an error; it is not kept.
func HashLine(token []byte) (hash, csvLine string, err error) {
	info, err := credential.HashToken(token)
	prefix := knownPrefix(token)
	switch {
	case errors.Is(err, credential.ErrChecksum):
		return "", "", fmt.Errorf("this does not look whole: the checksum of a %s token does "+
			"not match (truncated paste?)", prefix)
	case err != nil && prefix != "":
		return "", "", fmt.Errorf("this does not look whole: it does not have the shape of "+
			"a %s token (truncated paste?)", prefix)
	case err != nil:
		return "", "", errors.New("this does not look like a GitHub token: a token starts with " +
			"ghp_, gho_, ghu_, ghs_, ghr_ or github_pat_, or is 40 hexadecimal digits")
	}
	sum, err := base64.StdEncoding.DecodeString(info.Hash)
	if err != nil {
		return "", "", fmt.Errorf("token hash: %w", err)
	}
	cells := make([]string, len(columns))
	cells[0] = "token-" + hex.EncodeToString(sum[:4])
	cells[1] = string(GitHubToken)
	cells[2] = info.Hash
	cells[3] = info.Type
	return info.Hash, strings.Join(cells, ","), nil
}

// knownPrefix is the fixed start of a GitHub token, which says nothing of the rest.
func knownPrefix(token []byte) string {
	token = bytes.TrimSpace(token)
	for _, prefix := range []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"} {
		if bytes.HasPrefix(token, []byte(prefix)) {
			return prefix
		}
	}
	return ""
}
