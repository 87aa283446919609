// Package server is the command stepfunctions: its settings, the state machines
// of a template, and the process around an engine.
package server

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit statuses: 2 says that it could not start and that starting it again
// the same way will not help.
const (
	exitFailed  = 1
	exitRefused = 2
)

// Main runs the command and ends the process.
func Main() {
	// The second signal, no longer caught, ends the process at once.
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// fail writes the one line that says why the program ends.
func fail(stderr interface{ Write([]byte) (int, error) }, status int, err error) int {
	fmt.Fprintln(stderr, "stepfunctions:", strings.ReplaceAll(err.Error(), "\n", " "))
	return status
}
