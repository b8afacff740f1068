package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// mailpit is a real mail server, of another maker than what sends.
type mailpit struct {
	api  string
	port int
	ca   string
}

// startMailpit starts the one that .ci/run builds, until the test ends.
func startMailpit(t *testing.T, args ...string) *mailpit {
	t.Helper()
	program := os.Getenv("BREACHWINDOW_MAILPIT")
	if program == "" {
		t.Skip("SKIPPED: no mail was sent to a real server. BREACHWINDOW_MAILPIT is not set; " +
			"build one with: cd .ci/mailpit && go build -o /tmp/mailpit github.com/axllent/mailpit")
	}
	dir := t.TempDir()
	certificate, key, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	m := &mailpit{port: freePort(t), ca: filepath.Join(dir, "ca.pem")}
	web := freePort(t)
	m.api = fmt.Sprintf("http://127.0.0.1:%d/api/v1/", web)
	for name, text := range map[string][]byte{
		"ca.pem": certificate, "key.pem": key, "users": []byte("bw:opensesame\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, append([]string{
		"-s", fmt.Sprintf("127.0.0.1:%d", m.port), "-l", fmt.Sprintf("127.0.0.1:%d", web),
		"--smtp-auth-file", filepath.Join(dir, "users"), "--smtp-tls-cert", m.ca,
		"--smtp-tls-key", filepath.Join(dir, "key.pem"), "--smtp-disable-rdns",
		"--disable-version-check", "--enable-chaos", "--quiet", "-d", filepath.Join(dir, "mails.db"),
	}, args...)...)
	cmd.Stdout, cmd.Stderr = testWriter{t}, testWriter{t}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // interrupted by the context of the test, which has ended
	for range 100 {
		if resp, err := http.Get(m.api + "info"); err == nil {
			resp.Body.Close()
			return m
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("mailpit does not answer")
	return nil
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// ask calls the server's interface for programs.
func (m *mailpit) ask(method, path, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, m.api+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	return text, err
}

func (m *mailpit) get(t *testing.T, path string, into any) {
	t.Helper()
	text, err := m.ask(http.MethodGet, path, "")
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// chaos makes the server refuse recipients for now, or take them again.
func (m *mailpit) chaos(percent int) error {
	quiet := `{"ErrorCode":451,"Probability":0}`
	_, err := m.ask(http.MethodPut, "chaos", fmt.Sprintf(
		`{"Authentication":%s,"Sender":%s,"Recipient":{"ErrorCode":451,"Probability":%d}}`, quiet, quiet, percent))
	return err
}

// inbox is what the server has.
type inbox struct {
	Messages []struct {
		ID, MessageID, Subject string
		To                     []struct{ Address string }
	} `json:"messages"`
}

func (m *mailpit) inbox(t *testing.T) (i inbox) {
	t.Helper()
	m.get(t, "messages", &i)
	return i
}

// demoCase is the invented company's case, after a run.
func demoCase(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "larkspur")
	var out bytes.Buffer
	if code := testApp(t, &out).main(t.Context(), []string{"demo", "--keep", dir}); code != 0 {
		t.Fatalf("demo: exit code %d", code)
	}
	return dir
}

// sends runs mail on a case with what it needs to reach the server.
func (m *mailpit) sends(t *testing.T, a *app, dir, password string, args ...string) int {
	t.Helper()
	a.getenv = func(name string) string {
		if name == "SMTP_PASSWORD" {
			return password
		}
		return ""
	}
	return a.main(t.Context(), append([]string{
		"mail", "--case", dir, "--host", "127.0.0.1", "--port", fmt.Sprint(m.port), "--ca", m.ca,
		"--username", "bw", "--password-env", "SMTP_PASSWORD", "--from", "breachwindow <bw@larkspur.example>",
		"--to", "lead@larkspur.example",
	}, args...))
}

// A real server takes the mail, over both kinds of TLS; it renders nearly everywhere, and what is
// attached is the report.
func TestMailpit(t *testing.T) {
	t.Parallel()
	m := startMailpit(t, "--smtp-require-starttls")
	dir := demoCase(t)
	var out bytes.Buffer
	if code := m.sends(t, testApp(t, &out), dir, "wrong"); code != exitError ||
		!strings.Contains(out.String(), "SMTP AUTH failed: 535") || len(m.inbox(t).Messages) != 0 {
		t.Errorf("a wrong password: exit code %d: %s", code, out.String())
	}
	out.Reset()
	if code := m.sends(t, testApp(t, &out), dir, "opensesame"); code != 0 ||
		out.String() != "lead@larkspur.example: delivered\n" {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	in := m.inbox(t)
	if len(in.Messages) != 1 || !strings.HasPrefix(in.Messages[0].Subject, "[larkspur] COMPROMISED: 2 of 13 secrets; 1 suspicious") {
		t.Fatalf("the server has %+v", in)
	}
	id := in.Messages[0].ID
	m.checkAttachments(t, id, dir)
	m.checkHTML(t, id)

	implicit := startMailpit(t, "--smtp-require-tls")
	out.Reset()
	if code := implicit.sends(t, testApp(t, &out), dir, "opensesame", "--tls", "implicit", "--again"); code != 0 ||
		len(implicit.inbox(t).Messages) != 1 {
		t.Errorf("implicit TLS: exit code %d: %s", code, out.String())
	}
	if a, b := in.Messages[0].MessageID, implicit.inbox(t).Messages[0].MessageID; a != b {
		t.Errorf("one mail has the ids %s and %s", a, b)
	}
}

// Three mornings of a schedule: the first mail tells all, the second what new logs show, and a third
// one, without news, that it looked. What each recipient lacks is sent at the next run.
func TestMailpitDaily(t *testing.T) {
	t.Parallel()
	m := startMailpit(t, "--smtp-require-starttls")
	dir := demoCase(t)
	yaml := readAll(t, dir, caseName) + fmt.Sprintf(`
mail: {host: 127.0.0.1, port: %d, ca: %q, username: bw, password: {env: SMTP_PASSWORD},
  from: bw@larkspur.example, to: [lead@larkspur.example]}
`, m.port, m.ca)
	writeFile(t, filepath.Join(dir, caseName), []byte(yaml))
	morning := time.Date(2026, 11, 28, 7, 0, 0, 0, time.UTC)
	run := func() {
		t.Helper()
		var out bytes.Buffer
		a := testApp(t, &out)
		a.now = func() time.Time { return morning }
		a.getenv = func(string) string { return "opensesame" }
		args := []string{"run", dir, "--mail", "--slot", morning.Format(time.DateOnly), "--color", "never"}
		if code := a.main(t.Context(), args); code != exitFound ||
			!strings.HasSuffix(out.String(), "lead@larkspur.example: delivered\n") {
			t.Fatalf("exit code %d: %s", code, out.String())
		}
		morning = morning.AddDate(0, 0, 1)
	}
	run()
	secrets := readAll(t, dir, "secrets.csv")
	_, rest, _ := strings.Cut(secrets, "aws-terraform,aws-access-key,")
	key, _, _ := strings.Cut(rest, ",")
	writeFile(t, filepath.Join(dir, "logs", "late.json"), []byte(strings.ReplaceAll(`{"Records":[{
		"eventVersion":"1.08","eventID":"11111111-2222-4333-8444-555555555555","eventTime":"2023-01-02T03:00:00Z",
		"eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1",
		"sourceIPAddress":"203.0.113.250","userAgent":"Boto3/1.26",
		"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::418273645091:user/ci-terraform",
		"userName":"ci-terraform","accountId":"418273645091","accessKeyId":"KEY"},
		"requestParameters":{"userName":"thief"},"recipientAccountId":"418273645091"}]}`, "KEY", key)))
	run()
	run()
	in := m.inbox(t).Messages
	slices.Reverse(in) // the server lists the newest first
	if len(in) != 3 || !strings.HasPrefix(in[0].Subject, "[larkspur] COMPROMISED") ||
		!strings.HasPrefix(in[1].Subject, "[larkspur] 1 answer worse, ") ||
		!strings.HasPrefix(in[2].Subject, "[larkspur] nothing new, and no new logs. COMPROMISED") {
		t.Fatalf("the server has %+v", in)
	}
	for i, want := range []struct{ says, not string }{
		{"178.249.214.10", "203.0.113.250"}, {"203.0.113.250", "178.249.214.10"}, {"nothing new", "203.0.113.250"},
	} {
		m.checkHTML(t, in[i].ID)
		var message struct{ Text, HTML string }
		m.get(t, "message/"+in[i].ID, &message)
		for _, body := range []string{message.Text, message.HTML} {
			if !strings.Contains(body, want.says) || strings.Contains(body, want.not) {
				t.Errorf("mail %d must say %s and not %s:\n%s", i+1, want.says, want.not, body)
			}
		}
	}
}

var anyKeyID = regexp.MustCompile(`(AKIA|ASIA)[A-Z0-9]{8,}([A-Z0-9]{4})`)

// checkAttachments opens what the mail carries.
func (m *mailpit) checkAttachments(t *testing.T, id, dir string) {
	t.Helper()
	var message struct {
		Text, HTML          string
		Attachments, Inline []struct{ PartID, FileName, ContentID, ContentType string }
	}
	m.get(t, "message/"+id, &message)
	if len(message.Inline) != 1 || message.Inline[0].ContentID != "timeline.png" ||
		!strings.Contains(message.HTML, "cid:timeline.png") {
		t.Errorf("the picture: %+v", message.Inline)
	}
	names := []string{}
	for _, part := range message.Attachments {
		names = append(names, part.FileName)
		data, err := m.ask(http.MethodGet, "message/"+id+"/part/"+part.PartID, "")
		if err != nil {
			t.Fatal(err)
		}
		switch part.FileName {
		case reportName:
			page, err := os.ReadFile(filepath.Join(dir, reportName))
			if want := anyKeyID.ReplaceAll(page, []byte("$1…$2")); err != nil || !bytes.Equal(data, want) {
				t.Errorf("%s is not the case's: %v, %.80s", reportName, err, data)
			}
		case "findings.csv":
			rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
			if err != nil || len(rows) < 20 || rows[0][0] != "verdict" || rows[1][9] != "critical" {
				t.Errorf("findings.csv has %d rows: %v", len(rows), err)
			}
		}
		if found := anyKeyID.Find(data); found != nil {
			t.Errorf("%s has a whole key id: %s", part.FileName, found)
		}
	}
	if !slices.Equal(names, []string{"findings.csv", reportName}) {
		t.Errorf("attached: %v", names)
	}
}

// checkHTML asks how much of the HTML mail programs know, by caniemail's tables.
func (m *mailpit) checkHTML(t *testing.T, id string) {
	t.Helper()
	var check struct {
		Total    struct{ Supported, Partial, Unsupported float64 }
		Warnings []struct{ Title string }
	}
	m.get(t, "message/"+id+"/html-check", &check)
	t.Logf("HTML check: %+v", check)
	if check.Total.Supported <= 90 {
		t.Errorf("mail programs know %.1f %% of the HTML, want more than 90: %+v", check.Total.Supported, check)
	}
}

// calmer ends the chaos when the program says that it will try again.
type calmer struct {
	t *testing.T
	m *mailpit
}

func (c calmer) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte("again in")) {
		if err := c.m.chaos(0); err != nil {
			c.t.Error(err)
		}
	}
	return testWriter{c.t}.Write(text)
}

// An error of a real server that passes is tried again, and one mail arrives.
func TestMailpitChaos(t *testing.T) {
	t.Parallel()
	m := startMailpit(t, "--smtp-require-starttls")
	dir := demoCase(t)
	if err := m.chaos(100); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := testApp(t, &out)
	a.mailWaits = []time.Duration{1}
	if code := m.sends(t, a, dir, "opensesame"); code != exitError ||
		!strings.Contains(out.String(), "NOT delivered after 2 attempts, it may work later: ") || !strings.Contains(out.String(), "451") {
		t.Errorf("exit code %d: %s", code, out.String())
	}
	out.Reset()
	a = testApp(t, &out)
	a.mailWaits, a.errw = []time.Duration{1}, calmer{t, m}
	if code := m.sends(t, a, dir, "opensesame"); code != 0 || out.String() != "lead@larkspur.example: delivered, at attempt 2\n" {
		t.Errorf("exit code %d: %s", code, out.String())
	}
	if n := len(m.inbox(t).Messages); n != 1 {
		t.Errorf("%d mails arrived", n)
	}
}
