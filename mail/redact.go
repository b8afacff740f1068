package mail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"breachwindow/detect"
	"breachwindow/report"
)

var (
	// keyID is an access key id, wherever it stands: in a command, a title, an event's id.
	keyID = regexp.MustCompile(`(AKIA|ASIA)[A-Z0-9]{8,124}([A-Z0-9]{4})`)
	// tokens are values that no Result should have. A log's text may be anything. None ends within an
	// escape of JSON, which would then be none.
	tokens = regexp.MustCompile(`gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{22,}|` +
		`CCIPAT_[0-9A-Za-z_]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[0-9A-Za-z+/=\s-]|\\[nrt])*`)
)

// redact returns a copy of the result that is fit for an inbox. It works on the result as JSON, so
// that no text is forgotten, whichever field it is in.
func redact(r *detect.Result, fullKeyIDs bool) (*detect.Result, error) {
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		return nil, err
	}
	return report.ReadJSON(bytes.NewReader(redactBytes(b.Bytes(), fullKeyIDs)))
}

// redactChanges does the same with what changed.
func redactChanges(c *detect.Changes, fullKeyIDs bool) (*detect.Changes, error) {
	var b bytes.Buffer
	if err := report.ChangesJSON(&b, c); err != nil {
		return nil, err
	}
	var out detect.Changes
	if err := json.Unmarshal(redactBytes(b.Bytes(), fullKeyIDs), &out); err != nil {
		return nil, fmt.Errorf("changes: %w", err)
	}
	return &out, nil
}

func redactText(text string, fullKeyIDs bool) string {
	return string(redactBytes([]byte(text), fullKeyIDs))
}

func redactBytes(text []byte, fullKeyIDs bool) []byte {
	text = tokens.ReplaceAll(text, []byte("(a token, left out)"))
	if fullKeyIDs {
		return text
	}
	return keyID.ReplaceAll(text, []byte("$1…$2"))
}
