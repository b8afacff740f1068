package incident_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/incident"
)

type refusal struct{ name, text, want string }

// checkRefusals compares whole errors, each line of which begins with the file's name.
func checkRefusals(t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in, err := incident.Parse("x.yaml", []byte(c.text))
			if err == nil {
				t.Fatalf("accepted as %+v, want the error\n%s", in, c.want)
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

const incidentKeys = "id, title, vendor, summary, starts, starts_note, ends, ends_note, " +
	"disclosed, created_before, created_before_note, downstream_open, sources, phases, kinds, " +
	"revocations, indicators, guidance, notes"

func TestParseRefusesStructure(t *testing.T) {
	const yamlHint = ": check the indentation, and put text that contains : or # in quotes"
	checkRefusals(t, []refusal{
		{"empty", "", "x.yaml:1:1: the file is empty: write at least id and title"},
		{"comment only", "# x\n", "x.yaml:1:1: the file is empty: write at least id and title"},
		{"list", "\n- id: a\n", "x.yaml:2:1: incident: found a list: write keys and values"},
		{"text", "hello\n", "x.yaml:1:1: incident: found text: write keys and values"},
		{
			"missing", "\nvendor: Acme\n",
			"x.yaml:2:1: incident: id is missing: write id: …\n" +
				"x.yaml:2:1: incident: title is missing: write title: …",
		},
		{"empty braces", "# x\n {}\n", "x.yaml:2:2: incident: id is missing: write id: …\n" +
			"x.yaml:2:2: incident: title is missing: write title: …"},
		{"unknown key", head + "strats: 2022-12-16\n", "x.yaml:3:1: incident: key \"strats\" is unknown: " +
			"write one of " + incidentKeys},
		{"key in capitals", head + "Vendor: x\n", "x.yaml:3:1: incident: key \"Vendor\" is unknown: " +
			"write one of " + incidentKeys},
		{"control character in a key", head + "\"a\\eb\": x\n", "x.yaml:3:1: incident: key \"a\\x1bb\" " +
			"is unknown: write one of " + incidentKeys},
		{
			"repeated key", head + "vendor: a\ntitle: Again\n",
			"x.yaml:4:1: incident: key title is repeated: write it once; the first is in line 2",
		},
		{
			"repeated key in an entry", head + "sources:\n  - id: a\n    what: b\n    id: c\n",
			"x.yaml:6:5: source: key id is repeated: write it once; the first is in line 4",
		},
		{
			"unknown key in an entry", sourced + "  - {id: b, what: c, link: d}\n",
			"x.yaml:6:22: source: key \"link\" is unknown: write one of id, url, what",
		},
		{
			"key is a number", head + "7: x\n",
			"x.yaml:3:1: incident: a key is no plain word: write one of " + incidentKeys,
		},
		{
			"complex key", head + "? vendor\n: x\n",
			"x.yaml:3:1: incident: a key is no plain word: write one of " + incidentKeys,
		},
		{
			"second document", head + "---\nid: b\ntitle: B\n",
			"x.yaml:3:1: a second YAML document begins: write one incident per file",
		},
		{
			"empty second document", head + "...\n---\n",
			"x.yaml:4:1: a second YAML document begins: write one incident per file",
		},
		{
			"directive", "%YAML 1.2\n---\n" + head,
			"x.yaml:1:1: a YAML directive begins: leave it out",
		},
		{
			"empty first document", "# x\n---\n---\n" + head,
			"x.yaml:3:1: a second YAML document begins: write one incident per file",
		},
		{
			"text behind the end", head + "...\n# x\nvendor: x\n",
			"x.yaml:5:1: a second YAML document begins: write one incident per file",
		},
		{"tab", head + "sources:\n\t- id: x\n", "x.yaml:4:1: this is no YAML (found character ' ' that " +
			"cannot start any token): indent with spaces, not with tabs"},
		{
			"colon in text", head + "vendor: a: b\n",
			"x.yaml:3:9: this is no YAML (mapping value is not allowed in this context)" + yamlHint,
		},
		{
			"open quote", head + "vendor: \"a\n",
			"x.yaml:3:9: this is no YAML (could not find end character of double-quoted text)" + yamlHint,
		},
		{
			"merge key", head + "<<: {vendor: x}\n",
			"x.yaml:3:1: incident: a key is no plain word: write one of " + incidentKeys,
		},
		{
			"alias", head + "vendor: &a x\nsummary: *a\n",
			"x.yaml:3:9: found an anchor or alias, which profiles do not have: write text, or leave the key out\n" +
				"x.yaml:4:10: found an anchor or alias, which profiles do not have: write text, or leave the key out",
		},
		{
			"tag", head + "vendor: !!str 5\n",
			"x.yaml:3:9: found a tag, which profiles do not have: write text, or leave the key out",
		},
		{"not UTF-8", head + "vendor: \xffx\n", "x.yaml:3:9: this is no text: save the file as UTF-8"},
		{"UTF-16", "i\x00d\x00", "x.yaml:1:2: this is no text: save the file as UTF-8"},
		{
			"long line", head + "vendor: " + strings.Repeat("x", 5000) + "\n",
			"x.yaml:3:1: the line has 5008 bytes: break it, at most 2048 are read",
		},
		{
			"large file", strings.Repeat("# "+strings.Repeat("x", 97)+"\n", 3000),
			"x.yaml:1:1: the file has 300000 bytes in 3001 lines: write at most 262144 in 5000",
		},
		{
			"many lines", strings.Repeat("#\n", 5000),
			"x.yaml:1:1: the file has 10000 bytes in 5001 lines: write at most 262144 in 5000",
		},
		{
			"deep", head + "sources: " + strings.Repeat("[", 40) + "\n",
			"x.yaml:3:42: brackets are nested more than 32 deep: write plain lists",
		},
		{
			"CRLF", "id: acme\r\ntitle: x\r\nvendor: |\r\n  a\r\n  b\r\nnope: 1\r\n",
			"x.yaml:6:1: incident: key \"nope\" is unknown: write one of " + incidentKeys,
		},
		{
			"byte order mark", "\ufeffid: acme\ntitles: x\ntitle: x\n",
			"x.yaml:2:1: incident: key \"titles\" is unknown: write one of " + incidentKeys,
		},
		{
			"after wide characters", sourced + "  - {id: b, what: \"é日本\", x: 1}\n",
			"x.yaml:6:26: source: key \"x\" is unknown: write one of id, url, what",
		},
	})
}

func TestParseRefusesValues(t *testing.T) {
	const timeForm = "write a time as 2006-01-02T15:04:05Z, or a date as 2006-01-02"
	checkRefusals(t, []refusal{
		{
			"number for text", head + "vendor: 5\n",
			"x.yaml:3:9: found a number: write text; in quotes if it is meant as such",
		},
		{
			"boolean for text", head + "vendor: true\n",
			"x.yaml:3:9: found true or false: write text; in quotes if it is meant as such",
		},
		{
			"list for text", head + "vendor: [a]\n",
			"x.yaml:3:9: found a list: write text, or leave the key out",
		},
		{
			"mapping for text", head + "vendor:\n  a: b\n",
			"x.yaml:4:3: found a mapping: write text, or leave the key out",
		},
		{
			"nothing for text", head + "vendor:\nsummary: x\n",
			"x.yaml:3:8: found nothing: write text, or leave the key out",
		},
		{
			"empty text", head + "vendor: '  '\n",
			"x.yaml:3:9: the text is empty: write some, or leave the key out",
		},
		{
			"escape sequence in text", head + "vendor: \"a\\e[31m\"\n",
			"x.yaml:3:9: the text contains '\\x1b': write it without invisible characters",
		},
		{
			"reversed text", head + "vendor: \"a\\u202Eb\"\n",
			"x.yaml:3:9: the text contains '\\u202e': write it without invisible characters",
		},
		{
			"text for a boolean", head + "downstream_open: yes\n",
			"x.yaml:3:18: found text: write true or false",
		},
		{
			"text for a list", head + "sources: report\n",
			"x.yaml:3:10: found text: write a list, or leave the key out",
		},
		{
			"mapping for a list", head + "sources:\n  id: x\n",
			"x.yaml:4:3: found a mapping: write a list, or leave the key out",
		},
		{
			"text for an entry", head + "sources:\n  - report\n",
			"x.yaml:4:5: source: found text: write keys and values",
		},
		{
			"bad id", "id: Acme 2023\ntitle: x\n",
			"x.yaml:1:5: id \"Acme 2023\" is no id: write lower-case words with hyphens, as vendor-2023-01",
		},
		{
			"id is a number", "id: 2023\ntitle: x\n",
			"x.yaml:1:5: found a number: write text; in quotes if it is meant as such",
		},
		{
			"time without a zone", head + "starts: 2022-12-16T10:00:00\n",
			"x.yaml:3:9: time \"2022-12-16T10:00:00\" has no zone: write 2022-12-16T10:00:00Z, or the offset in place of Z",
		},
		{
			"time with a space and no zone", head + "starts: 2022-12-16 10:11\n",
			"x.yaml:3:9: time \"2022-12-16 10:11\" has no zone: write 2022-12-16T10:11:00Z, or the offset in place of Z",
		},
		{
			"time with fractions and no zone", head + "starts: '2022-12-16T10:11:12.5'\n",
			"x.yaml:3:9: time \"2022-12-16T10:11:12.5\" has no zone: write 2022-12-16T10:11:12Z, or the offset in place of Z",
		},
		{"no such day", head + "starts: 2022-02-30\n", "x.yaml:3:9: time \"2022-02-30\" is no time: " + timeForm},
		{"month alone", head + "starts: 2022-12\n", "x.yaml:3:9: time \"2022-12\" is no time: " + timeForm},
		{
			"zone by name", head + "starts: 2022-12-16T10:00:00 UTC\n",
			"x.yaml:3:9: time \"2022-12-16T10:00:00 UTC\" is no time: " + timeForm,
		},
		{
			"one-digit hour", head + "starts: 2022-12-16T1:00:00Z\n",
			"x.yaml:3:9: time \"2022-12-16T1:00:00Z\" is no time: " + timeForm,
		},
		{"number for a time", head + "starts: 20221216\n", "x.yaml:3:9: found a number: " + timeForm},
		{"list for a time", head + "starts: []\n", "x.yaml:3:9: found a list: " + timeForm},
		{
			"wrong century", head + "starts: 2202-12-16\n",
			"x.yaml:3:9: time \"2202-12-16\" is in the year 2202: write one between 2000 and 2100",
		},
		{
			"ends at starts", head + "starts: 2022-12-16\nends: 2022-12-16T01:00:00+01:00\n",
			"x.yaml:4:7: ends is not after starts: write a time after 2022-12-16T00:00:00Z",
		},
		{
			"ends before starts", head + "ends: 2022-12-15\nstarts: 2022-12-16\n",
			"x.yaml:3:7: ends is not after starts: write a time after 2022-12-16T00:00:00Z",
		},
		{
			"cut-off at starts", head + "starts: 2022-12-16\ncreated_before: 2022-12-16\n",
			"x.yaml:4:17: created_before is not after starts: write a time after 2022-12-16T00:00:00Z, " +
				"or leave it out",
		},
	})
}

func TestParseRefusesEntries(t *testing.T) {
	const kinds = "aws-access-key, github-token, github-oauth-grant, github-app-key, ssh-key, " +
		"circleci-project-token, circleci-personal-token, circleci-runner-token, other"
	const in3 = "starts: 2022-12-16\n"
	checkRefusals(t, []refusal{
		{
			"source twice", sourced + "  - id: report\n    what: again\n",
			"x.yaml:6:9: source \"report\" is listed twice: write it once; the first is in line 4",
		},
		{
			"phase without everything", sourced + "phases:\n  - {precision: day}\n",
			"x.yaml:7:5: phase: at is missing: write at: …\n" +
				"x.yaml:7:5: phase: what is missing: write what: …\n" +
				"x.yaml:7:5: phase: source is missing: write source: …",
		},
		{
			"phase without a time", sourced + "phases:\n  - at: null\n    what: x\n    source: report\n",
			"x.yaml:7:9: found nothing: write a time as 2006-01-02T15:04:05Z, or a date as 2006-01-02",
		},
		{
			"unknown precision", sourced + "phases:\n  - at: 2023-01-05\n    precision: week\n    what: x\n    source: report\n",
			"x.yaml:8:16: precision \"week\" is unknown: write one of month, day, hour, minute, second",
		},
		{
			"unknown source", sourced + "phases:\n  - at: 2023-01-05\n    what: x\n    source: reprot\n",
			"x.yaml:9:13: source \"reprot\" is not in sources: write the id of one, or list it there",
		},
		{
			"unknown kind", sourced + "kinds:\n  - kind: aws-key\n    exposed: true\n    source: report\n",
			"x.yaml:7:11: kind \"aws-key\" is unknown: write one of " + kinds,
		},
		{
			"kind twice", sourced + "kinds:\n  - {kind: other, exposed: true, source: report}\n" +
				"  - {kind: other, exposed: false, source: report}\n",
			"x.yaml:8:12: kind \"other\" is listed twice: write it once; the first is in line 7",
		},
		{
			"place is a number", sourced + "kinds:\n  - {kind: other, exposed: true, held_as: [a, 2], source: report}\n",
			"x.yaml:7:47: found a number: write text; in quotes if it is meant as such",
		},
		{
			"revocation without a confidence", sourced + "revocations:\n" +
				"  - {kind: other, at: 2023-01-05, what: x, source: report}\n",
			"x.yaml:7:5: revocation: confidence is missing: write confidence: …",
		},
		{
			"unknown confidence", sourced + "revocations:\n" +
				"  - {kind: other, at: 2023-01-05, what: x, source: report, confidence: sure}\n",
			"x.yaml:7:72: confidence \"sure\" is unknown: write one of high, medium, low",
		},
		{
			"revocation at starts", sourced + "revocations:\n" +
				"  - {kind: other, at: 2022-12-16, what: x, source: report, confidence: high}\n" + in3,
			"x.yaml:7:23: the revocation is not after starts: write a time after 2022-12-16T00:00:00Z",
		},
		{
			"guidance for an unknown kind", sourced + "guidance:\n  - {kind: password, text: x, source: report}\n",
			"x.yaml:7:12: kind \"password\" is unknown: write one of " + kinds,
		},
		{
			"note about nothing", sourced + "notes:\n  - {about: weather, text: x, source: report}\n",
			"x.yaml:7:13: about \"weather\" is unknown: write one of blind, conflict, downstream, indicators, notice, scope",
		},
		{
			"all together, in the order of the file",
			head + "ends: soon\nphases:\n  - {at: 2023-01-05, what: 1, source: a}\nvendor: []\nid: b\n",
			"x.yaml:3:7: time \"soon\" is no time: write a time as 2006-01-02T15:04:05Z, or a date as 2006-01-02\n" +
				"x.yaml:5:28: found a number: write text; in quotes if it is meant as such\n" +
				"x.yaml:5:39: source \"a\" is not in sources: write the id of one, or list it there\n" +
				"x.yaml:6:9: found a list: write text, or leave the key out\n" +
				"x.yaml:7:1: incident: key id is repeated: write it once; the first is in line 1",
		},
	})
}

func TestParseRefusesIndicators(t *testing.T) {
	const ipHint = "is no address: write it bare, as 192.0.2.7 or 2001:db8::7"
	const netHint = "is no network: write address and length, as 192.0.2.0/24 or 2001:db8::/32"
	const domainHint = "is no domain: write it bare, as example.com"
	const sumHint = "is no SHA-256: write 64 hexadecimal digits"
	for _, c := range []struct{ name, kind, value, want string }{
		{"defanged address", "ip", "192[.]0.2.7", ipHint},
		{"address with a port", "ip", "192.0.2.7:443", ipHint},
		{"leading zero", "ip", "192.0.02.7", ipHint},
		{"too large", "ip", "192.0.2.256", ipHint},
		{"zone", "ip", "fe80::1%eth0", ipHint},
		{"range as address", "ip", "192.0.2.0/24", "is no single address: write type: network for a range"},
		{"address as network", "network", "192.0.2.7", netHint},
		{"span as network", "network", "192.0.2.1-192.0.2.9", netHint},
		{"length too large", "network", "192.0.2.0/33", netHint},
		{"host bits", "network", "192.0.2.7/24", "has an address inside its network: write 192.0.2.0/24"},
		{"everything", "network", "0.0.0.0/0", "is every address: write a longer prefix"},
		{"all of IPv4, wrapped", "network", "::ffff:0.0.0.0/96", "is every address: write a longer prefix"},
		{"more than IPv4", "network", "::ffff:0.0.0.0/90", "mixes IPv4 and IPv6: write one of them"},
		{"defanged domain", "domain", "potrax[.]com", domainHint},
		{"address of a page", "domain", "https://example.com/x", domainHint},
		{"one word", "domain", "localhost", domainHint},
		{"address as domain", "domain", "192.0.2.7", domainHint},
		{"short sum", "sha256", strings.Repeat("a", 63), sumHint},
		{"no hexadecimal", "sha256", strings.Repeat("g", 64), sumHint},
		{"short commit", "commit", "0e58ed8", "is no commit: write its whole hash, 40 or 64 hexadecimal digits"},
		{"any agent", "user_agent", "**", "matches everything: write what only the intruder has"},
		{"any repository", "repository", "*/*", "matches everything: write what only the intruder has"},
		{
			"address of a repository", "repository", "https://github.com/a/b",
			"is no repository: write NAME or OWNER/NAME, with * for any text",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := sourced + "indicators:\n  - type: " + c.kind + "\n    value: '" + c.value +
				"'\n    confidence: low\n    source: report\n"
			want := "x.yaml:8:12: " + c.kind + " \"" + c.value + "\" " + c.want
			if _, err := incident.Parse("x.yaml", []byte(text)); err == nil || err.Error() != want {
				t.Errorf("error %v\nwant  %s", err, want)
			}
		})
	}
	checkRefusals(t, []refusal{
		{
			"unknown type", sourced + "indicators:\n  - {type: nosuch, value: x, confidence: low, source: report}\n",
			"x.yaml:7:12: type \"nosuch\" is unknown: write one of ip, network, user_agent, oauth_app, repository, " +
				"commit, provider, domain, url, sha256, file, application, action",
		},
		{
			"no value", sourced + "indicators:\n  - {type: ip, confidence: low, source: report}\n",
			"x.yaml:7:5: indicator: value is missing: write value: …",
		},
		{
			"twice, spelled differently", sourced + "indicators:\n" +
				"  - {type: ip, value: 192.0.2.7, confidence: low, source: report}\n" +
				"  - {type: ip, value: '::ffff:192.0.2.7', confidence: low, source: report}\n",
			"x.yaml:8:23: indicator \"ip 192.0.2.7\" is listed twice: write it once; the first is in line 7",
		},
	})
}
