package main

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"example.org/asynchttpapi/client"
)

// The exit codes are for scripts and documented: they never change meaning.
const (
	exitOK          = 0
	exitUnexpected  = 1
	exitUsage       = 2
	exitRejected    = 3
	exitFailed      = 4
	exitNotFound    = 5
	exitUnreachable = 6
	exitRefused     = 7
	exitPending     = 8
	exitInterrupted = 130 // 128 + SIGINT, as shells have it
)

// kinds name the exit codes in JSON.
var kinds = map[int]string{
	exitUnexpected: "unexpected", exitUsage: "usage", exitRejected: "rejected", exitFailed: "failed", exitNotFound: "notFound",
	exitUnreachable: "unreachable", exitRefused: "refused", exitPending: "pending", exitInterrupted: "interrupted",
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// fileError is a mistake in a file that was named.
type fileError struct{ error }

func (e fileError) Unwrap() error { return e.error }

// outcome ends the program with a code when everything worked and has been
// shown.
type outcome int

func (outcome) Error() string { return "" }

func exitCode(err error) int {
	var (
		code        outcome
		usage       usageError
		file        fileError
		failed      *client.FailedError
		canceled    *client.CanceledError
		unreachable *client.UnreachableError
		problem     *client.ProblemError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage), errors.As(err, &file), errors.Is(err, client.ErrReference):
		return exitUsage
	case errors.As(err, &failed), errors.As(err, &canceled):
		return exitFailed
	case errors.Is(err, context.DeadlineExceeded):
		return exitPending
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &unreachable):
		return exitUnreachable
	case errors.As(err, &problem):
		return problemCode(problem)
	}
	return exitUnexpected
}

func problemCode(p *client.ProblemError) int {
	switch {
	case errors.Is(p, client.ErrNotFound), errors.Is(p, client.ErrGone):
		return exitNotFound
	case p.StatusCode == http.StatusTooManyRequests, p.StatusCode >= 500:
		return exitUnreachable
	}
	return exitRefused
}

// severity orders the codes by how much they need a person.
var severity = []int{
	exitOK, exitRejected, exitPending, exitFailed, exitNotFound, exitRefused, exitUnreachable, exitUnexpected, exitUsage, exitInterrupted,
}

// worse tells which of two codes a program that did several things ends with.
func worse(a, b int) int {
	if slices.Index(severity, a) > slices.Index(severity, b) {
		return a
	}
	return b
}
