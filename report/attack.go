package report

import (
	_ "embed"
	"strings"

	"breachwindow/detect"
)

// attackVersion is the version of MITRE ATT&CK (Enterprise) that techniques.tsv has the names of.
const attackVersion = "18.1"

// techniqueNames has a line for each technique in force: id, tab, name.
//
//go:embed attack/techniques.tsv
var techniqueNames string

// technique is one of MITRE ATT&CK's, or a part of one.
type technique struct {
	ID, Name string // the name is "" where this version does not know the id
}

// techniqueOf names a technique by its id.
func techniqueOf(id string) technique {
	for line := range strings.Lines(techniqueNames) {
		if known, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); known == id {
			return technique{ID: id, Name: name}
		}
	}
	return technique{ID: id}
}

// parent is the technique that a part belongs to.
func (t technique) parent() (technique, bool) {
	id, _, isPart := strings.Cut(t.ID, ".")
	if !isPart {
		return technique{}, false
	}
	return techniqueOf(id), true
}

// fullName is a name that can stand alone: Valid Accounts: Cloud Accounts.
func (t technique) fullName() string {
	if t.Name == "" {
		return t.ID
	}
	if p, ok := t.parent(); ok && p.Name != "" {
		return p.Name + ": " + t.Name
	}
	return t.Name
}

// url is the technique's page.
func (t technique) url() string {
	return "https://attack.mitre.org/techniques/" + strings.ReplaceAll(t.ID, ".", "/") + "/"
}

// attackOf are the techniques that the headers of the detections name, by detection.
func attackOf(queries []detect.QueryText) map[string][]string {
	out := map[string][]string{}
	for _, q := range queries {
		for _, id := range q.Attack {
			if id = strings.TrimSpace(id); isTechnique(id) {
				out[q.ID] = append(out[q.ID], id)
			}
		}
	}
	return out
}

// isTechnique tells T1078 and T1078.004 from what else a header may say.
func isTechnique(id string) bool {
	id, part, isPart := strings.Cut(id, ".")
	number := func(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }
	return strings.HasPrefix(id, "T") && number(id[1:], 4) && (!isPart || number(part, 3))
}
