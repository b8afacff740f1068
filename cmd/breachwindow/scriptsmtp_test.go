//go:build unix

package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/rogpeppe/go-internal/testscript"
)

// smtp DIR starts a mail server on this machine until the script ends: its port is $SMTP_PORT, the
// certificate to trust ca.pem with key.pem, the login bw with the password "open sesame". What it
// takes is DIR/RECIPIENT-N.eml. It never takes mail to nobody@…, and to later@… at the second try
// only. dkim.pem is a key to sign with.
func scriptSMTP(ts *testscript.TestScript, args []string) {
	dir := ts.MkAbs(args[0])
	certificate, key, err := selfSigned()
	_, private, dkimErr := ed25519.GenerateKey(rand.Reader)
	der, derErr := x509.MarshalPKCS8PrivateKey(private)
	dkim := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	ts.Check(errors.Join(err, dkimErr, derErr, os.MkdirAll(dir, 0o700)))
	for name, text := range map[string][]byte{"ca.pem": certificate, "key.pem": key, "dkim.pem": dkim} {
		ts.Check(os.WriteFile(ts.MkAbs(name), text, 0o600))
	}
	port, stop, err := serveMail(dir, certificate, key)
	ts.Check(err)
	ts.Defer(func() {
		if err := stop(); err != nil {
			ts.Logf("mail server: %v", err)
		}
	})
	ts.Setenv("SMTP_PORT", fmt.Sprint(port))
}

// serveMail starts a mail server that puts what it takes into a folder.
func serveMail(dir string, certificate, key []byte) (port int, stop func() error, err error) {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return 0, nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	box := &mailbox{dir: dir, tries: map[string]int{}, taken: map[string]int{}}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &mailSession{mailbox: box}, nil
	}))
	s.Domain = "127.0.0.1"
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	done := make(chan error, 1)
	go func() { done <- s.Serve(listener) }()
	stop = func() error {
		if err := errors.Join(s.Close(), <-done); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			return err
		}
		return nil
	}
	return listener.Addr().(*net.TCPAddr).Port, stop, nil
}

type mailbox struct {
	dir          string
	mu           sync.Mutex
	tries, taken map[string]int
}

type mailSession struct {
	*mailbox
	loggedIn bool
	to       string
}

func (*mailSession) Reset()                   {}
func (*mailSession) Logout() error            { return nil }
func (*mailSession) AuthMechanisms() []string { return []string{"PLAIN"} }

func (s *mailSession) Auth(way string) (sasl.Server, error) {
	if way != sasl.Plain {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "bw" || password != "open sesame" {
			return smtp.ErrAuthFailed
		}
		s.loggedIn = true
		return nil
	}), nil
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if !s.loggedIn {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = to
	s.tries[to]++
	switch {
	case strings.HasPrefix(to, "nobody@"):
		return &smtp.SMTPError{Code: 550, Message: "no such \x1b[31muser"}
	case strings.HasPrefix(to, "later@") && s.tries[to] == 1:
		return &smtp.SMTPError{Code: 451, Message: "later, please"}
	}
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[s.to]++
	name := fmt.Sprintf("%s-%d.eml", s.to, s.taken[s.to])
	return os.WriteFile(filepath.Join(s.dir, name), text, 0o600)
}

// same-lines FILE wants at least two lines in a file, all alike.
func scriptSameLines(ts *testscript.TestScript, args []string) {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(ts.ReadFile(args[0]), "\r", "")), "\n")
	if len(lines) < 2 {
		ts.Fatalf("%s has %d lines", args[0], len(lines))
	}
	for _, line := range lines[1:] {
		if line != lines[0] {
			ts.Fatalf("%q and %q differ", lines[0], line)
		}
	}
}
