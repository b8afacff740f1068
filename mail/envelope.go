package mail

import (
	"bytes"
	"fmt"
	"io"
	netmail "net/mail"
	"regexp"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Envelope is whom a mail comes from and how it is signed; one goes to each recipient alone.
type Envelope struct {
	From string // an address, with a name or without
	Signature
}

// CheckAddress says what is wrong with an address; a name may stand before it.
func CheckAddress(text string) error {
	a, err := netmail.ParseAddress(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return fmt.Errorf("%q is no mail address: write name@example.com", text)
	}
	if at := strings.LastIndexByte(a.Address, '@'); at < 1 || at == len(a.Address)-1 {
		return fmt.Errorf("%q is no mail address: write name@example.com", text)
	}
	return nil
}

// Distinct leaves out recipients that were named before, in whatever way: each gets one mail.
func Distinct(recipients []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, to := range recipients {
		if address := addressOf(to); !seen[address] {
			seen[address] = true
			out = append(out, to)
		}
	}
	return out
}

// messageID is the mail's for a recipient, without angle brackets: the same for the same result, so
// that a second delivery is no second mail.
func (m *Mail) messageID(e Envelope, to string) string {
	return id(m.topic, m.content, []string{addressOf(to)}) + "@" + domainOf(e.From)
}

// thread names the first mail of the thread. It never existed, but all mails of the case to this
// recipient refer to it, which is what makes a thread.
func (m *Mail) thread(e Envelope, to string) string {
	return "<" + id(m.topic, []string{addressOf(to)}) + "@" + domainOf(e.From) + ">"
}

func addressOf(text string) string {
	if a, err := netmail.ParseAddress(text); err == nil {
		text = a.Address
	}
	return strings.ToLower(text)
}

func domainOf(text string) string {
	a := addressOf(text)
	return a[strings.LastIndexByte(a, '@')+1:]
}

// message puts the mail into its envelope.
func (m *Mail) message(e Envelope, to string) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(e.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(to); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(m.messageID(e, to))
	for name, value := range map[gomail.Header]string{
		gomail.HeaderReferences:    m.thread(e, to),
		gomail.HeaderInReplyTo:     m.thread(e, to),
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		gomail.HeaderUserAgent:     clean(m.agent, nameMax),
	} {
		msg.SetGenHeader(name, value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	if m.picture != nil {
		err := msg.EmbedReader("timeline.png", bytes.NewReader(m.picture),
			gomail.WithFileContentID("timeline.png"), gomail.WithFileContentType("image/png"))
		if err != nil {
			return nil, fmt.Errorf("picture: %w", err)
		}
	}
	for _, f := range m.files {
		err := msg.AttachReader(f.name, bytes.NewReader(f.data),
			gomail.WithFileContentType(gomail.ContentType(f.kind)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return msg, e.sign(msg)
}

// boundary is a line between parts, by chance of go-mail's making.
var boundary = regexp.MustCompile(`(?m)^ boundary=([0-9a-f]{40,70})\r$`)

// Write writes the mail as it would be sent to a recipient, an .eml file: the same bytes each time,
// unless it is signed. Lines between its parts follow from its id, where go-mail draws them by lot.
func (m *Mail) Write(w io.Writer, e Envelope, to string) error {
	msg, err := m.message(e, to)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	text := b.Bytes()
	if !e.signs() {
		for i, found := range boundary.FindAllSubmatch(text, -1) {
			fixed := id(m.topic, m.content, []string{"boundary", fmt.Sprint(i), addressOf(to)})
			text = bytes.ReplaceAll(text, found[1], []byte(fixed))
		}
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	return nil
}
