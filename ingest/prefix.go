package ingest

import "bytes"

// Lines of a log may begin with something else than the record: CloudWatch's exports with a time,
// what syslog delivers (GitHub Enterprise Server's log) with a time, a host and a program.

const (
	stampedLabel = "cloudwatch"
	syslogLabel  = "syslog"

	maxPrefix = 512 // bytes in front of a record
)

// prefixOf is the length of what stands in front of a record on its line, with the space behind
// it, and names the form of such lines. It is 0 if the line does not begin so.
func prefixOf(text []byte) (n int, label string) {
	n = bytes.IndexByte(text[:min(len(text), maxPrefix)], '{')
	if n < 3 || text[n-1] != ' ' && text[n-1] != '\t' || bytes.IndexByte(text[:n], '\n') >= 0 {
		return 0, ""
	}
	front := bytes.TrimRight(text[:n], " \t")
	priority := priorityLength(front)
	switch rest := front[priority:]; {
	case startsWithTime(rest):
		if priority > 0 || rest[len(rest)-1] == ':' {
			return n, syslogLabel
		}
		return n, stampedLabel
	case startsWithDate(rest), priority > 0 && len(rest) > 0:
		return n, syslogLabel
	}
	return 0, ""
}

// priorityLength is the length of syslog's "<190>", and of the version that may stand behind it.
func priorityLength(text []byte) int {
	end := bytes.IndexByte(text[:min(len(text), 5)], '>')
	if end < 2 || text[0] != '<' || digits(text, 1) != end {
		return 0
	}
	if rest := text[end+1:]; len(rest) > 2 && rest[0] == '1' && rest[1] == ' ' {
		return end + 3
	}
	return end + 1
}

// startsWithTime tells text that begins with a date and time, "2022-12-20T09:14:02Z".
func startsWithTime(text []byte) bool {
	if len(text) < 19 || text[4] != '-' || text[10] != 'T' && text[10] != ' ' {
		return false
	}
	if end := bytes.IndexAny(text[11:], " \t"); end >= 0 {
		text = text[:11+end]
	}
	_, ok := parseTime(string(text))
	return ok
}

// startsWithDate tells text that begins as syslog's lines do by tradition: "Dec 20 09:14:02 host".
func startsWithDate(text []byte) bool {
	if len(text) < len("Dec 20 09:14:02 h") || text[3] != ' ' {
		return false
	}
	month := bytes.Index([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), text[:3])
	if month < 0 || month%3 != 0 {
		return false
	}
	for i, word := range bytes.Fields(text[:min(len(text), len("Dec 20 2022 09:14:02"))]) {
		if i < 2 || len(word) != len("09:14:02") {
			continue // behind the day, and the year that some add
		}
		if _, ok := parseClock(string(word)); ok {
			return true
		}
	}
	return false
}
