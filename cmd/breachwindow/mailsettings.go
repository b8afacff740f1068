package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/spf13/cobra"

	"breachwindow/mail"
)

// mailSettings are mail: in case.yaml, and the flags of mail.
type mailSettings struct {
	Host       string       `yaml:"host"`
	Port       int          `yaml:"port"`
	TLS        string       `yaml:"tls"`
	CA         string       `yaml:"ca"`
	Auth       string       `yaml:"auth"`
	Username   string       `yaml:"username"`
	Password   secretSource `yaml:"password"`
	From       string       `yaml:"from"`
	To         []string     `yaml:"to"`
	DKIM       dkimSettings `yaml:"dkim"`
	SMIME      pairSettings `yaml:"smime"`
	MaxSize    size         `yaml:"max_size"`
	FullKeyIDs bool         `yaml:"full_key_ids"`
	Heartbeat  heartbeat    `yaml:"heartbeat"`
}

// heartbeat is how often a scheduled run mails though nothing is new. The zero value is a day.
type heartbeat struct {
	every time.Duration
	never bool
}

// UnmarshalYAML reads 12h, 7d or never.
func (h *heartbeat) UnmarshalYAML(node ast.Node) error {
	text := node.String()
	if text == "never" {
		h.never = true
		return nil
	}
	var err error
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n float64
		n, err = strconv.ParseFloat(days, 64)
		h.every = time.Duration(n * float64(24*time.Hour))
	} else {
		h.every, err = time.ParseDuration(text)
	}
	if err != nil || h.every <= 0 || h.every > 366*24*time.Hour {
		return placed(node, "heartbeat: write how often, such as 12h or 7d, or never")
	}
	return nil
}

// due tells whether a heartbeat is, after the last mail. A schedule is not exact, so a tenth before
// its time, at most an hour, is not too early. A mail of the future was sent before the clock was
// set back: to wait for its time again could be silence for years.
func (h heartbeat) due(last, now time.Time) bool {
	every := cmp.Or(h.every, 24*time.Hour)
	return !h.never && (now.Before(last) || now.Sub(last) >= every-min(every/10, time.Hour))
}

// dkimSettings name the key in DNS and the file with its private part.
type dkimSettings struct {
	Domain   string `yaml:"domain"` // the sender's where it is left out
	Selector string `yaml:"selector"`
	Key      string `yaml:"key"`
}

// pairSettings are files in PEM.
type pairSettings struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// secretSource says where a password is. It never stands in a case or on a command line, which
// others read.
type secretSource struct {
	Env     string   `yaml:"env"`
	File    string   `yaml:"file"`
	Command []string `yaml:"command"` // and its arguments; no shell reads them
}

// UnmarshalYAML refuses a password that stands there, without showing it.
func (s *secretSource) UnmarshalYAML(node ast.Node) error {
	if _, ok := node.(ast.MapNode); !ok {
		return placed(node, "password: never in this file: write {env: NAME}, {file: PATH} or "+
			"{command: [PROGRAM, ARGUMENT]}")
	}
	type plain secretSource
	return yaml.NodeToValue(node, (*plain)(s), yaml.Strict(), yaml.DisallowUnknownField())
}

func (s *secretSource) given() int {
	n := 0
	for _, is := range []bool{s.Env != "", s.File != "", len(s.Command) > 0} {
		if is {
			n++
		}
	}
	return n
}

// UnmarshalYAML reads 25M as the flag does.
func (s *size) UnmarshalYAML(node ast.Node) error {
	if err := s.Set(node.String()); err != nil {
		return placed(node, "max_size: %v", err)
	}
	return nil
}

// mailFlags are the settings that a command line gives; they go before those of the case.
type mailFlags struct {
	mailSettings
	passwordCommand string
}

