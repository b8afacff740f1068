package inventory

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strings"

	"breachwindow/credential"
)

var settingSecretName = regexp.MustCompile(
	`(?i)(?:token|password|secret|api_?key|private_key|webhook(?:_url)?|notify_prefs_url)$`)

const auditLacks = "variables of projects, SSH keys, " + inspectorLacks

// auditContexts reports whether an object holds the variables of contexts by context name, as
// circleci-audit writes them.
func (n node) auditContexts() bool {
	names, _ := n.object()
	seen := false
	for _, name := range names {
		list, ok := n.key(name).list()
		if n.key(name).value != nil && !ok || len(list) > 0 && !every(list, "variable") {
			return false
		}
		seen = seen || len(list) > 0
	}
	return seen
}

func (c *collector) auditContextsJSON(n node) {
	c.is("circleci-audit, contexts", auditLacks)
	names, _ := n.object()
	for _, name := range names {
		where := container{kind: "context", name: name}
		if list, _ := n.key(name).list(); len(list) > 0 {
			where.id = list[0].text("context_id")
		}
		c.variables(n.key(name), where, contextVariable)
	}
	c.cover("context:", contextVariable)
}

// auditContextsCSV takes circleci-audit's table of contexts. Its "Last Updated At" is the field
// created_at of the API.
func (c *collector) auditContextsCSV(rows []tableRow) {
	c.is("circleci-audit, contexts", auditLacks)
	for _, r := range rows {
		where := container{kind: "context", name: r["context"]}
		if where.name == "" {
			where.name = "*"
		}
		c.variables(node{value: []any{map[string]any{
			"variable": r["environment_variable"], "created_at": r["last_updated_at"],
		}}}, where, contextVariable)
	}
	c.cover("context:", contextVariable)
}

var (
	envName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	capitalName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)
	keyTypeName = regexp.MustCompile(`^(?:(?:github-|bitbucket-)?(?:deploy|user)-key|ssh-key)$`)
)

// auditList recognises the lists that the other circleci-audit prints: "ORG REPO VARIABLE" and
// "ORG REPO TYPE FINGERPRINT", one a line.
func (c *collector) auditList(lines []textLine) bool {
	sure := false
	for _, l := range lines {
		w := strings.Fields(l.text)
		switch len(w) {
		case 3:
			if !envName.MatchString(w[2]) {
				return false
			}
			sure = sure || capitalName.MatchString(w[2])
		case 4:
			if _, ok := credential.Fingerprint(w[3]); !ok || !keyTypeName.MatchString(w[2]) {
				return false
			}
			sure = true
		default:
			return false
		}
	}
	if !sure {
		return false
	}
	c.is("circleci-audit, list of variables and keys", inspectorLacks)
	variables := false
	for _, l := range lines {
		w := strings.Fields(l.text)
		where := container{kind: "project", name: w[0] + "/" + w[1]}
		if len(w) == 3 {
			variables = true
			c.variable(where, variable{class: projectVariable, name: w[2]})
			c.cover("project:"+w[0]+"/", projectVariable)
			continue
		}
		if strings.HasPrefix(w[2], "bitbucket") {
			where.name = "bb/" + where.name
		}
		c.key(node{value: map[string]any{
			"type": strings.Replace(w[2], "github-deploy", "deploy", 1), "fingerprint": w[3],
		}}, where, w[2] == "ssh-key")
		c.cover("project:"+w[0]+"/", sshKeyClass)
	}
	if variables {
		c.notice("%s: taken as variables of projects; the tool prints those of contexts in the same "+
			"form: correct the rows if that is what they are", c.file)
	}
	return true
}

// tableRow is a row of a CSV file with a header of known names: its cells by column.
type tableRow map[string]string

// readTable reads the text as CSV when its header has all the columns. A row that is broken is a
// problem: a list that lacks one clears it wrongly.
func (c *collector) readTable(columns ...string) (rows []tableRow, ok bool) {
	r := csv.NewReader(strings.NewReader(c.src.text))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, false
	}
	for i := range header {
		header[i] = fold(header[i])
	}
	if slices.ContainsFunc(columns, func(s string) bool { return !slices.Contains(header, s) }) {
		return nil, false
	}
	for {
		found := nextRow(r, c.src, c.p)
		if found == nil {
			return rows, true
		}
		if len(found.cells) != len(header) {
			c.p.add(place{line: found.at.line}, ragged(len(found.cells), len(header)))
			continue
		}
		row := tableRow{}
		for i, cell := range found.cells {
			row[header[i]] = cell.value
		}
		rows = append(rows, row)
	}
}
