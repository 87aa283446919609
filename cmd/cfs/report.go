package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// about adds to an error which submission it is about.
func about(ref string, err error) error { return aboutError{ref, err} }

type aboutError struct {
	ref string
	error
}

func (e aboutError) Unwrap() error { return e.error }

// report tells an error to a person, or to a program if that is the output,
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
		f.Ref = where.ref
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
		width = 1 << 20 // a pipe has no width to wrap to
	}
	fmt.Fprintf(a.stderr, "%s%s\n", p.alarm("cfs:"), strings.TrimPrefix(wrap("cfs: "+clean(explain(c, code, err)), width), "cfs:"))
	var problem *client.ProblemError
	if errors.As(err, &problem) {
		writeFields(a.stderr, problem.Problem.Errors)
	}
	if h := hint(c, code, err); h != "" {
		fmt.Fprintln(a.stderr, p.faint(wrap(clean(h), width)))
	}
}

// writeFields lists what is wrong with a submission, field by field.
func writeFields(w io.Writer, fields []api.FieldError) {
	longest := 0
	for _, f := range fields {
		longest = min(30, max(longest, len(f.Pointer)))
	}
	for _, f := range fields {
		fmt.Fprintf(w, "  %-*s  %s\n", longest, clean(f.Pointer), clean(f.Detail))
	}
}

// explain is an error in one line.
func explain(c *cli.Command, code int, err error) string {
	var where aboutError
	of := ""
	if errors.As(err, &where) {
		of = " " + idOf(where.ref)
	}
	var problem *client.ProblemError
	var unreachable *client.UnreachableError
	switch {
	case errors.Is(err, client.ErrReference):
		return fmt.Sprintf("%q is neither an id nor a status URL", where.ref)
	case errors.Is(err, client.ErrGone):
		return "the talk" + of + " has expired"
	case errors.Is(err, client.ErrNotFound):
		return "there is no talk" + of + " at " + host(c, where.ref)
	case errors.As(err, &unreachable):
		return fmt.Sprintf("cannot reach %s: %s, tried %s", host(c, where.ref), rootCause(err), times(unreachable.Attempts))
	case errors.As(err, &problem):
		return fmt.Sprintf("%s answers %d %s: %s", host(c, where.ref), problem.StatusCode, problem.Problem.Title, problem.Problem.Detail)
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
	case errors.As(err, &untrusted):
		return "If that origin is right, say so: --trust " + untrusted.Origin
	case code == exitUsage && !errors.As(err, new(fileError)):
		return "See cfs --help."
	case code == exitUnreachable && server(c, "") == defaultURL:
		return "Is it running? Another server is named with --url or CFS_URL."
	case (code == exitPending || code == exitInterrupted) && errors.As(err, &where):
		return "It goes on without you. Look again with: cfs watch " + where.ref
	}
	return ""
}

// host is the server's name for messages, without what could be secret.
func host(c *cli.Command, ref string) string {
	u, err := url.Parse(server(c, ref))
	if err != nil {
		return "the server"
	}
	return u.Scheme + "://" + u.Host
}
