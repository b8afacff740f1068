package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/inventory"
	"breachwindow/report"
)

// maxExport bounds one export. The inventory of a thousand projects is a few megabytes.
const maxExport = 256 << 20

// importFlags are what the command line says of an import.
type importFlags struct {
	to     string
	dryRun bool
	about  inventory.ImportOptions
}

func (a *app) secretsImportCmd() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Take what the vendor held from what other tools exported",
		Long: `Import reads exports and appends what is new in them to the case's inventory. Files are
recognised by content: CircleCI-Env-Inspector (all versions), both tools named
circleci-audit, circleci-migrate's manifest, answers of the CircleCI API, the IAM
credential report, aws iam list-access-keys, lists of token hashes, texts with access key
ids, and inventories of breachwindow itself. - is the standard input.

Rows that are there stay byte for byte; a row that you put behind # is not added again.
What the exporter could not read becomes a secret of unknown content. No export knows when
a secret was rotated: fill that in. Values of secrets are never taken.`,
		Example: "  breachwindow secrets import circleci-data.json --case acme\n" +
			"  breachwindow secrets import envvar.json --project gh/acme/api --case acme",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.importSecrets(args, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", "the inventory to add to; without it the case's first")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would be added and write nothing")
	flags.StringVar(&f.about.Project, "project", "",
		"the project that answers of the API are about, as gh/ORG/REPO")
	flags.StringVar(&f.about.Context, "context", "", "the context that they are about")
	flags.StringVar(&f.about.Org, "org", "",
		"tell contexts of this organisation from those of others with the same name")
	return cmd
}

func (a *app) importSecrets(args []string, f importFlags) error {
	if _, err := a.options(); err != nil {
		return err
	}
	c, err := a.openCase()
	if err != nil {
		return err
	}
	vendor, err := loadIncident(c.inside(c.file.Incident))
	if err != nil {
		return err
	}
	f.about.Starts, f.about.CreatedBefore = vendor.Starts, vendor.CreatedBefore
	exports, err := a.readExports(args)
	if err != nil {
		return err
	}
	in, err := inventory.Import(exports, f.about)
	if err != nil {
		return err
	}
	t, err := c.importTarget(f.to)
	if err != nil {
		return err
	}
	m, err := in.Merge(t.name, t.text, t.others)
	if err != nil {
		return err
	}
	if !f.dryRun && len(m.Added) > 0 {
		if err := t.write(m.Text); err != nil {
			return err
		}
	}
	return a.showImport(in, m, t, f.dryRun)
}

func (a *app) showImport(
	in *inventory.Imported, m *inventory.Merged, t *importTarget, dryRun bool,
) error {
	o, err := a.options()
	if err != nil {
		return err
	}
	for _, n := range in.Notices {
		a.note("%s", n)
	}
	if !t.listed {
		a.note("%s is not in the case: add it to secrets in %s", t.name, a.path(caseName))
	}
	verb := "added"
	if dryRun {
		verb = "would be added"
	}
	if dryRun && len(m.Added) > 0 {
		if err := report.Table(a.out, addedHeader, addedRows(m.Added), o); err != nil {
			return err
		}
	}
	_, err = io.WriteString(a.out, importSummary(in, m, t.name, verb))
	return err
}

func (a *app) readExports(names []string) ([]inventory.Export, error) {
	var exports []inventory.Export
	var errs []error
	for _, name := range names {
		data, err := a.readExport(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("import: %w", err))
			continue
		}
		exports = append(exports, inventory.Export{Name: name, Data: data})
	}
	return exports, errors.Join(errs...)
}

func (a *app) readExport(name string) ([]byte, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxExport+1))
	if err == nil && len(data) > maxExport {
		err = fmt.Errorf("%s: more than %d MB: this is no inventory", name, maxExport>>20)
	}
	return data, err
}

// importTarget is the inventory that an import adds to.
type importTarget struct {
	name   string
	text   []byte // nil when the file is not there yet
	others []inventory.Secret
	listed bool // the case reads it
}

