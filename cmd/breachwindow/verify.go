package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"breachwindow/digest"
	"breachwindow/ingest"
	"breachwindow/internal/archive"
	"breachwindow/report"
	"breachwindow/store"
)

type verifyFlags struct{ keys, heads []string }

func (a *app) verifyCmd() *cobra.Command {
	var f verifyFlags
	var format string
	formats := []string{"table", "json"}
	cmd := &cobra.Command{
		Use:   "verify [DIR…]",
		Short: "Prove that files are what they were: manifest, CloudTrail digests",
		Long: `Verify hashes the files of the case and compares them with what was loaded. Where
CloudTrail's digest files lie among them, it follows their chain: signatures, the hash of each
digest and of each log, what is missing, changed, added or renamed, and the gaps between digests.
With DIR it does so in folders that belong to no case. It needs no connection, and copies may be
renamed, unpacked, put into one folder or into a zip or tar archive. Hours that the chain proves
to be silent are kept in the case: from then on its coverage counts them.

Signatures need the public keys of CloudTrail, one file or several, saved from

  aws cloudtrail list-public-keys --region REGION --start-time FROM --end-time TO

The signature of a digest is in the next one. That of the newest is only in the metadata of its
S3 object: name what aws s3api head-object printed, a file or a folder of them, with --heads.
A file is best called as its digest, with .head-object.json behind it.

The exit code is 3 if something was changed, is missing or was added, and 4 if something could
not be checked: without keys, without the newest signature, or in a time without digests.`,
		Example: "  breachwindow verify --case acme --keys keys.json --heads heads/\n" +
			"  breachwindow verify export/AWSLogs --keys keys.json --format json",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.options()
			if err != nil {
				return err
			}
			if err := checkFormat(format, formats); err != nil {
				return err
			}
			if len(args) > 0 && cmd.Flags().Changed("case") {
				return usagef("name a case or folders, not both")
			}
			r, err := a.verify(cmd.Context(), args, f)
			if r == nil {
				return err
			}
			a.code = map[digest.Level]int{
				digest.Wrong: exitFound, digest.Unproven: exitUnknown,
			}[r.Worst()]
			if format == "json" {
				return errors.Join(report.VerificationJSON(a.out, r), err)
			}
			return errors.Join(report.VerificationText(a.out, r, o), err)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.keys, "keys", nil, "a file saved from aws cloudtrail list-public-keys")
	flags.StringArrayVar(&f.heads, "heads", nil,
		"a file or folder saved from aws s3api head-object")
	formatFlag(cmd, &format, formats)
	return cmd
}

// verify verifies a case, or folders. With a Result, the error says that not all could be read.
func (a *app) verify(ctx context.Context, args []string, f verifyFlags) (*digest.Result, error) {
	if len(args) == 1 {
		if _, err := os.Stat(filepath.Join(args[0], caseName)); err == nil {
			a.caseDir, args = args[0], nil
		}
	}
	in := digest.Input{Form: (&prober{archives: map[string]map[string]string{}}).form}
	if err := a.signatures(&in, f); err != nil {
		return nil, err
	}
	lacking, err := a.inputs(ctx, &in, args)
	if err != nil {
		return nil, err
	}
	in.Files = slices.DeleteFunc(in.Files, func(file digest.File) bool {
		return f.names(file.Path)
	})
	if len(in.Files) == 0 && len(in.Manifest) == 0 {
		return nil, errors.New("nothing to verify")
	}
	var total int64
	for _, file := range in.Files {
		total += file.Size
	}
	bar := a.newProgress("verifying", total)
	in.Progress = bar.add
	r, err := digest.Verify(ctx, in)
	bar.stop()
	if err != nil {
		return nil, err
	}
	r.Tool = "breachwindow " + version
	if in.Manifest != nil {
		if err := a.keepSilent(ctx, r); err != nil {
			return r, err
		}
	}
	if lacking {
		return r, errors.New("not all that was named could be verified, see above")
	}
	return r, nil
}

// deliveryDelay is how long after a call CloudTrail may deliver its log, so that an event of the
// last minutes of a silent span stands in the next one's.
const deliveryDelay = 15 * time.Minute

