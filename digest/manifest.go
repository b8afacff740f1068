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
	for _, l := range v.in.Manifest {
		loaded[l.Name] = true
		p := Problem{Level: Wrong, What: "file", File: l.Name}
		s := byName[l.Name]
		switch {
		case s == nil || s.stored == "" && missingFile(s.err):
			m.Gone++
			p.Kind, p.Text = "gone", "it was loaded and is no longer there"
			p.Hint = "put it back from the evidence; what was loaded of it is in the database"
		case s.stored == "":
			m.Unknown++
			p.Level, p.Kind, p.Text = Unproven, "unreadable", "it cannot be read: "+reason(s.err)
			p.Hint = "give it read permission and verify again"
		case l.SHA256 == "":
			m.Unknown++
			p.Level, p.Kind = Unproven, "unhashed"
			p.Text = "it could not be read whole when it was loaded, so there is no hash of it"
			p.Hint = "breachwindow load reads it again"
		case s.stored != l.SHA256:
			m.Changed++
			p.Kind = "changed"
			p.Text = "its SHA-256 is " + s.stored + ", that of the file that was loaded " + l.SHA256
			p.Hint = "find out who changed it and compare it with another copy; " +
				"breachwindow load would take what it is now"
		default:
			m.Same++
			continue
		}
		if s != nil {
			s.told = s.stored == ""
		}
		v.problem(p)
	}
	for _, s := range v.seen {
		if !loaded[s.Name] {
			v.problem(Problem{
				Level: Note, What: "file", Kind: "not-loaded", File: s.Name,
				Text: "it lies with the logs and was not loaded", Hint: "breachwindow load",
			})
		}
	}
}

func missingFile(err error) bool { return err != nil && errors.Is(err, fs.ErrNotExist) }

// reason is an error's text.
func reason(err error) string {
	if err == nil {
		return "reading it ended early"
	}
	return err.Error()
}
