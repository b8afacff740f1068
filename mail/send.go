package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"breachwindow/report"
)

// Sender hands mails in at a server.
type Sender struct {
	Server
	Envelope
	Waits []time.Duration                            // before each retry; nil: 2, 10 and 30 seconds
	Wait  func(context.Context, time.Duration) error // nil: waits
	Note  func(format string, args ...any)           // is told of retries; nil: silent
}

// Outcome is what became of the mail to one recipient.
type Outcome struct {
	Recipient string
	MessageID string
	Attempts  int
	Err       error // nil: the server took it
	Temporary bool  // the error may pass
}

// Send hands the mail to one recipient in, and again after errors that pass. Each recipient gets a
// mail of its own: nobody learns of the others, and a wrong address does not keep it from them.
func (s *Sender) Send(ctx context.Context, m *Mail, to string) Outcome {
	o := Outcome{Recipient: to, MessageID: m.messageID(s.Envelope, to)}
	waits := s.Waits
	if waits == nil {
		waits = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}
	}
	for {
		o.Attempts++
		o.Err, o.Temporary = s.attempt(ctx, m, to)
		if o.Err == nil || !o.Temporary || o.Attempts > len(waits) || ctx.Err() != nil {
			return o
		}
		wait := waits[o.Attempts-1]
		if s.Note != nil {
			s.Note("%s: %v; again in %s", to, o.Err, wait)
		}
		if err := s.wait(ctx, wait); err != nil {
			return o
		}
	}
}

func (s *Sender) wait(ctx context.Context, d time.Duration) error {
	if s.Wait != nil {
		return s.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// attempt hands a mail in once. What the server took is delivered, whatever comes after.
func (s *Sender) attempt(ctx context.Context, m *Mail, to string) (err error, temporary bool) {
	client, err := s.client()
	if err != nil {
		return err, false
	}
	msg, err := m.message(s.Envelope, to)
	if err != nil {
		return err, false
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil, false
	}
	return errors.New(said(err)), isTemporary(err)
}

// said is an error without what is known beside it; servers write what they like.
func said(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", affected ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "send failed: "), "client_send: ")
	return clean(redactText(report.Clean(text), false), 2*textMax)
}

// isTemporary says whether it may work later: the server says so by a code 4xx, or it could not be
// reached. A certificate that is not trusted, a wrong password, an unknown recipient do not pass.
func isTemporary(err error) bool {
	var sent *gomail.SendError
	if errors.As(err, &sent) && sent.ErrorCode() != 0 {
		return sent.ErrorCode()/100 == 4
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return reply.Code/100 == 4
	}
	var untrusted *tls.CertificateVerificationError
	var unknown *net.DNSError
	if errors.As(err, &untrusted) || errors.As(err, &unknown) && unknown.IsNotFound {
		return false
	}
	var network net.Error
	return sent != nil && isBroken(sent.Error()) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// isBroken tells a connection that ended in the middle by its words: go-mail keeps the error itself
// to itself.
func isBroken(text string) bool {
	for _, words := range []string{"EOF", "connection reset", "broken pipe", "timeout", "use of closed"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// String says in a line what became of it.
func (o Outcome) String() string {
	switch {
	case o.Err == nil && o.Attempts > 1:
		return fmt.Sprintf("%s: delivered, at attempt %d", o.Recipient, o.Attempts)
	case o.Err == nil:
		return o.Recipient + ": delivered"
	case o.Temporary:
		return fmt.Sprintf("%s: NOT delivered after %s, it may work later: %v", o.Recipient,
			some(o.Attempts, "attempt"), o.Err)
	}
	return fmt.Sprintf("%s: NOT delivered, and trying again will not help: %v", o.Recipient, o.Err)
}
