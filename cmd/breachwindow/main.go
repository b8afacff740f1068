// Command breachwindow answers, for every secret that a breached vendor held: was it used between
// the start of the breach and its rotation, by whom, from where, for what; is it really dead; and
// what can the logs not tell?
//
// It loads CircleCI, CloudTrail and GitHub logs into a DuckDB file, joins them with the inventory
// of exposed secrets, runs detections written in SQL and prints a verdict per secret.
//
// # Exit codes
//
// The same for every format: 0 nothing found, 1 error, 2 usage, 3 at least one secret is
// compromised or suspicious, 4 only unknown verdicts stand in the way of an all-clear, 75 another
// run holds the case. Of verify: 3 something was changed, is missing or was added, 4 something
// could not be checked. Of diff: 3 there is more to say of the secrets, 4 the logs tell less than
// before.
//
// # Limitations
//
// A log that is not at hand proves nothing: a secret is cleared only where the logs could have
// shown a use and cover its whole window.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)   // a second signal ends a program that does not
	signal.Ignore(syscall.SIGPIPE) // the write's error says so too, and temporary files are removed
	a := &app{
		in: os.Stdin, out: os.Stdout, errw: os.Stderr, getenv: os.Getenv,
		terminal: terminalOf(os.Stdout), bars: isTerminal(os.Stderr), now: time.Now,
	}
	code := a.main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
