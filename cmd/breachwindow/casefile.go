package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"breachwindow/geo"
	"breachwindow/inventory"
	"breachwindow/store"
)

// caseFile is case.yaml. Unknown keys are errors that name line and column.
type caseFile struct {
	Incident   string           `yaml:"incident"`
	Secrets    []string         `yaml:"secrets"`
	Logs       []logEntry       `yaml:"logs"`
	Expected   []expectedEntry  `yaml:"expected"`
	Responders []string         `yaml:"responders"`
	Indicators []string         `yaml:"indicators"`
	RotatedAt  string           `yaml:"rotated_at"`
	GeoIP      []string         `yaml:"geoip"`
	Settings   settings         `yaml:"settings"`
	Mail       mailSettings     `yaml:"mail"`
	Schedule   scheduleSettings `yaml:"schedule"`
}

// logEntry is a path or glob, or a mapping that also says which source it must hold.
type logEntry struct {
	Path   string `yaml:"path"`
	Source string `yaml:"source"`
}

// UnmarshalYAML accepts the short form, a string.
func (l *logEntry) UnmarshalYAML(node ast.Node) error {
	if _, ok := node.(*ast.NullNode); ok {
		return nil // the path is missing
	}
	if s, ok := node.(ast.ScalarNode); ok {
		l.Path = fmt.Sprint(s.GetValue())
		return nil
	}
	type plain logEntry
	return yaml.NodeToValue(node, (*plain)(l), yaml.DisallowUnknownField())
}

// settings are the thresholds that the case changes.
type settings map[string]float64

// UnmarshalYAML refuses what is no setting, with its place.
func (s *settings) UnmarshalYAML(node ast.Node) error {
	m, ok := node.(ast.MapNode)
	if !ok {
		return placed(node, "settings: write NAME: NUMBER")
	}
	*s = settings{}
	for each := m.MapRange(); each.Next(); {
		name := fmt.Sprint(each.Key())
		known := slices.ContainsFunc(store.Settings(), func(x store.Setting) bool {
			return x.Name == name
		})
		if !known {
			return placed(each.Key(), "unknown setting %q", name)
		}
		var v float64
		err := yaml.NodeToValue(each.Value(), &v)
		if err != nil || v < 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			return placed(each.Value(), "%s: write a number, not below 0", name)
		}
		(*s)[name] = v
	}
	return nil
}

// expectedEntry is one line of the customer's list of expected use.
type expectedEntry struct {
	IP      string `yaml:"ip"`
	Network string `yaml:"network"`
	Agent   string `yaml:"agent"`
	Actor   string `yaml:"actor"`
	Why     string `yaml:"why"`
}

// investigation is a case as its commands need it.
type investigation struct {
	name string // the folder's
	dir  string
	file caseFile
	text []byte // case.yaml as it stands
	data store.Case
	own  []indicatorFile
}

// readCase reads case.yaml and what it names.
func (a *app) readCase() (*investigation, error) {
	c, err := a.openCase()
	if err != nil {
		return nil, err
	}
	return c, c.resolve(a.path(caseName))
}

// openCase reads case.yaml and nothing that it names.
func (a *app) openCase() (*investigation, error) {
	name := a.path(caseName)
	text, err := readCaseFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no case here\n"+
			"hint: breachwindow new DIR makes one; --case DIR names another", name)
	}
	if err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	c := &investigation{dir: a.caseDir, text: text}
	if c.file, err = parseCase(name, text); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(a.caseDir)
	if err != nil {
		return nil, err
	}
	c.name = filepath.Base(abs)
	return c, nil
}

func parseCase(name string, text []byte) (caseFile, error) {
	var c caseFile
	if err := guardCase(name, text); err != nil {
		return c, err
	}
	d := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict(), yaml.DisallowUnknownField())
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, yamlError(name, err)
	}
	if file, err := parser.ParseBytes(text, 0); err == nil && len(file.Docs) > 1 {
		return c, fmt.Errorf("%s: a second document follows ---: a case is one document", name)
	}
	if c.Incident == "" {
		return c, fmt.Errorf("%s: incident is missing\nhint: breachwindow incidents list", name)
	}
	for _, list := range []struct {
		key   string
		paths []string
	}{{"secrets", c.Secrets}, {"geoip", c.GeoIP}, {"indicators", c.Indicators}} {
		if i := slices.Index(list.paths, ""); i >= 0 {
			return c, fmt.Errorf("%s: %s, entry %d: path is missing", name, list.key, i+1)
		}
	}
	if err := c.Mail.check(); err != nil {
		return c, fmt.Errorf("%s: mail: %w", name, err)
	}
	if _, err := c.Schedule.slots(); err != nil {
		return c, fmt.Errorf("%s: schedule: %w", name, err)
	}
	for i, l := range c.Logs {
		if l.Path == "" {
			return c, fmt.Errorf("%s: logs, entry %d: path is missing", name, i+1)
		}
		if l.Source != "" && !slices.Contains([]string{"cloudtrail", "github", "circleci"}, l.Source) {
			return c, fmt.Errorf("%s: logs: source %q: write cloudtrail, github or circleci",
				name, l.Source)
		}
	}
	return c, nil
}

