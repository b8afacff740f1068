package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/mail"
	"breachwindow/report"
)

func (a *app) mailCmd() *cobra.Command {
	var f mailFlags
	var dryRun string
	var again bool
	cmd := &cobra.Command{
		Use:   "mail",
		Short: "Send the last result",
		Long: `Mail sends the result of the last run, one mail to each recipient: verdicts, reasons and the
worst findings, the timeline as a picture, findings.csv and report.html attached; whoever got one
before is told what is new since. Server, sender and recipients are mail: in case.yaml or flags,
which go before it. TLS is mandatory unless --tls says otherwise. The password comes from a
variable, a file or a program, never from the command line. A result that a recipient has is not
sent to him again. It exits 1 if a recipient did not get it.`,
		Example: "  breachwindow mail --case acme --dry-run preview.eml\n" +
			"  breachwindow mail --case acme --host smtp.example.com --username bw --password-env SMTP_PASSWORD " +
			"--from bw@example.com --to lead@example.com",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.postOf(f)
			if err != nil {
				return err
			}
			if dryRun != "" {
				return a.dryRun(p, dryRun)
			}
			if err := a.connect(cmd.Context(), p); err != nil {
				return err
			}
			return a.mailResult(cmd.Context(), p, sending{again: again})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&dryRun, "dry-run", "",
		"send nothing: write the mail to this .eml file, or into this folder; - is standard output")
	cmd.Flags().BoolVar(&again, "again", false, "send all of it, also to those who have it")
	return cmd
}

// post is what is needed to send mails of a case.
type post struct {
	settings mailSettings
	name     string // the case's
	envelope mail.Envelope
	server   mail.Server // after connect
}

// postOf reads the settings of the case and of the flags, and what signs.
func (a *app) postOf(f mailFlags) (*post, error) {
	c, err := a.openCase()
	if err != nil {
		return nil, err
	}
	p := &post{settings: f.over(c.file.Mail.resolve(c.beside)), name: c.name}
	s := p.settings
	if err := s.check(); err != nil {
		return nil, usagef("mail: %w", err)
	}
	if err := s.complete(false); err != nil {
		return nil, err
	}
	p.settings.To = mail.Distinct(s.To)
	p.envelope.From = s.From
	if s.DKIM.Key != "" {
		key, err := os.ReadFile(s.DKIM.Key)
		if err != nil {
			return nil, fmt.Errorf("mail: DKIM key: %w", err)
		}
		if s.DKIM.Domain == "" {
			s.DKIM.Domain = s.From[strings.LastIndexByte(s.From, '@')+1:]
			s.DKIM.Domain = strings.TrimSuffix(s.DKIM.Domain, ">")
		}
		if err := p.envelope.DKIM(s.DKIM.Domain, s.DKIM.Selector, key); err != nil {
			return nil, fmt.Errorf("mail: %s: %w", s.DKIM.Key, err)
		}
	}
	if s.SMIME.Key == "" {
		return p, nil
	}
	certificate, err1 := os.ReadFile(s.SMIME.Certificate)
	key, err2 := os.ReadFile(s.SMIME.Key)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("mail: S/MIME: %w", err)
	}
	if err := p.envelope.SMIME(certificate, key); err != nil {
		return nil, fmt.Errorf("mail: %s: %w", s.SMIME.Certificate, err)
	}
	return p, nil
}

// postReady is postOf the case alone, ready to send.
func (a *app) postReady(ctx context.Context) (*post, error) {
	p, err := a.postOf(mailFlags{})
	if err != nil {
		return nil, err
	}
	return p, a.connect(ctx, p)
}

// savedResult is a result as it was written.
type savedResult struct {
	r    *detect.Result
	hash string // SHA-256
	at   time.Time
}

// lastResult is the result of the last run.
func (a *app) lastResult() (*savedResult, error) {
	name := a.path(resultName)
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no result yet\nhint: breachwindow run", name)
	}
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	s := &savedResult{at: info.ModTime()}
	if s.r, err = report.ReadJSON(bytes.NewReader(text)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.Sum256(text)
	s.hash = hex.EncodeToString(sum[:])
	return s, nil
}

// letter is the mail of a result, as the case wants it. Without a date it is of the result's time.
func (p *post) letter(s *savedResult, o mail.Options) (*mail.Mail, error) {
	o.SHA256, o.FullKeyIDs, o.Limit = s.hash, p.settings.FullKeyIDs, int64(p.settings.MaxSize)
	if o.Date.IsZero() {
		o.Date = s.at
	}
	m, err := mail.New(s.r, o)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return m, nil
}

// dryRun writes the mail to each recipient instead of sending it.
func (a *app) dryRun(p *post, to string) error {
	r, err := a.lastResult()
	if err != nil {
		return err
	}
	m, err := p.letter(r, mail.Options{})
	if err != nil {
		return err
	}
	info, err := os.Stat(to)
	isDir := err == nil && info.IsDir()
	if !isDir && len(p.settings.To) > 1 {
		return usagef("--dry-run %s: there are %d recipients: name a folder that is there",
			to, len(p.settings.To))
	}
	if !isDir && to != "-" && filepath.Ext(to) != ".eml" {
		return usagef("--dry-run %s: write a name that ends in .eml, or a folder that is there", to)
	}
	for _, recipient := range p.settings.To {
		var b bytes.Buffer
		if err := m.Write(&b, p.envelope, recipient); err != nil {
			return err
		}
		name := to
		switch {
		case to == "-":
			if _, err := a.out.Write(b.Bytes()); err != nil {
				return err
			}
			continue
		case isDir: // escaped: an address may have a / in it
			name = filepath.Join(to, url.PathEscape(recipient)+".eml")
		}
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			return fmt.Errorf("mail: %w", err)
		}
		a.note("%s: nothing was sent", name)
	}
	return nil
}

// connect finds out where the mails go, with the password; nothing is sent yet.
func (a *app) connect(ctx context.Context, p *post) (err error) {
	s := p.settings
	if err := s.complete(true); err != nil {
		return err
	}
	p.server = mail.Server{Host: s.Host, Port: s.Port, TLS: s.TLS, Auth: s.Auth, Username: s.Username}
	if s.CA != "" {
		text, err := os.ReadFile(s.CA)
		if err != nil {
			return fmt.Errorf("mail: ca: %w", err)
		}
		if p.server.Roots, err = x509.SystemCertPool(); err != nil {
			p.server.Roots = x509.NewCertPool()
		}
		if !p.server.Roots.AppendCertsFromPEM(text) {
			return fmt.Errorf("mail: ca: %s: no certificate in PEM in it", s.CA)
		}
	}
	if err := p.server.Check(); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	p.server.Password, err = a.password(ctx, s.Password)
	return err
}
