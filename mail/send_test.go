package mail_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"breachwindow/mail"
)

const lead = "lead@acme.example"

func letter(tb testing.TB) *mail.Mail {
	tb.Helper()
	m, err := mail.New(sample(tb), mail.Options{
		SHA256: "ab", Date: at(tb, "2023-01-11 07:00"),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// senderTo is a sender that trusts the server and does not wait.
func (o *office) sender(tb testing.TB) *mail.Sender {
	tb.Helper()
	return &mail.Sender{
		Server:   mail.Server{Host: "127.0.0.1", Port: o.port, Roots: o.cert.roots(tb), Timeout: 5 * time.Second},
		Envelope: envelope,
		Waits:    []time.Duration{1, 1},
	}
}

// The mail arrives over TLS after a greeting, over TLS from the start, and in the clear where
// somebody says so.
func TestSend(t *testing.T) {
	for name, tc := range map[string]struct {
		office *office
		tls    string
	}{
		"default":   {&office{}, ""},
		"mandatory": {&office{}, mail.StartTLS},
		"implicit":  {&office{implicit: true}, mail.ImplicitTLS},
		"none":      {&office{plain: true}, mail.NoTLS},
	} {
		o := tc.office.open(t)
		s := o.sender(t)
		s.TLS = tc.tls
		out := s.Send(t.Context(), letter(t), "Lead <"+lead+">")
		if out.Err != nil || out.Attempts != 1 || len(o.got()) != 1 {
			t.Errorf("%s: %v", name, out)
			continue
		}
		p := parse(t, o.got()[0])
		if got := "<" + out.MessageID + ">"; got != p.Get("Message-Id") || len(p.parts) != 5 {
			t.Errorf("%s: %d parts, Message-ID %s, want %s", name, len(p.parts), p.Get("Message-Id"), got)
		}
	}
}

// Nothing goes out, no password either, where the way is not as safe as it must be. There is no
// second try by another way.
func TestSendIsSafe(t *testing.T) {
	for name, tc := range map[string]struct {
		office *office
		change func(*mail.Sender)
		want   string
	}{
		"a server without TLS":            {&office{plain: true, mechanisms: []string{"PLAIN"}}, func(*mail.Sender) {}, "STARTTLS"},
		"a certificate of nobody's":       {&office{}, func(s *mail.Sender) { s.Roots = nil }, "certificate"},
		"a certificate of another's":      {&office{}, func(s *mail.Sender) { s.Host = "localhost" }, "certificate"},
		"implicit TLS that is none":       {&office{plain: true}, func(s *mail.Sender) { s.TLS = mail.ImplicitTLS }, "TLS"},
		"a password in the clear":         {&office{plain: true, mechanisms: []string{"PLAIN"}}, func(s *mail.Sender) { s.Host, s.TLS = "mail.acme.example", mail.NoTLS }, "tls none"},
		"a way to log in that is unknown": {&office{}, func(s *mail.Sender) { s.Auth = "secret" }, "write auto"},
	} {
		o := tc.office.open(t)
		s := o.sender(t)
		s.Username, s.Password = username, password
		tc.change(s)
		out := s.Send(t.Context(), letter(t), lead)
		switch {
		case out.Err == nil:
			t.Errorf("%s: it was sent", name)
		case !strings.Contains(out.Err.Error(), tc.want) || strings.Contains(out.Err.Error(), password):
			t.Errorf("%s: error %v, want one about %s", name, out.Err, tc.want)
		case out.Temporary || out.Attempts != 1:
			t.Errorf("%s: tried %d times", name, out.Attempts)
		}
		o.none(t)
	}
}

// Each way to log in works with the right password and says that a wrong one is wrong, once.
func TestLogin(t *testing.T) {
	for _, way := range append(mail.Auths(), "auto") {
		o := (&office{mechanisms: []string{strings.ToUpper(way)}}).open(t)
		if way == "auto" {
			o.mechanisms = []string{"PLAIN", "SCRAM-SHA-256"}
		}
		for _, pass := range []string{password, "wrong"} {
			s := o.sender(t)
			s.Auth, s.Username, s.Password = way, username, pass
			out := s.Send(t.Context(), letter(t), lead)
			if (out.Err == nil) != (pass == password) || out.Attempts != 1 || out.Temporary {
				t.Errorf("%s with %q: %v", way, pass, out)
			}
			if out.Err != nil && (!strings.Contains(out.Err.Error(), "535") || strings.Contains(out.Err.Error(), pass)) {
				t.Errorf("%s: error %v", way, out.Err)
			}
		}
		if n := len(o.got()); n != 1 {
			t.Errorf("%s: %d mails", way, n)
		}
	}
}

// An error that passes is tried again and the mail arrives once; one that does not is named.
func TestRetry(t *testing.T) {
	later := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "later, please"}
	never := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user \x1b[31m"}
	o := (&office{refuse: func(to string, nth int) error {
		switch {
		case to == "nobody@acme.example":
			return never
		case to == "busy@acme.example", to == lead && nth < 3:
			return later
		}
		return nil
	}}).open(t)
	s := o.sender(t)
	notes := 0
	s.Note = func(string, ...any) { notes++ }
	m := letter(t)
	if out := s.Send(t.Context(), m, lead); out.Err != nil || out.Attempts != 3 || len(o.got()) != 1 || notes != 2 ||
		out.String() != lead+": delivered, at attempt 3" {
		t.Errorf("%v, %d notes", out, notes)
	}
	if out := s.Send(t.Context(), m, "busy@acme.example"); out.Err == nil || out.Attempts != 3 || !out.Temporary ||
		!strings.Contains(out.String(), "NOT delivered after 3 attempts, it may work later: ") || !strings.Contains(out.String(), "451") {
		t.Errorf("%v", out)
	}
	if out := s.Send(t.Context(), m, "nobody@acme.example"); out.Err == nil || out.Attempts != 1 || out.Temporary ||
		!strings.Contains(out.String(), "trying again will not help: ") || !strings.Contains(out.String(), "550") ||
		strings.Contains(out.String(), "\x1b") {
		t.Errorf("%q", out)
	}
}

// A server that hangs up, or is not there, may be there later.
func TestRetryConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			c.Close()
		}
	}()
	o := &office{port: listener.Addr().(*net.TCPAddr).Port, cert: selfSigned(t)}
	if out := o.sender(t).Send(t.Context(), letter(t), lead); !out.Temporary || out.Attempts != 3 || calls.Load() != 3 {
		t.Errorf("a server that hangs up: %v, %d calls", out, calls.Load())
	}
	listener.Close()
	if out := o.sender(t).Send(t.Context(), letter(t), lead); !out.Temporary || out.Attempts != 3 {
		t.Errorf("no server: %v", out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := o.sender(t)
	s.Wait = func(context.Context, time.Duration) error { cancel(); return context.Canceled }
	if out := s.Send(ctx, letter(t), lead); out.Err == nil || out.Attempts != 1 {
		t.Errorf("an interruption does not end it: %v", out)
	}
}

// What the server took is delivered, though the connection then breaks: a second try would be a
// second mail.
func TestDeliveredThoughBroken(t *testing.T) {
	o := (&office{hangsUp: true}).open(t)
	if out := o.sender(t).Send(t.Context(), letter(t), lead); out.Err != nil || out.Attempts != 1 || len(o.got()) != 1 {
		t.Errorf("%v, %d mails", out, len(o.got()))
	}
}

// A DKIM signature is valid, by RSA and Ed25519, also beside S/MIME, and breaks with the mail.
func TestDKIM(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaPublic, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	edPublic, edPrivate, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		private any
		public  []byte
		smime   bool
	}{"rsa": {private, rsaPublic, false}, "ed25519": {edPrivate, edPublic, true}} {
		der, err := x509.MarshalPKCS8PrivateKey(tc.private)
		if err != nil {
			t.Fatal(err)
		}
		e := envelope
		if err := e.DKIM("acme.example", "bw", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
			t.Fatal(err)
		}
		o := (&office{}).open(t)
		if tc.smime {
			if err := e.SMIME(o.cert.certificate, o.cert.key); err != nil {
				t.Fatal(err)
			}
		}
		s := o.sender(t)
		s.Envelope = e
		if out := s.Send(t.Context(), letter(t), lead); out.Err != nil {
			t.Fatal(out)
		}
		record := "v=DKIM1; k=" + name + "; p=" + base64.StdEncoding.EncodeToString(tc.public)
		verify := func(text []byte) error {
			vs, err := dkim.VerifyWithOptions(bytes.NewReader(text), &dkim.VerifyOptions{
				LookupTXT: func(domain string) ([]string, error) {
					if domain != "bw._domainkey.acme.example" {
						return nil, errors.New("asked for " + domain)
					}
					return []string{record}, nil
				},
			})
			if err == nil && len(vs) != 1 {
				err = errors.New("no signature")
			}
			if err == nil {
				err = vs[0].Err
			}
			return err
		}
		text := o.got()[0]
		if err := verify(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, change := range [][2]string{{"COMPROMISED", "UNEXPOSED"}, {"page", "pace"}} {
			changed := bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
			if has(text, change[0]) && verify(changed) == nil {
				t.Errorf("%s: %s can be changed into %s", name, change[0], change[1])
			}
		}
	}
	if err := new(mail.Signature).DKIM("acme.example", "bw", []byte("no key")); err == nil {
		t.Error("a key that is none is taken")
	}
}

// An S/MIME signature is valid, by openssl, and breaks with the mail.
func TestSMIME(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("SKIPPED: there is no openssl, so nobody checks the S/MIME signature")
	}
	p := selfSigned(t)
	e := envelope
	if err := e.SMIME(p.certificate, p.key); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := letter(t).Write(&b, e, lead); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	verify := func(text []byte) error {
		mailFile, roots := filepath.Join(dir, "mail.eml"), filepath.Join(dir, "roots.pem")
		if err := errors.Join(os.WriteFile(mailFile, text, 0o600), os.WriteFile(roots, p.certificate, 0o600)); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), openssl, "smime", "-verify", "-in", mailFile, "-CAfile", roots,
			"-out", os.DevNull).CombinedOutput()
		if err != nil {
			return errors.New(string(out))
		}
		return nil
	}
	if err := verify(b.Bytes()); err != nil {
		t.Error(err)
	}
	if verify(bytes.Replace(b.Bytes(), []byte("incident"), []byte("accident"), 1)) == nil {
		t.Error("the mail can be changed")
	}
	if len(parse(t, b.Bytes()).parts) != 6 { // the five and the signature
		t.Error("a signed mail has other parts")
	}
	if err := new(mail.Signature).SMIME(p.certificate, selfSigned(t).key); err == nil {
		t.Error("another's key is taken")
	}
}

// Who is named twice gets one mail.
func TestDistinct(t *testing.T) {
	t.Parallel()
	got := mail.Distinct([]string{"Lead <lead@acme.example>", "x@acme.example", "LEAD@acme.example", "x@acme.example"})
	want := []string{"Lead <lead@acme.example>", "x@acme.example"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recipients (-want +got):\n%s", diff)
	}
}
