package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// about adds to an error which submission it is about; an error may be about several.
func about(ref string, err error) error { return aboutError{refs: []string{ref}, error: err} }

type aboutError struct {
	refs []string
	at   string // a URL of the server, where there is no ref to show
	error
}

// ref is the submission that an error is about, if it is about one.
func (e aboutError) ref() string {
	if len(e.refs) != 1 {
		return ""
	}
	return e.refs[0]
}

func (e aboutError) Unwrap() error { return e.error }

// server is a URL of the server that an error came from, "" for the one of the flags.
func (e aboutError) server() string {
	if e.at != "" {
		return e.at
	}
	return e.ref()
}

// report writes an error for a person, or for a program if that is the output,
// and returns the exit code.
func (a *app) report(c *cli.Command, err error) int {
	code := exitCode(err)
	var shown outcome
	switch {
	case errors.As(err, &shown):
	case c != nil && c.String("output") == "json":
		a.reportJSON(code, err)
	default:
		a.reportText(c, code, err)
	}
	return code
}

// failure is an error for programs.
type failure struct {
	Kind    string           `json:"kind"`
	Ref     string           `json:"ref,omitempty"`
	Message string           `json:"message"`
	Errors  []api.FieldError `json:"errors,omitempty"`
}

func (a *app) reportJSON(code int, err error) {
	f := failure{Kind: kinds[code], Message: plain(err)}
	var where aboutError
	if errors.As(err, &where) {
		f.Ref = where.ref()
	}
	var problem *client.ProblemError
	if errors.As(err, &problem) {
		f.Errors = problem.Problem.Errors
	}
	encodeJSON(a.stderr, map[string]failure{"error": f})
}

func (a *app) reportText(c *cli.Command, code int, err error) {
	width := a.width(a.stderr)
	p := colours(a.getenv, width)
	if width == 0 {
		width = unbounded
	}
	fmt.Fprintf(a.stderr, "%s%s\n", p.alarm("cfs:"), strings.TrimPrefix(wrap("cfs: "+clean(explain(c, code, err)), width), "cfs:"))
	var problem *client.ProblemError
	if errors.As(err, &problem) {
		writeFields(a.stderr, problem.Problem.Errors, errors.As(err, new(flagsError)))
	}
	if h := hint(c, code, err); h != "" {
		fmt.Fprintln(a.stderr, p.faint(wrap(clean(h), width)))
	}
}

// writeFields lists what is wrong with a submission, field by field: by the flags,
// if those described it, and else by JSON pointers.
func writeFields(w io.Writer, fields []api.FieldError, byFlags bool) {
	longest := 0
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Pointer
		if byFlags {
			names[i] = flagOf(f.Pointer)
		}
		longest = min(30, max(longest, len(names[i])))
	}
	for i, f := range fields {
		fmt.Fprintf(w, "  %-*s  %s\n", longest, clean(names[i]), clean(f.Detail))
	}
}

// explain is an error in one line.
func explain(c *cli.Command, code int, err error) string {
	var where aboutError
	of := ""
	if errors.As(err, &where) && where.ref() != "" {
		of = " " + idOf(where.ref())
	}
	var problem *client.ProblemError
	var unreachable *client.UnreachableError
	switch {
	case errors.Is(err, client.ErrReference):
		return fmt.Sprintf("%q is neither an id nor a status URL", where.ref())
	case errors.Is(err, client.ErrGone):
		return "the talk" + of + " has expired"
	case errors.Is(err, client.ErrNotFinished):
		return "the talk" + of + " is not finished yet"
	case errors.Is(err, client.ErrNoResult):
		return "the talk" + of + " has no result"
	case refused(err) && errors.As(err, &unreachable):
		return fmt.Sprintf("nothing listens at %s: connection refused, tried %s", host(c, where.server()), times(unreachable.Attempts))
	case errors.Is(err, client.ErrNotFound) && where.server() != "": // else it was a submit
		return "there is no talk" + of + " at " + host(c, where.server())
	case errors.As(err, &unreachable):
		return fmt.Sprintf("cannot reach %s: %s, tried %s", host(c, where.server()), rootCause(err), times(unreachable.Attempts))
	case errors.As(err, &problem):
		answer := strings.TrimSpace(fmt.Sprintf("%s answers %d %s", host(c, where.server()), problem.StatusCode, problem.Problem.Title))
		if problem.Problem.Detail != "" {
			answer += ": " + problem.Problem.Detail
		}
		return answer
	case code == exitPending:
		return fmt.Sprintf("not finished within %v", c.Duration("timeout"))
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	return plain(err)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// plain is an error's text without the name of the package it comes from.
func plain(err error) string { return strings.ReplaceAll(err.Error(), "client: ", "") }

// hint says what to do about an error, where there is something.
func hint(c *cli.Command, code int, err error) string {
	var untrusted *client.UntrustedError
	var where aboutError
	switch {
	case errors.As(err, &untrusted) && strings.HasPrefix(untrusted.Origin, "http"):
		return "If that origin is right, say so: --trust " + untrusted.Origin
	case code == exitUsage && !errors.As(err, new(fileError)):
		return "See cfs --help."
	case errors.As(err, new(keptError)):
		return "What came so far is kept, and the same command goes on from there."
	case code == exitUnreachable:
		return notRunning(c, "")
	case unfinished(code) && errors.As(err, &where) && len(where.refs) == 1:
		return "It goes on without you. Look again with: cfs watch " + where.refs[0]
	case unfinished(code) && errors.As(err, &where) && len(where.refs) > 1:
		return "They go on without you. Look again with: cfs watch " + strings.Join(where.refs, " ")
	}
	return ""
}

// notRunning is what to do where nothing answers and the server was not named.
func notRunning(c *cli.Command, ref string) string {
	if server(c, ref) != defaultURL {
		return ""
	}
	return "Is it running? Another server is named with --url or CFS_URL."
}

// shortError is the short form of why there was no answer.
func shortError(err error) string {
	var problem *client.ProblemError
	switch {
	case errors.As(err, &problem):
		return fmt.Sprintf("%d %s", problem.StatusCode, clean(problem.Problem.Title))
	case refused(err):
		return "connection refused"
	}
	return "no answer (" + clean(rootCause(err)) + ")"
}

// refused reports whether no program listens where a request went.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// host is the server's name for messages, without what could be secret.
func host(c *cli.Command, ref string) string {
	u, err := url.Parse(server(c, ref))
	if err != nil {
		return "the server"
	}
	return u.Scheme + "://" + u.Host
}

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
	case errors.As(err, new(refusedError)):
		return exitRefused
	case errors.As(err, &failed), errors.As(err, &canceled):
		return exitFailed
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, client.ErrNotFinished):
		return exitPending
	case errors.Is(err, client.ErrNoResult):
		return exitNotFound
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
	case api.Transient(p.StatusCode):
		return exitUnreachable
	}
	return exitRefused
}

// severity orders the codes by how much they need a person.
var severity = []int{
	exitOK, exitRejected, exitPending, exitFailed, exitNotFound, exitRefused, exitUnreachable, exitUnexpected, exitUsage, exitInterrupted,
}

// worse is the one of two codes that a program that did several things ends with.
func worse(a, b int) int {
	if slices.Index(severity, a) > slices.Index(severity, b) {
		return a
	}
	return b
}

// rootCause says why a connection did not work, in a few words.
func rootCause(err error) string {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &dns):
		return "no such host: " + dns.Name
	case refused(err):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	}
	return err.Error()
}