// keepSilent stores the spans that the digests prove to be silent: coverage counts them.
func (a *app) keepSilent(ctx context.Context, r *digest.Result) (err error) {
	var spans []store.Silent
	for _, s := range r.Silent {
		if to := s.To.Add(-deliveryDelay); to.After(s.From) {
			spans = append(spans, store.Silent{
				Account: s.Account, Region: s.Region, From: s.From, To: to,
			})
		}
	}
	db, err := store.Open(ctx, a.path(databaseName))
	if err != nil {
		return fmt.Errorf("keep what is proven silent: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.SetSilent(ctx, spans)
}

// names tells whether a path is one that a flag names: it is no evidence.
func (f verifyFlags) names(path string) bool {
	path, err := filepath.Abs(path)
	return err == nil && slices.ContainsFunc(slices.Concat(f.keys, f.heads), func(p string) bool {
		p, err := filepath.Abs(p)
		return err == nil && (p == path || strings.HasPrefix(path, p+string(filepath.Separator)))
	})
}

// signatures reads the public keys and the saved metadata.
func (a *app) signatures(in *digest.Input, f verifyFlags) error {
	for _, name := range f.keys {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("keys: %w", err)
		}
		keys, err := digest.ParseKeys(text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		in.Keys = append(in.Keys, keys...)
	}
	for _, name := range f.heads {
		files, problems := ingest.Find([]string{name})
		if len(problems) > 0 {
			return fmt.Errorf("heads: %w", problems[0])
		}
		found := 0
		for _, file := range files {
			text, err := os.ReadFile(file.Name)
			if err != nil {
				return fmt.Errorf("heads: %w", err)
			}
			heads, err := digest.ParseHeads(file.Name, text)
			if err != nil {
				a.note("%s: left out: %s", file.Name, err)
			}
			found += len(heads)
			in.Heads = append(in.Heads, heads...)
		}
		if found == 0 {
			return fmt.Errorf("%s: no signature of a digest in it\n"+
				"hint: save the output of aws s3api head-object --bucket BUCKET --key DIGEST", name)
		}
	}
	return nil
}

// inputs lists the files of folders, or of the case: its logs as they lie there, and all that was
// loaded. What cannot be listed is lacking, and does not stop the others.
func (a *app) inputs(
	ctx context.Context, in *digest.Input, dirs []string,
) (lacking bool, err error) {
	if len(dirs) == 0 {
		return a.caseInput(ctx, in)
	}
	found, problems := ingest.Find(dirs)
	for _, p := range problems {
		a.note("%s", p)
		lacking = lacking || !errors.Is(p, ingest.ErrNoFiles)
	}
	for _, f := range found {
		if f.Skip != "" {
			a.note("%s: skipped: %s", f.Name, f.Skip)
			continue
		}
		in.Files = append(in.Files, digest.File{Name: f.Name, Path: f.Name, Size: f.Size})
	}
	return lacking, nil
}

func (a *app) caseInput(ctx context.Context, in *digest.Input) (lacking bool, err error) {
	c, err := a.readCase()
	if err != nil {
		return false, err
	}
	found := a.findLogs(c, c.file.Logs, false)
	for _, p := range found.problems {
		lacking = lacking || p.Blocks
	}
	known := map[string]bool{}
	for _, f := range found.files {
		known[f.Name] = true
		in.Files = append(in.Files, digest.File{Name: f.Name, Path: f.Path, Size: f.Size})
	}
	if err := a.manifest(ctx, in); err != nil {
		return false, err
	}
	for _, l := range in.Manifest {
		path := a.locate(l.Name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && !known[l.Name] {
			in.Files = append(in.Files, digest.File{Name: l.Name, Path: path, Size: info.Size()})
		}
	}
	return lacking, nil
}

// manifest reads what the case has loaded into the input, and with it the forms of files; without
// a database there is none.
func (a *app) manifest(ctx context.Context, in *digest.Input) (err error) {
	if _, err := os.Stat(a.path(databaseName)); errors.Is(err, fs.ErrNotExist) {
		a.note("nothing was loaded yet: there is no manifest to compare with")
		return nil
	}
	db, err := a.reader(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, "SELECT path, sha256, form FROM files ORDER BY path")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	in.Manifest = []digest.Loaded{}
	forms := map[string]string{}
	for rows.Next() {
		var l digest.Loaded
		var form string
		if err := rows.Scan(&l.Name, &l.SHA256, &form); err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		in.Manifest = append(in.Manifest, l)
		forms[l.Name] = form
	}
	isArchive := func(name string) bool { return strings.HasPrefix(forms[name], "archive/") }
	for i := range in.Manifest {
		in.Manifest[i].In = archive.Outermost(in.Manifest[i].Name, isArchive)
	}
	probe := in.Form
	in.Form = func(ctx context.Context, file digest.File) (string, error) {
		switch form := forms[file.Name]; form {
		case "": // not loaded
		case "mixed": // of several sources, of which one may be CloudTrail
		default:
			return form, nil
		}
		return probe(ctx, file)
	}
	return rows.Err()
}
