package reference

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// object is a JSON object with its members in order, each as it stands in the log. A member whose
// value is nil was taken out.
type object []member

type member struct {
	key         string
	name, value json.RawMessage
}

func objectOf(raw []byte) (object, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	o := object{}
	for d.More() {
		from := d.InputOffset()
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, false
		}
		name := raw[from:d.InputOffset()]
		m := member{key: key, name: bytes.Clone(name[bytes.IndexByte(name, '"'):])}
		if err := d.Decode(&m.value); err != nil {
			return nil, false
		}
		o = append(o, m)
	}
	_, err := d.Token()
	return o, err == nil
}

// at finds the member that counts, the last one of its name; -1 if there is none.
func (o object) at(key string) int {
	for i, m := range slices.Backward(o) {
		if m.key == key {
			return i
		}
	}
	return -1
}

// fold is at without regard to case; an exact name wins.
func (o object) fold(key string) int {
	if i := o.at(key); i >= 0 {
		return i
	}
	for i, m := range slices.Backward(o) {
		if isASCII(m.key) && strings.EqualFold(m.key, key) {
			return i
		}
	}
	return -1
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// raw is a member's value; nil if there is none.
func (o object) raw(key string) json.RawMessage {
	if i := o.at(key); i >= 0 {
		return o[i].value
	}
	return nil
}

func (o object) text(key string) string { return text(o.raw(key)) }

func (o object) object(key string) object {
	in, _ := objectOf(o.raw(key))
	return in
}

// path follows names and returns the text at their end.
func (o object) path(keys ...string) string {
	for _, key := range keys[:len(keys)-1] {
		o = o.object(key)
	}
	return o.text(keys[len(keys)-1])
}

// drop takes a member out.
func (o object) drop(key string) {
	if i := o.at(key); i >= 0 {
		o[i].value = nil
	}
}

// move returns a scalar's text and takes the member out.
func (o object) move(key string) string {
	raw := o.raw(key)
	if !isScalar(raw) {
		return ""
	}
	o.drop(key)
	return text(raw)
}

// set puts what is left of an object that was changed in its place.
func (o object) set(key string, changed object) {
	i := o.at(key)
	if o[i].value = changed.tidy(); string(o[i].value) == "{}" {
		o[i].value = nil
	}
}

// text is a scalar as text: a string's content, a number's or boolean's spelling.
func text(raw json.RawMessage) string {
	var s string
	switch {
	case !isScalar(raw), string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &s) == nil:
		return s
	}
	return string(raw)
}

func isScalar(raw json.RawMessage) bool {
	return len(raw) > 0 && raw[0] != '{' && raw[0] != '['
}

func isString(raw json.RawMessage) bool { return len(raw) > 2 && raw[0] == '"' }

// details are the members that are left, "" if there are none.
func (o object) details() string {
	for i, m := range o { // of members with one name the last one counts
		if o.at(m.key) != i {
			o[i].value = nil
		}
	}
	if s := string(o.tidy()); s != "{}" {
		return s
	}
	return ""
}

// tidy writes the members that are there and not null.
func (o object) tidy() json.RawMessage {
	parts := []string{}
	for _, m := range o {
		if m.value != nil && string(m.value) != "null" {
			parts = append(parts, string(m.name)+":"+string(redacted(m)))
		}
	}
	return json.RawMessage("{" + strings.Join(parts, ",") + "}")
}

// redacted is a member's value without white space and without secrets.
func redacted(m member) json.RawMessage {
	if !isSecret(m.key) {
		return compact(m.value)
	}
	switch string(m.value) {
	case "true", "false", "null", "[]", "{}":
		return m.value
	}
	switch text(m.value) {
	case "HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>":
		return m.value
	}
	if string(m.value) == `""` {
		return m.value
	}
	return json.RawMessage(`"REDACTED"`)
}

// compact is a value without white space and secrets; in objects within others all members stay.
func compact(raw json.RawMessage) json.RawMessage {
	parts := []string{}
	if o, ok := objectOf(raw); ok {
		for _, m := range o {
			parts = append(parts, string(m.name)+":"+string(redacted(m)))
		}
		return json.RawMessage("{" + strings.Join(parts, ",") + "}")
	}
	var list []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
		return raw
	}
	for _, v := range list {
		parts = append(parts, string(compact(v)))
	}
	return json.RawMessage("[" + strings.Join(parts, ",") + "]")
}

// isSecret knows the names of secret values.
func isSecret(key string) bool {
	name := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))
	switch name {
	case "token", "sessiontoken", "securitytoken", "authtoken", "authenticationtoken",
		"authorizationtoken", "accesstoken", "refreshtoken", "idtoken", "bearertoken",
		"xamzsecuritytoken", "xamzsignature", "signintoken", "webidentitytoken", "apitoken",
		"oauthtoken", "githubtoken", "personalaccesstoken", "secretaccesskey", "awssecretaccesskey",
		"secretkey", "privatekey", "secretstring", "secret", "clientsecret", "webhooksecret",
		"passwd", "passphrase", "keymaterial", "privatekeymaterial", "plaintext", "userdata":
		return true
	}
	return strings.HasSuffix(name, "password")
}

// hashOf is the hash of a record's content, however it is spelled.
func hashOf(record []byte) string {
	sum := sha256.Sum256([]byte(canonicalOf(record)))
	return hex.EncodeToString(sum[:16])
}

// canonicalOf spells JSON in one way.
func canonicalOf(raw []byte) string {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return ""
	}
	return canonical(v)
}

func canonical(v any) string {
	var parts []string
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, quoted(key)+":"+canonical(v[key]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		for _, e := range v {
			parts = append(parts, canonical(e))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case string:
		return quoted(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}

// quoted has as few escapes as possible.
func quoted(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
