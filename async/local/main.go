// Package local runs a job as one process: the functions that AWS Lambda runs,
// behind an HTTP front that stands for API Gateway, the same state machine on a
// durable engine, and everything kept in one folder.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit statuses.
const (
	exitOK       = 0
	exitFailed   = 1 // it broke down after it was ready
	exitNotBegun = 2 // it could not start as asked
)

// Main runs the command local with the process's arguments and environment, and
// ends the process.
func Main() {
	// The first signal asks for an orderly end; the second one, no longer
	// caught, ends the process at once.
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run is Main without the process around it. It returns the exit status.
func run(ctx context.Context, args []string, lookupEnv func(string) (string, bool), stdout, stderr io.Writer) int {
	settings, err := parseSettings(args, lookupEnv, stdout)
	if errors.Is(err, errHelp) {
		return exitOK
	}
	if err == nil {
		err = (&System{Settings: settings, Ready: stdout, Log: stderr}).Run(ctx)
	} else {
		err = notBegun(err)
	}
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "local: "+oneLine(err))
	if errors.As(err, new(startError)) {
		return exitNotBegun
	}
	return exitFailed
}

// startError is a reason why the system cannot start as it was asked to.
type startError struct{ error }

func (e startError) Unwrap() error { return e.error }

func notBegun(err error) error {
	if err == nil {
		return nil
	}
	return startError{err}
}

// oneLine is the error's text on one line, whatever it wraps.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
