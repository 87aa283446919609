// Package local runs a job as one process: the functions that AWS Lambda runs,
// behind an HTTP front that stands for API Gateway, the same state machine on a
// durable engine, and everything kept in one folder.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"example.org/asynchttpapi/async"
)

// Exit statuses.
const (
	exitOK       = 0
	exitFailed   = 1 // it broke down after it was ready
	exitNotBegun = 2 // it could not start as asked
)

// Option changes what is served.
type Option func(*Options)

// WithPage puts a page for people in front of the API: page returns a handler
// that leaves requests which are not the page's to next.
func WithPage(page func(next http.Handler) (http.Handler, error)) Option {
	return func(o *Options) { o.Page = page }
}

// WithOpenAPI serves the description of the API, an OpenAPI document in YAML, and
// a page that shows it.
func WithOpenAPI(description []byte) Option {
	return func(o *Options) { o.OpenAPI = description }
}

// Setting is a setting of the job's own: a flag, and an environment variable with
// the same meaning. The flag wins.
type Setting struct{ Flag, Env, Default, Usage string }

// Main serves the job with the process's arguments and environment, and ends the
// process.
func Main(job async.Definition, options ...Option) {
	MainFunc(func(func(string) string) (async.Definition, error) { return job, nil }, nil, options...)
}

// MainFunc is Main for a job that has settings of its own. newJob returns the job
// of their values, by flag; its error is one of what the user has set.
func MainFunc(newJob func(value func(flag string) string) (async.Definition, error), settings []Setting, options ...Option) {
	p := program{newJob: newJob, settings: settings, lookupEnv: os.LookupEnv, stdout: os.Stdout, stderr: os.Stderr}
	for _, option := range options {
		option(&p.options)
	}
	// The first signal asks for an orderly end; the second one, no longer
	// caught, ends the process at once.
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release)
	os.Exit(p.run(ctx, os.Args[1:]))
}

// program is Main without the process around it.
type program struct {
	newJob         func(value func(flag string) string) (async.Definition, error)
	settings       []Setting
	options        Options
	lookupEnv      func(string) (string, bool)
	stdout, stderr io.Writer
}

// run returns the exit status.
func (p program) run(ctx context.Context, args []string) int {
	err := p.serve(ctx, args)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(p.stderr, "local: "+oneLine(err))
	if errors.As(err, new(startError)) {
		return exitNotBegun
	}
	return exitFailed
}

func (p program) serve(ctx context.Context, args []string) error {
	settings, err := parseSettings(args, p.lookupEnv, p.settings, p.stdout)
	if errors.Is(err, errHelp) {
		return nil
	}
	if err != nil {
		return notBegun(err)
	}
	if settings.Backup != "" {
		return backup(ctx, settings.Data, settings.Backup)
	}
	job, err := p.newJob(func(flag string) string { return settings.Own[flag] })
	if err != nil {
		return notBegun(err)
	}
	s := system{Settings: settings, job: job, options: p.options, ready: p.stdout, logs: p.stderr}
	return s.run(ctx)
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