// resolve reads the incident and the inventory and turns the lists into what the store takes.
func (c *investigation) resolve(name string) error {
	in, err := loadIncident(c.inside(c.file.Incident))
	if err != nil {
		return fmt.Errorf("%s: %w", c.place(name, "$.incident"), err)
	}
	c.data.Incident = in
	if c.data.Secrets, err = c.readSecrets(name); err != nil {
		return err
	}
	if err := c.readIndicators(name); err != nil {
		return err
	}
	for i, e := range c.file.Expected {
		x, err := e.resolve()
		if err != nil {
			at := c.place(name, fmt.Sprintf("$.expected[%d]", i))
			return fmt.Errorf("%s: expected, entry %d: %w", at, i+1, err)
		}
		c.data.Expected = append(c.data.Expected, x)
	}
	c.data.Responders, c.data.Settings = c.file.Responders, c.file.Settings
	var databases []geo.File
	for _, path := range c.file.GeoIP {
		databases = append(databases, geo.File{Name: path, Path: c.beside(path)})
	}
	if c.data.Networks, err = geo.Open(databases); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// inside makes a path that the case names relative to the case; a built-in id stays.
func (c *investigation) inside(path string) string {
	if !strings.ContainsAny(path, `/\.`) {
		return path
	}
	return c.beside(path)
}

// beside makes a path that the case names relative to the case.
func (c *investigation) beside(path string) string { return joined(c.dir, path) }

func (c *investigation) readSecrets(name string) ([]inventory.Secret, error) {
	var lists [][]inventory.Secret
	var errs []error
	for i, path := range c.file.Secrets {
		file := c.beside(path)
		text, err := os.ReadFile(file)
		if err != nil {
			at := c.place(name, fmt.Sprintf("$.secrets[%d]", i))
			errs = append(errs, fmt.Errorf("%s: secrets: %w", at, err))
			continue
		}
		list, err := inventory.Read(file, text)
		errs = append(errs, err)
		lists = append(lists, list)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	all, err := inventory.Merge(lists...)
	if err != nil || c.file.RotatedAt == "" {
		return all, err
	}
	at, isDate, err := inventory.ParseTime(c.file.RotatedAt)
	if err != nil {
		return nil, fmt.Errorf("%s: rotated_at: %w", c.place(name, "$.rotated_at"), err)
	}
	notice := "rotated_at is the case's"
	if isDate { // as in an inventory, the secret may be alive to the end of that day
		at = at.AddDate(0, 0, 1)
		notice += ", a date alone: the window ends at " + at.Format(time.RFC3339)
	}
	for i := range all {
		if all[i].RotatedAt == nil {
			all[i].RotatedAt = &at
			all[i].Notices = append(all[i].Notices, notice)
		}
	}
	return all, nil
}

func (e expectedEntry) resolve() (x store.Expected, err error) {
	if e.Why == "" {
		return x, errors.New("why is missing: say why the use is expected")
	}
	return e.selectors()
}

// selectors refuses what selects nothing, or everybody.
func (e expectedEntry) selectors() (x store.Expected, err error) {
	where := e.IP
	if where == "" {
		where = e.Network
	} else if e.Network != "" {
		return x, errors.New("give ip or network, not both")
	}
	if where == "" && e.Agent == "" && e.Actor == "" {
		return x, errors.New("no selector: give ip, network, agent or actor")
	}
	if where != "" {
		if x.From, x.To, err = geo.Range(where); err != nil {
			return x, err
		}
	}
	if geo.TooWide(where) {
		return x, fmt.Errorf("%s is so wide that the intruder is in it too, and every detection "+
			"would be silent: list your own networks, at most a /8 of IPv4 or a /16 of IPv6 each",
			where)
	}
	for _, glob := range []string{e.Agent, e.Actor} {
		if glob != "" && strings.Trim(glob, "*") == "" {
			return x, fmt.Errorf("%s matches everybody, the intruder too: write what only your own "+
				"uses have, or leave it out", glob)
		}
	}
	x.Agent, x.Actor, x.Why = e.Agent, e.Actor, e.Why
	return x, nil
}
