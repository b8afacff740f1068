package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const (
	username = "bw"
	password = "open sesame"
)

// pair is a certificate that the test made, and its key, in PEM.
type pair struct{ certificate, key []byte }

// selfSigned makes a certificate for this machine and for a mail address.
func selfSigned(tb testing.TB) pair {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, EmailAddresses: []string{"bw@acme.example"},
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageEmailProtection},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

func (p pair) roots(tb testing.TB) *x509.CertPool {
	tb.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(p.certificate) {
		tb.Fatal("no certificate")
	}
	return roots
}

// post office is an SMTP server of this process.
type office struct {
	port int
	cert pair

	mechanisms []string
	implicit   bool
	plain      bool                           // without TLS
	hangsUp    bool                           // once it has the mail
	refuse     func(to string, nth int) error // of a recipient, at the nth time

	mu        sync.Mutex
	mails     map[string][][]byte // as they came, by recipient
	tries     map[string]int
	passwords int // times that somebody logged in, rightly or not
}

// open starts the server; it ends with the test.
func (o *office) open(tb testing.TB) *office {
	tb.Helper()
	o.mails, o.tries, o.cert = map[string][][]byte{}, map[string]int{}, selfSigned(tb)
	certificate, err := tls.X509KeyPair(o.cert.certificate, o.cert.key)
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	o.port = listener.Addr().(*net.TCPAddr).Port
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{office: o, conn: c}, nil
	}))
	s.Domain, s.AllowInsecureAuth, s.ErrorLog = "127.0.0.1", o.plain, silent{}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	switch {
	case o.implicit:
		listener = tls.NewListener(listener, config)
	case !o.plain:
		s.TLSConfig = config
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(listener) }()
	tb.Cleanup(func() {
		if err := errors.Join(s.Close(), <-done); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			tb.Error(err)
		}
	})
	return o
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

type session struct {
	*office
	conn     *smtp.Conn
	taken    int
	loggedIn bool
	to       string
}

// Reset comes after each mail, by the server itself, and as the client asks for it.
func (s *session) Reset() {
	if s.taken++; s.hangsUp && s.taken > 1 {
		s.conn.Conn().Close()
	}
}

func (s *session) Logout() error { return nil }

func (s *session) Mail(string, *smtp.MailOptions) error {
	if len(s.mechanisms) > 0 && !s.loggedIn {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = to
	s.tries[to]++
	if s.refuse == nil {
		return nil
	}
	return s.refuse(to, s.tries[to])
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails[s.to] = append(s.mails[s.to], text)
	return err
}

func (s *session) AuthMechanisms() []string { return s.mechanisms }

// Auth logs in by whatever way; all check the password.
func (s *session) Auth(way string) (sasl.Server, error) {
	s.mu.Lock()
	s.passwords++
	s.mu.Unlock()
	right := func(ok bool) error {
		if !ok {
			return smtp.ErrAuthFailed
		}
		s.loggedIn = true
		return nil
	}
	switch way {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, user, pass string) error {
			return right(user == username && pass == password)
		}), nil
	case "LOGIN":
		return asks("Username:", func(user string) (string, steps) {
			return "Password:", func(pass string) (string, steps, error) {
				return "", nil, right(user == username && pass == password)
			}
		}), nil
	case "CRAM-MD5":
		const challenge = "<1.2@127.0.0.1>"
		return asks(challenge, func(answer string) (string, steps) {
			mac := hmac.New(md5.New, []byte(password))
			mac.Write([]byte(challenge))
			return "", func(string) (string, steps, error) {
				return "", nil, right(answer == fmt.Sprintf("%s %x", username, mac.Sum(nil)))
			}
		}), nil
	case "XOAUTH2":
		return steps(func(in string) (string, steps, error) {
			return "", nil, right(in == "user="+username+"\x01auth=Bearer "+password+"\x01\x01")
		}), nil
	case "SCRAM-SHA-1":
		return scram(sha1.New, right), nil
	case "SCRAM-SHA-256":
		return scram(sha256.New, right), nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// steps answers what a client says: what is asked next and who takes the answer, nil at the end.
type steps func(in string) (out string, next steps, err error)

// asks begins with a challenge, whatever the client says first.
func asks(first string, then func(string) (string, steps)) *dialogue {
	return &dialogue{next: func(string) (string, steps, error) {
		return first, func(in string) (string, steps, error) {
			out, next := then(in)
			if out != "" {
				return out, next, nil
			}
			return next(in)
		}, nil
	}}
}

func (s steps) Next(in []byte) ([]byte, bool, error) { return (&dialogue{next: s}).Next(in) }

type dialogue struct{ next steps }

func (d *dialogue) Next(in []byte) ([]byte, bool, error) {
	out, next, err := d.next(string(in))
	d.next = next
	return []byte(out), next == nil, err
}

// scram is the server's part of RFC 5802; the client says nothing before it is asked.
func scram[H hash.Hash](h func() H, right func(bool) error) *dialogue {
	salt, rounds := []byte("salt"), 4096
	mac := func(key []byte, text string) []byte {
		m := hmac.New(func() hash.Hash { return h() }, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	var first steps = func(in string) (string, steps, error) {
		bare := strings.TrimPrefix(in, "n,,")
		_, nonce, _ := strings.Cut(bare, ",r=")
		challenge := fmt.Sprintf("r=%sserver,s=%s,i=%d", nonce,
			base64.StdEncoding.EncodeToString(salt), rounds)
		return challenge, func(last string) (string, steps, error) {
			without, proof, _ := strings.Cut(last, ",p=")
			salted, err := pbkdf2.Key(h, password, salt, rounds, h().Size())
			if err != nil {
				return "", nil, err
			}
			whole := bare + "," + challenge + "," + without
			client := mac(salted, "Client Key")
			stored := h()
			_, _ = stored.Write(client) // a hash takes all
			sign := mac(stored.Sum(nil), whole)
			for i := range sign {
				sign[i] ^= client[i]
			}
			if err := right(proof == base64.StdEncoding.EncodeToString(sign)); err != nil {
				return "", nil, err
			}
			v := "v=" + base64.StdEncoding.EncodeToString(mac(mac(salted, "Server Key"), whole))
			return v, func(string) (string, steps, error) { return "", nil, nil }, nil
		}, nil
	}
	return &dialogue{next: func(string) (string, steps, error) { return "", first, nil }}
}

// got returns the mails that the lead got.
func (o *office) got() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([][]byte{}, o.mails[lead]...)
}

// none fails if the server saw a mail or a password.
func (o *office) none(tb testing.TB) {
	tb.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.mails) > 0 || o.passwords > 0 {
		tb.Errorf("the server got %d mails and %d passwords", len(o.mails), o.passwords)
	}
}

func has(text []byte, words string) bool { return bytes.Contains(text, []byte(words)) }