func (f *mailFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Host, "host", "", "the SMTP server")
	flags.IntVar(&f.Port, "port", 0, "its port; 0 is 587, of implicit TLS 465, without TLS 25")
	flags.StringVar(&f.TLS, "tls", "", "mandatory (STARTTLS, the default), implicit or none")
	flags.StringVar(&f.CA, "ca", "", "certificates in PEM to trust beside the system's")
	flags.StringVar(&f.Auth, "auth", "", "auto, "+strings.Join(mail.Auths(), ", "))
	flags.StringVar(&f.Username, "username", "", "whom to log in as; none: no login")
	flags.StringVar(&f.Password.Env, "password-env", "", "the variable with the password or token")
	flags.StringVar(&f.Password.File, "password-file", "", "the file with the password or token")
	flags.StringVar(&f.passwordCommand, "password-command", "",
		"a program, with arguments, that prints the password or token")
	flags.StringVar(&f.From, "from", "", "the sender")
	flags.StringArrayVar(&f.To, "to", nil, "a recipient; more than once for more")
	flags.StringVar(&f.DKIM.Domain, "dkim-domain", "", "the domain to sign for; the sender's")
	flags.StringVar(&f.DKIM.Selector, "dkim-selector", "", "the name of the key in DNS")
	flags.StringVar(&f.DKIM.Key, "dkim-key", "", "the private key in PEM")
	flags.StringVar(&f.SMIME.Certificate, "smime-certificate", "", "a certificate in PEM to sign with")
	flags.StringVar(&f.SMIME.Key, "smime-key", "", "its private key in PEM")
	flags.Var(&f.MaxSize, "max-size", "of the mail; what does not fit is left out (10M)")
	flags.BoolVar(&f.FullKeyIDs, "full-key-ids", false, "write access key ids whole")
	must(cmd.RegisterFlagCompletionFunc("tls",
		cobra.FixedCompletions(mail.Modes(), cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("auth",
		cobra.FixedCompletions(mail.Auths(), cobra.ShellCompDirectiveNoFileComp)))
}

// over returns the case's settings with those of the flags in their place.
func (f *mailFlags) over(s mailSettings) mailSettings {
	set(&s.Host, f.Host)
	set(&s.Port, f.Port)
	set(&s.TLS, f.TLS)
	set(&s.CA, f.CA)
	set(&s.Auth, f.Auth)
	set(&s.Username, f.Username)
	set(&s.From, f.From)
	set(&s.DKIM, f.DKIM)
	set(&s.SMIME, f.SMIME)
	set(&s.MaxSize, f.MaxSize)
	set(&s.FullKeyIDs, f.FullKeyIDs)
	if len(f.To) > 0 {
		s.To = f.To
	}
	password := f.Password
	password.Command = strings.Fields(f.passwordCommand)
	if password.given() > 0 {
		s.Password = password
	}
	return s
}

// set is for a setting that a flag may give.
func set[T comparable](to *T, value T) {
	var none T
	if value != none {
		*to = value
	}
}

// check says what is wrong with settings before anything is done.
func (s *mailSettings) check() error {
	switch {
	case s.Port < 0 || s.Port > 65535:
		return fmt.Errorf("port %d: write 1 to 65535", s.Port)
	case s.TLS != "" && !slices.Contains(mail.Modes(), s.TLS):
		return fmt.Errorf("tls %q: write %s", s.TLS, oneOf(mail.Modes()))
	case s.Auth != "" && s.Auth != "auto" && !slices.Contains(mail.Auths(), s.Auth):
		return fmt.Errorf("auth %q: write auto, %s", s.Auth, oneOf(mail.Auths()))
	case s.Password.given() > 1:
		return errors.New("password: give one of env, file and command")
	case s.MaxSize != 0 && s.MaxSize < mail.LeastLimit:
		return fmt.Errorf("max_size: a mail needs at least %dk", mail.LeastLimit>>10)
	case isHalf(s.DKIM.Key, s.DKIM.Selector):
		return errors.New("dkim: give both key and selector")
	case isHalf(s.SMIME.Key, s.SMIME.Certificate):
		return errors.New("smime: give both certificate and key")
	}
	return s.checkAddresses()
}

func (s *mailSettings) checkAddresses() error {
	addresses := slices.Clone(s.To)
	if s.From != "" {
		addresses = append(addresses, s.From)
	}
	for _, a := range addresses {
		if err := mail.CheckAddress(a); err != nil {
			return err
		}
	}
	return nil
}

// isHalf is true of two of which one is missing.
func isHalf(a, b string) bool { return (a == "") != (b == "") }

// complete says what is missing for a mail, with send for one that is sent.
func (s *mailSettings) complete(send bool) error {
	missing := ""
	switch {
	case len(s.To) == 0:
		missing = "to"
	case s.From == "":
		missing = "from"
	case send && s.Host == "":
		missing = "host"
	case send && s.Username != "" && s.Password.given() == 0:
		return errors.New("mail: username without password: --password-env, --password-file, " +
			"--password-command, or password under mail: in case.yaml")
	case send && s.Username == "" && s.Password.given() > 0:
		missing = "username"
	}
	if missing == "" {
		return nil
	}
	return fmt.Errorf("mail: %s is missing: give --%s, or %s under mail: in case.yaml",
		missing, missing, missing)
}

// resolve makes the paths of a case relative to it.
func (s mailSettings) resolve(beside func(string) string) mailSettings {
	for _, path := range []*string{
		&s.CA, &s.Password.File, &s.DKIM.Key, &s.SMIME.Certificate, &s.SMIME.Key,
	} {
		if *path != "" {
			*path = beside(*path)
		}
	}
	return s
}

// password gets the password: a line, whose end is not part of it.
func (a *app) password(ctx context.Context, s secretSource) (string, error) {
	var text string
	switch {
	case s.Env != "":
		if text = a.getenv(s.Env); text == "" {
			return "", fmt.Errorf("mail password: the variable %s is not set", s.Env)
		}
	case s.File != "":
		data, err := os.ReadFile(s.File)
		if err != nil {
			return "", fmt.Errorf("mail password: %w", err)
		}
		text = string(data)
	case len(s.Command) > 0:
		//nolint:gosec // the user's own command, which no shell reads
		cmd := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
		cmd.Stderr = a.errw
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("mail password: %s: %w", s.Command[0], err)
		}
		text = string(out)
	}
	text = strings.TrimRight(text, "\r\n")
	if text == "" && s.given() > 0 {
		return "", errors.New("mail password: it is empty")
	}
	return text, nil
}