func (c *investigation) importTarget(to string) (*importTarget, error) {
	t := &importTarget{name: to}
	if to == "" {
		if len(c.file.Secrets) == 0 {
			return nil, usagef("the case lists no inventory: name one with --to, and add it to "+
				"secrets in %s", caseName)
		}
		t.name = c.beside(c.file.Secrets[0])
	}
	var err error
	if t.text, err = os.ReadFile(t.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("import: %w", err)
	}
	var errs []error
	for _, path := range c.file.Secrets {
		name := c.beside(path)
		if sameFile(name, t.name) {
			t.listed = true
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("import: %w", err))
			continue
		}
		list, err := inventory.Read(name, text)
		errs = append(errs, err)
		t.others = append(t.others, list...)
	}
	return t, errors.Join(errs...)
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	if err1 == nil && err2 == nil {
		return os.SameFile(x, y)
	}
	a, err1 = filepath.Abs(a)
	b, err2 = filepath.Abs(b)
	return err1 == nil && err2 == nil && a == b
}

// write replaces the inventory whole or not at all, and not when somebody saved it meanwhile.
func (t *importTarget) write(text []byte) error {
	name, mode := t.name, fs.FileMode(0o600)
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real // a link stays one
	}
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = t.unchanged()
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("import: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

func (t *importTarget) unchanged() error {
	now, err := os.ReadFile(t.name)
	if errors.Is(err, fs.ErrNotExist) && t.text == nil {
		return nil
	}
	if err == nil && !bytes.Equal(now, t.text) {
		err = fmt.Errorf("%s was changed meanwhile: nothing was written; run the command again", t.name)
	}
	return err
}

var addedHeader = []string{"id", "kind", "identifier", "stored in", "created", "notes"}

func addedRows(items []inventory.Item) [][]string {
	var rows [][]string
	for _, it := range items {
		rows = append(rows, []string{
			it.ID, string(it.Kind), it.Short(), it.StoredIn, it.CreatedAt, it.Notes,
		})
	}
	return rows
}

// importSummary tells what was taken, from where, and what no export could know.
func importSummary(in *inventory.Imported, m *inventory.Merged, to, verb string) string {
	var b strings.Builder
	for _, f := range in.Forms {
		line(&b, "%s: %s", f.Name, f.Form)
		line(&b, "  took %s", counted(f.Taken))
		if f.Lacks != "" {
			line(&b, "  never in it: %s", f.Lacks)
		}
	}
	if in.Twice > 0 {
		line(&b, "of these there twice: %d", in.Twice)
	}
	line(&b, "%s: %d %s, %d there already", to, len(m.Added), verb, len(m.Known))
	for _, d := range m.Differs {
		line(&b, "  %s", d)
	}
	idList(&b, "left out, as they stand behind # there", m.Left)
	idList(&b, "no longer in the export, and kept", m.Gone)
	var unread, unnamed, unseen []string
	rotated := 0
	for _, it := range m.Added {
		if it.RotatedAt != "" {
			rotated++
		}
		switch {
		case it.Unread:
			unread = append(unread, it.ID)
		case !shows(it.Kind):
			unseen = append(unseen, it.ID)
		case it.Identifier == "":
			unnamed = append(unnamed, it.ID)
		}
	}
	if n := len(m.Added) - rotated; n > 0 {
		line(&b, "not known:")
		line(&b, "  when they were rotated (%d); write it as rotated_at, or for all in %s", n, caseName)
	}
	idList(&b, "what logs call them; write it as identifier", unnamed)
	idList(&b, "what is in them, which the exporter could not read; list it by hand", unread)
	idList(&b, "whether they were used, which no log shows; rotate them", unseen)
	return b.String()
}

// idList names ids, the first of them when there are many: the inventory has the others.
func idList(b *strings.Builder, what string, ids []string) {
	if len(ids) == 0 {
		return
	}
	const shown = 10
	line(b, "  %s (%d):", what, len(ids))
	for _, id := range ids[:min(shown, len(ids))] {
		line(b, "    %s", id)
	}
	if len(ids) > shown {
		line(b, "    … and %d more", len(ids)-shown)
	}
}

func shows(kind inventory.Kind) bool {
	return slices.ContainsFunc(inventory.Kinds(), func(k inventory.KindInfo) bool {
		return k.Kind == kind && k.Shows != ""
	})
}

func line(b *strings.Builder, format string, args ...any) {
	b.WriteString(report.Clean(fmt.Sprintf(format, args...)) + "\n")
}

// counted is how many there are of each name: 2 SSH keys, 1 access key.
func counted(names []string) string {
	count := map[string]int{}
	var order []string
	for _, n := range names {
		if count[n] == 0 {
			order = append(order, n)
		}
		count[n]++
	}
	for i, n := range order {
		s := ""
		if count[n] > 1 {
			s = "s"
		}
		order[i] = fmt.Sprintf("%d %s%s", count[n], n, s)
	}
	return cmp.Or(strings.Join(order, ", "), "nothing")
}
