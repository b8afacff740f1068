//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// exits CODE PROGRAM ARGS… runs a program and wants its exit code.
func scriptExits(ts *testscript.TestScript, args []string) {
	scriptCode(ts, args[1], args[0], ts.Exec(args[1], args[2:]...))
}

// interrupt SIGNAL FILE PROGRAM ARGS… runs a program, sends it a signal soon after the file is
// there, and waits for its end. It must not have ended before.
func scriptInterrupt(ts *testscript.TestScript, args []string) {
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "KILL": syscall.SIGKILL}
	cmd := scriptProcess(ts, args[2:])
	cmd.Stdout = ts.Stdout()
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // the signal must come while it runs
	for begun := false; !begun; {
		select {
		case err := <-ended:
			ts.Fatalf("it ended before the signal: %v", err)
		case <-time.After(50 * time.Millisecond):
			_, err := os.Stat(ts.MkAbs(args[1]))
			begun = err == nil
		}
	}
	time.Sleep(300 * time.Millisecond)
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	select {
	case err := <-ended:
		ts.Logf("ended: %v", err)
	case <-time.After(20 * time.Second):
		ts.Check(cmd.Process.Kill())
		ts.Fatalf("it still runs 20 seconds after the signal")
	}
}

// meanwhile CODE FILE PROGRAM CODE PROGRAM runs the second program while the first one, stopped soon
// after the file is there, is in the middle of its work. Both must end with their codes.
func scriptMeanwhile(ts *testscript.TestScript, args []string) {
	first := scriptProcess(ts, strings.Fields(args[2]))
	var stdout, stderr bytes.Buffer // two processes may not share the script's
	first.Stdout, first.Stderr = &stdout, &stderr
	ts.Check(first.Start())
	ended := make(chan error, 1)
	go func() { ended <- first.Wait() }()
	for begun := false; !begun; {
		select {
		case err := <-ended:
			ts.Fatalf("the first ended before its file was there: %v", err)
		case <-time.After(time.Millisecond):
			_, err := os.Stat(ts.MkAbs(args[1]))
			begun = err == nil
		}
	}
	time.Sleep(20 * time.Millisecond)
	select {
	case err := <-ended:
		ts.Fatalf("the first ended too soon: %v", err)
	default:
		ts.Check(first.Process.Signal(syscall.SIGSTOP))
	}
	second := scriptProcess(ts, strings.Fields(args[4]))
	second.Stdout = ts.Stdout()
	err := second.Run()
	ts.Check(first.Process.Signal(syscall.SIGCONT))
	firstErr := <-ended
	_, copied := stdout.WriteTo(ts.Stdout())
	ts.Check(copied)
	_, copied = stderr.WriteTo(ts.Stderr())
	ts.Check(copied)
	scriptCode(ts, "the second", args[3], err)
	scriptCode(ts, "the first", args[0], firstErr)
}

// scriptCode wants an exit code.
func scriptCode(ts *testscript.TestScript, who, want string, err error) {
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(code) != want {
		ts.Fatalf("%s: exit code %d, want %s", who, code, want)
	}
}

// closed-pipe PROGRAM ARGS… runs a program whose standard output nobody reads. It must end by
// itself and say nothing about it.
func scriptClosedPipe(ts *testscript.TestScript, args []string) {
	r, w, err := os.Pipe()
	ts.Check(err)
	ts.Check(r.Close())
	cmd := scriptProcess(ts, args)
	cmd.Stdout = w
	err = cmd.Run()
	ts.Check(w.Close())
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && !exit.Exited() {
		ts.Fatalf("it did not end by itself: %v", err)
	}
}

func scriptProcess(ts *testscript.TestScript, args []string) *exec.Cmd {
	path := ""
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, args[0])); err == nil {
			path = filepath.Join(dir, args[0])
			break
		}
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "TMPDIR="+ts.Getenv("TMPDIR"),
		"SMTP_PASSWORD="+ts.Getenv("SMTP_PASSWORD"))
	cmd.Stderr = ts.Stderr()
	return cmd
}
