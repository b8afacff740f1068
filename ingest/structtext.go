package ingest

import "bytes"

// structText reads the text that Presto, which Athena and CloudTrail Lake are made of, makes of
// structs, maps and lists: {name=value, name={…}, name=[…]}. It is no notation: values are not
// quoted, so that ", " and "=" in a value may look like the next member. Members of structs
// are known by name; an identity in which one occurs twice is refused, for somebody may have
// named a session so that it looks like another's.
type structText struct {
	b      []byte
	i      int
	walker *walker
	isMap  bool // names are as logged, and any may occur
	twice  bool
	isText bool // the value at hand is text in the log, even if it is JSON
}

// structNames are the members of CloudTrail's structs, as JSON spells them.
var structNames = makeNames(
	"type", "principalId", "arn", "accountId", "invokedBy", "accessKeyId", "userName",
	"sessionContext", "attributes", "mfaAuthenticated", "creationDate", "sessionIssuer",
	"ec2RoleDelivery", "webIdFederationData", "federatedProvider", "sourceIdentity",
	"identityProvider", "onBehalfOf", "userId", "identityStoreArn", "inScopeOf", "sourceArn",
	"sourceAccount", "issuerType", "credentialsIssuedTo", "credentialId", "assumedRoot",
	"invokedByDelegate", "tlsVersion", "cipherSuite", "clientProvidedHostHeader",
	"state", "eventSource", "eventName", "insightType", "insightContext", "statistics",
	"baseline", "insight", "insightDuration", "reason", "updatedFields", "originalRequestID",
	"originalEventID", "userRoleArn", "deviceFarmArn", "snowJobId",
)

const maxStruct = 32 // levels of structs

func (s *structText) fault() string {
	if s.twice {
		return "a member occurs twice in a struct"
	}
	return "not the text of a struct"
}

// value appends the value at hand as JSON; inner is how many structs and lists it stands in.
func (s *structText) value(out []byte, inner, end byte) ([]byte, bool) {
	switch {
	case inner > maxStruct || s.i > len(s.b):
		return out, false
	case s.i < len(s.b) && (s.b[s.i] == '{' || s.b[s.i] == '['):
		if n := s.json(); n > 0 && inner > 0 {
			text := s.b[s.i : s.i+n]
			s.i += n
			if s.isText {
				return appendQuoted(out, text), true
			}
			return append(out, text...), true
		}
		if s.b[s.i] == '{' {
			return s.object(out, inner)
		}
		return s.list(out, inner)
	}
	return s.scalar(out, end), true
}

// json is the length of the JSON object or list at hand with something in it, 0 if it is none.
func (s *structText) json() int {
	if s.i+1 < len(s.b) && s.b[s.i+1] != '"' && s.b[s.i+1] != '{' {
		return 0
	}
	end, f := s.walker.walk(s.b, s.i)
	if f != whole {
		return 0
	}
	return end - s.i
}

func (s *structText) object(out []byte, inner byte) ([]byte, bool) {
	out = append(out, '{')
	s.i++
	var seen [][]byte
	for first := true; ; first = false {
		if s.i < len(s.b) && s.b[s.i] == '}' && first {
			break
		}
		key := s.key(s.i)
		if key == nil {
			return out, false
		}
		for _, k := range seen {
			if bytes.EqualFold(k, key) {
				s.twice = true
				return out, false
			}
		}
		seen = append(seen, key)
		if !first {
			out = append(out, ',')
		}
		out = append(s.appendName(out, key), ':')
		s.i += len(key) + 1
		s.isText = isPolicy(key)
		var ok bool
		if out, ok = s.value(out, inner+1, '}'); !ok {
			return out, false
		}
		if s.i >= len(s.b) {
			return out, false
		}
		if s.b[s.i] == '}' {
			break
		}
		s.i += len(", ")
	}
	s.i++
	return append(out, '}'), true
}

// isPolicy tells the members that hold policies, which are text.
func isPolicy(key []byte) bool {
	return string(key) == "policy" || bytes.HasSuffix(key, []byte("Document"))
}

func (s *structText) list(out []byte, inner byte) ([]byte, bool) {
	out = append(out, '[')
	s.i++
	for first := true; ; first = false {
		if s.i < len(s.b) && s.b[s.i] == ']' && first {
			break
		}
		if !first {
			out = append(out, ',')
		}
		var ok bool
		if out, ok = s.value(out, inner+1, ']'); !ok {
			return out, false
		}
		if s.i >= len(s.b) {
			return out, false
		}
		if s.b[s.i] == ']' {
			break
		}
		s.i += len(", ")
	}
	s.i++
	return append(out, ']'), true
}

// key returns the name at b[i] that is followed by an equals sign, nil if there is none.
func (s *structText) key(i int) []byte {
	from := i
	for i < len(s.b) && (isAlnum(s.b[i]) || bytes.IndexByte([]byte("_-.:/@$"), s.b[i]) >= 0) {
		i++
	}
	if i == from || i >= len(s.b) || s.b[i] != '=' {
		return nil
	}
	key := s.b[from:i]
	if !s.isMap && structNames.fold(key) < 0 {
		return nil
	}
	return key
}

func (s *structText) appendName(out, key []byte) []byte {
	if i := structNames.fold(key); i >= 0 && !s.isMap {
		return append(out, structNames.quoted[i]...)
	}
	return appendQuoted(out, key)
}

// scalar appends what stands before the next member or the end of what is around it.
func (s *structText) scalar(out []byte, end byte) []byte {
	from, depth := s.i, 0
	for ; s.i < len(s.b); s.i++ {
		c := s.b[s.i]
		switch {
		case c == end && depth == 0 && end != 0:
			return s.appendScalar(out, from)
		case c == '{' || c == '[':
			depth++
		case (c == '}' || c == ']') && depth > 0:
			depth--
		case c == ',' && depth == 0 && s.continues(end):
			return s.appendScalar(out, from)
		}
	}
	return s.appendScalar(out, from)
}

// continues tells whether the comma at hand ends a value.
func (s *structText) continues(end byte) bool {
	if s.i+1 >= len(s.b) || s.b[s.i+1] != ' ' {
		return false
	}
	return end == ']' || end == '}' && s.key(s.i+2) != nil
}

func (s *structText) appendScalar(out []byte, from int) []byte {
	text := s.b[from:s.i]
	if string(text) == "null" {
		return append(out, text...)
	}
	return appendQuoted(out, text)
}
