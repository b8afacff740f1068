package mail

import (
	"crypto/tls"
	"fmt"

	gomail "github.com/wneessen/go-mail"
)

// Signature is how a mail is signed; the zero value does not.
type Signature struct {
	dkim  *gomail.DKIMSigner
	smime *tls.Certificate
}

func (s Signature) signs() bool { return s.dkim != nil || s.smime != nil }

// DKIM signs for a domain with a private key in PEM, RSA or Ed25519.
func (s *Signature) DKIM(domain, selector string, key []byte) error {
	private, err := gomail.PrivKeyFromPEM(key)
	if err != nil {
		return fmt.Errorf("DKIM key: %w", err)
	}
	s.dkim = gomail.NewDKIMSigner(domain, selector, private)
	return nil
}

// SMIME signs with a certificate and its private key in PEM, RSA or ECDSA.
func (s *Signature) SMIME(certificate, key []byte) error {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("S/MIME certificate: %w", err)
	}
	if err := gomail.NewMsg().SignWithTLSCertificate(&pair); err != nil {
		return fmt.Errorf("S/MIME certificate: %w", err)
	}
	s.smime = &pair
	return nil
}

func (s Signature) sign(msg *gomail.Msg) error {
	if s.smime != nil {
		if err := msg.SignWithTLSCertificate(s.smime); err != nil {
			return fmt.Errorf("S/MIME: %w", err)
		}
	}
	if s.dkim != nil {
		msg.SetDKIM(s.dkim)
	}
	return nil
}
