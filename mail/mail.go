// Package mail makes a mail of a Result and sends it: the last stage of the flow, beside report. It
// knows a Result and how report words it, neither the logs nor the database.
//
// A mail goes to inboxes that others read too. So it has no raw record and no token, shortens
// access key ids, and clips what a log says. Its Message-ID follows from case, result and
// recipient: whoever gets it twice sees it once.
package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"breachwindow/detect"
)

// defaultLimit is the size of a mail that servers take everywhere.
const defaultLimit = 10 << 20

// Options say what goes into the mail of a Result. The zero value is right.
type Options struct {
	SHA256     string    // of result.json: a mail of the same result has the same Message-ID
	Date       time.Time // when the result was made
	FullKeyIDs bool      // write access key ids whole
	Limit      int64     // bytes of the whole mail; 0: 10 MiB

	// Changes are what is new since the mail that the recipient got at Since: it tells these, and
	// then the standing state in short. Nil: a first mail, which tells all.
	Changes *detect.Changes
	Since   time.Time
	// Slot tells two mails of one result apart, neither of which has news.
	Slot string
}

// Mail is a mail before it has sender and recipient.
type Mail struct {
	Subject string
	Text    string // the plain part, complete in itself
	HTML    string
	// Date is when the result was made, so that a second delivery is the same mail.
	Date time.Time

	agent   string   // the program that made it
	picture []byte   // a PNG that HTML shows; nil: none
	files   []file   // attachments
	topic   []string // what it belongs to: mails of one topic make a thread
	content []string // what tells it from other mails of its topic
}

// file is an attachment.
type file struct {
	name, kind string
	data       []byte
}

// New makes the mail of a result.
func New(r *detect.Result, o Options) (*Mail, error) {
	if o.Limit == 0 {
		o.Limit = defaultLimit
	}
	m := &Mail{
		Date: o.Date, agent: r.Tool, topic: []string{"case", r.Case, r.Incident.ID},
		content: []string{"result", o.SHA256},
	}
	r, err := redact(r, o.FullKeyIDs)
	if err != nil {
		return nil, err
	}
	s := sheetOf(r)
	if o.Changes != nil {
		c, err := redactChanges(o.Changes, o.FullKeyIDs)
		if err != nil {
			return nil, err
		}
		s.since(r, c, o.Since)
		// Not the mail of the whole result, which --again sends: who gets both must see both.
		m.content = append(m.content, "since", o.Since.UTC().Format(time.RFC3339Nano))
	}
	if s.isHeartbeat() {
		m.content = append(m.content, "heartbeat", o.Slot)
	} else if err := m.enclose(s, r, o.Limit); err != nil {
		return nil, err
	}
	m.Subject, m.Text = s.Subject, s.text()
	m.HTML, err = s.html()
	return m, err
}

// enclose adds the picture and the attachments that fit, and lets the sheet say so.
func (m *Mail) enclose(s *sheet, r *detect.Result, limit int64) (err error) {
	if m.picture, err = picture(s.Timeline); err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	s.Picture = m.picture != nil
	files, err := attachments(r)
	if err != nil {
		return err
	}
	if m.files, s.LeftOut, err = fit(files, m.picture, limit); err != nil {
		return err
	}
	for _, f := range m.files {
		s.Attached = append(s.Attached, f.name)
	}
	return nil
}

// NewFailure makes the mail that says that a run failed: silence must not be read as an all-clear.
func NewFailure(tool, caseName, why string, at time.Time) (*Mail, error) {
	why = redactText(why, false)
	f := failure{Case: clean(caseName, nameMax), When: moment(at), Tool: tool}
	f.Subject = fmt.Sprintf("[%s] the run FAILED: no answer", f.Case)
	for line := range strings.SplitSeq(why, "\n") {
		if line != "" && len(f.Why) < maxRows {
			f.Why = append(f.Why, clean(line, textMax))
		}
	}
	m := &Mail{
		Subject: f.Subject, Text: f.text(), Date: at, agent: tool,
		topic: []string{"case", caseName}, content: []string{"failure", at.UTC().Format(time.RFC3339Nano), why},
	}
	var err error
	m.HTML, err = f.html()
	return m, err
}

// id is the left part of a Message-ID: a hash, as the words may be anything.
func id(parts ...[]string) string {
	h := sha256.New()
	for _, list := range parts {
		for _, s := range list {
			fmt.Fprintf(h, "%d:%s", len(s), s)
		}
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
