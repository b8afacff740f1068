package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// How a server is reached. Nothing falls back from one way to another: findings travel in the clear
// only where the settings say so.
const (
	StartTLS    = "mandatory" // TLS after a greeting, or nothing
	ImplicitTLS = "implicit"
	NoTLS       = "none"
)

// Modes are the ways to a server, the default first.
func Modes() []string { return []string{StartTLS, ImplicitTLS, NoTLS} }

// auth is a way to log in, as settings call it and as go-mail does.
type auth struct {
	name string
	kind gomail.SMTPAuthType
}

var auths = []auth{
	{"plain", gomail.SMTPAuthPlain},
	{"login", gomail.SMTPAuthLogin},
	{"cram-md5", gomail.SMTPAuthCramMD5},
	{"scram-sha-1", gomail.SMTPAuthSCRAMSHA1},
	{"scram-sha-256", gomail.SMTPAuthSCRAMSHA256},
	{"xoauth2", gomail.SMTPAuthXOAUTH2},
}

// Auths are the ways to log in beside auto, which takes the best that the server offers.
func Auths() []string {
	names := make([]string, len(auths))
	for i, a := range auths {
		names[i] = a.name
	}
	return names
}

// Server is where mails are handed in.
type Server struct {
	Host     string
	Port     int    // 0: 587, 465 or 25, as TLS says
	TLS      string // one of Modes; "" is the first
	Auth     string // one of Auths, or auto or ""
	Username string // "": no login
	Password string // or the token of xoauth2
	Roots    *x509.CertPool
	Timeout  time.Duration // of the connection, and of handing a mail in; 0: a minute
}

// Check says what is wrong with the server's settings, before anything is sent.
func (s Server) Check() error {
	_, err := s.client()
	return err
}

func (s Server) client() (*gomail.Client, error) {
	if s.TLS == NoTLS && s.Username != "" && !isLocal(s.Host) {
		return nil, errors.New("tls none: whoever listens would have the password: leave the login out")
	}
	timeout := s.Timeout
	if timeout == 0 {
		timeout = time.Minute // for 10 MiB over a slow line
	}
	options := []gomail.Option{
		gomail.WithTimeout(timeout),
		gomail.WithTLSConfig(&tls.Config{
			ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12,
		}),
	}
	port := 587
	switch s.TLS {
	case "", StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case ImplicitTLS:
		port = 465
		options = append(options, gomail.WithSSL())
	case NoTLS:
		port = 25
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("tls %q: write one of %s", s.TLS, strings.Join(Modes(), ", "))
	}
	if s.Port != 0 {
		port = s.Port
	}
	options = append(options, gomail.WithPort(port))
	if s.Username != "" {
		kind, err := authType(s.Auth)
		if err != nil {
			return nil, err
		}
		options = append(options, gomail.WithSMTPAuth(kind),
			gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	c, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail server %s: %w", s.Host, err)
	}
	return c, nil
}

func authType(name string) (gomail.SMTPAuthType, error) {
	if name == "" || name == "auto" {
		return gomail.SMTPAuthAutoDiscover, nil
	}
	i := slices.IndexFunc(auths, func(a auth) bool { return a.name == name })
	if i < 0 {
		return "", fmt.Errorf("auth %q: write auto or one of %s", name, strings.Join(Auths(), ", "))
	}
	return auths[i].kind, nil
}

// isLocal says whether a server is this machine: what goes there crosses no network.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
