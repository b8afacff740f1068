package digest

import (
	"errors"
	"io/fs"
)

// manifest compares the files with what was loaded of them.
func (v *verifier) manifest() {
	if v.in.Manifest == nil {
		return
	}
	m := &Manifest{Files: len(v.in.Manifest)}
	v.result.Manifest = m
	byName := map[string]*seen{}
	for _, s := range v.seen {
		byName[s.Name] = s
	}
	loaded := map[string]bool{}
	counts := map[string]*int{}
	for _, l := range v.in.Manifest {
		loaded[l.Name] = true
		if l.In == "" {
			counts[l.Name] = v.compare(m, l, byName[l.Name])
			*counts[l.Name]++
		}
	}
	for _, l := range v.in.Manifest {
		if n := counts[l.In]; n != nil { // the archive's hash is that of all in it
			*n++
		}
	}
	for _, s := range v.seen {
		if !loaded[s.Name] && !s.archived {
			v.problem(Problem{
				Level: Note, What: "file", Kind: "not-loaded", File: s.Name,
				Text: "it lies with the logs and was not loaded", Hint: "breachwindow load",
			})
		}
	}
}

// compare compares a file with what was loaded of it, and returns where it counts.
func (v *verifier) compare(m *Manifest, l Loaded, s *seen) *int {
	p := Problem{Level: Wrong, What: "file", File: l.Name}
	var n *int
	switch {
	case s == nil || s.stored == "" && missingFile(s.err):
		n, p.Kind = &m.Gone, "gone"
		p.Text = "it was loaded and is no longer there"
		p.Hint = "put it back from the evidence; what was loaded of it is in the database"
	case s.stored == "":
		n, p.Kind = &m.Unknown, "unreadable"
		p.Level, p.Text = Unproven, "it cannot be read: "+reason(s.err)
		p.Hint = "give it read permission and verify again"
	case l.SHA256 == "":
		n, p.Kind = &m.Unknown, "unhashed"
		p.Level = Unproven
		p.Text = "it could not be read whole when it was loaded, so there is no hash of it"
		p.Hint = "breachwindow load reads it again"
	case s.stored != l.SHA256:
		n, p.Kind = &m.Changed, "changed"
		p.Text = "its SHA-256 is " + s.stored + ", that of the file that was loaded " + l.SHA256
		p.Hint = "find out who changed it and compare it with another copy; " +
			"breachwindow load would take what it is now"
	default:
		return &m.Same
	}
	if s != nil {
		s.told = s.stored == ""
	}
	v.problem(p)
	return n
}

func missingFile(err error) bool { return err != nil && errors.Is(err, fs.ErrNotExist) }

// reason is an error's text.
func reason(err error) string {
	if err == nil {
		return "reading it ended early"
	}
	return err.Error()
}
