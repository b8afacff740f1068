package report_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdproto "github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"breachwindow/detect"
)

// The page in a real browser. Set BREACHWINDOW_SCREENSHOTS to a folder to look at it there.

// browser starts a Chromium, or skips where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium and no google-chrome in PATH: the page is NOT TESTED in a browser")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
	}
	if os.Geteuid() == 0 { // it refuses to run as root inside its sandbox
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// complaints are what a page must not do: request, log an error, throw.
type complaints struct {
	sync.Mutex
	all []string
}

func (c *complaints) add(format string, args ...any) {
	c.Lock()
	defer c.Unlock()
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func (c *complaints) listen(ctx context.Context, page string) error {
	return chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if e.Request.URL != page && !strings.HasPrefix(e.Request.URL, "data:") {
				c.add("request of %s", e.Request.URL)
			}
		case *log.EventEntryAdded:
			c.add("%s: %s", e.Entry.Level, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			c.add("console %s", e.Type)
		case *runtime.EventExceptionThrown:
			c.add("exception: %s", e.ExceptionDetails.Text)
		case *cdp.EventJavascriptDialogOpening:
			c.add("dialog: %s", e.Message)
		}
	})
}

// open writes a page to a file and opens it there, as from a mail.
func open(ctx context.Context, t *testing.T, r *detect.Result, c *complaints, width int64) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(name, []byte(page(t, r)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.listen(ctx, "file://"+name); err != nil {
		t.Fatal(err)
	}
	call(ctx, t, network.Enable, network.EnableParams{})
	call(ctx, t, log.Enable, cdproto.Empty{})
	run(ctx, t, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+name),
		chromedp.WaitReady(chromedp.CSS("form.tools:not([hidden])")))
}

func run(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// call runs a command of the browser's protocol.
func call[P, R any](ctx context.Context, t *testing.T, command cdproto.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		t.Fatal(err)
	}
}

// value asks the page.
func value[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestBrowser(t *testing.T) {
	ctx := browser(t)
	for _, c := range []struct {
		name string
		make func(testing.TB) *detect.Result
	}{
		{"sample", sample},
		{"nasty", nasty},
		{"large", large},
		{"empty", func(testing.TB) *detect.Result { return &detect.Result{Schema: 1} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab, cancel := chromedp.NewContext(ctx)
			defer cancel()
			wrong := &complaints{}
			open(tab, t, c.make(t), wrong, 1280)
			t.Log(value[string](tab, t, `(() => {
				const n = performance.getEntriesByType("navigation")[0];
				const p = performance.getEntriesByName("first-contentful-paint")[0];
				return "parsed after " + Math.round(n.domContentLoadedEventEnd) + " ms, loaded after " +
					Math.round(n.loadEventEnd) + " ms, painted after " + Math.round(p?.startTime) + " ms, " +
					document.querySelectorAll("*").length + " elements";
			})()`))
			for _, width := range []int64{1280, 768, 375, 320} {
				run(tab, t, chromedp.EmulateViewport(width, 800))
				if got := value[int64](tab, t, `document.documentElement.scrollWidth`); got > width {
					t.Errorf("at %d pixels the page is %d wide: %s", width, got, value[string](tab, t, tooWide))
				}
			}
			filterWorks(tab, t)
			screenshots(tab, t, c.name)
			wrong.Lock()
			defer wrong.Unlock()
			for _, w := range wrong.all {
				t.Error(w)
			}
		})
	}
}

// tooWide names the elements that pass the page's edge.
const tooWide = `[...document.querySelectorAll("body *")].filter((e) =>
	e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map((e) =>
	e.localName + "." + e.className + " " + e.textContent.slice(0, 40)).join("; ")`

// filterWorks holds that the filter shows what fits and nothing else, and that clearing shows all.
func filterWorks(ctx context.Context, t *testing.T) {
	t.Helper()
	const shown = `[...document.querySelectorAll("details.f:not(.out)")].length`
	all := value[int](ctx, t, shown)
	fits := value[int](ctx, t, `[...document.querySelectorAll("details.f")].filter((f) =>
		f.textContent.toLowerCase().includes("indicator")).length`)
	set := func(name, text string) int {
		return value[int](ctx, t, fmt.Sprintf(`new Promise((done) => {
			const form = document.querySelector("form.tools");
			form.elements.%s.value = %q;
			form.elements.%s.dispatchEvent(new Event("input", {bubbles: true}));
			setTimeout(() => done(%s), 200); // the filter waits for 120
		})`, name, text, name, shown))
	}
	if got := set("text", "INDICATOR"); got != fits {
		t.Errorf("the filter shows %d of %d findings that fit", got, fits)
	}
	if got := set("text", "no-such-text-anywhere"); got != 0 {
		t.Errorf("the filter shows %d findings that do not fit", got)
	}
	set("text", "")
	high := value[int](ctx, t, `document.querySelectorAll("details.f[data-level=critical]").length`)
	if got := set("level", "critical"); got != high {
		t.Errorf("%d critical findings are shown, want %d", got, high)
	}
	if got := set("level", ""); got != all {
		t.Errorf("%d findings are shown when the filter is empty, want %d", got, all)
	}
}

// Without its script the page can be read: nothing but the filter is missing.
func TestBrowserWithoutScript(t *testing.T) {
	ctx := browser(t)
	name := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(name, []byte(page(t, sample(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	call(ctx, t, emulation.SetScriptExecutionDisabled, off)
	run(ctx, t, chromedp.Navigate("file://"+name))
	off.Value = false // to ask the page
	call(ctx, t, emulation.SetScriptExecutionDisabled, off)
	text := value[string](ctx, t, `document.body.innerText`)
	for _, want := range []string{"What to do now", sample(t).Secrets[0].Because[0], "178.249.214.10"} {
		if !strings.Contains(text, want) {
			t.Errorf("without a script the page does not show %q", want)
		}
	}
	if !value[bool](ctx, t, `document.querySelector("form.tools").hidden`) {
		t.Error("the filter is shown though its script did not run")
	}
}

// screenshots saves what a person looks at: wide and narrow, light and dark, and on paper.
func screenshots(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 375} {
			call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			run(ctx, t, chromedp.EmulateViewport(width, 900))
			shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			save(t, dir, fmt.Sprintf("%s-%s-%d.png", name, scheme, width), shot)
		}
	}
	paper, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	save(t, dir, name+".pdf", paper)
}

func save(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
