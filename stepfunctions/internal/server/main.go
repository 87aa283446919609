// Package server is the command stepfunctions: its settings, the state machines
// of a template, and the process around an engine.
package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"example.org/asynchttpapi/internal/progress"
	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/internal/starting"
	"example.org/asynchttpapi/stepfunctions/internal/console"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
	"example.org/asynchttpapi/stepfunctions/internal/lambdainvoke"
	"example.org/asynchttpapi/stepfunctions/internal/wire"
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
func fail(stderr io.Writer, status int, err error) int {
	fmt.Fprintln(stderr, "stepfunctions:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return status
}

// stopWithin bounds how long running requests and functions may take when the
// program gets a signal to stop. What is cut off goes on at the next start.
const stopWithin = 10 * time.Second

// run is the program: it serves until ctx ends, and returns its exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s, err := readSettings(args, getenv, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return fail(stderr, exitRefused, err)
	}
	if s.backup != "" {
		if err := sqlite.Backup(ctx, s.data, s.backup, journal.Schema); err != nil {
			return fail(stderr, exitFailed, err)
		}
		return 0
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	mocks, err := readMocks(s)
	if err != nil {
		return fail(stderr, exitRefused, err)
	}
	machines, err := readMachines(s, mocks, log)
	if err != nil {
		return fail(stderr, exitRefused, err)
	}
	if s.writeMocks != "" {
		if err := machines.writeMocks(s.writeMocks); err != nil {
			return fail(stderr, exitRefused, err)
		}
		fmt.Fprintf(stderr, "wrote %s: fill in its responses, and start with -mock %[1]s\n", s.writeMocks)
		return 0
	}
	return s.operate(ctx, machines, log, stdout, stderr)
}

// operate opens everything and serves until ctx ends.
func (s settings) operate(ctx context.Context, machines *machines, log *slog.Logger, stdout, stderr io.Writer) (status int) {
	lambda, err := lambdainvoke.New(s.lambda)
	if err != nil {
		return fail(stderr, exitRefused, err)
	}
	defer lambda.Close()
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fail(stderr, exitRefused, fmt.Errorf("cannot listen on %s: %w; -addr or the variable STEPFUNCTIONS_ADDR chooses another, and its port 0 a free one", s.addr, cause(err)))
	}
	w := newWeb(listener, log)
	defer w.close()
	db, err := sqlite.OpenReporting(s.data, progress.Log(log, time.Now, "checking the data folder"), journal.Schema)
	if err != nil {
		return fail(stderr, exitRefused, err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			status = max(status, fail(stderr, exitFailed, err))
		}
	}()
	db.OnFailure(func(err error) { log.Error("data folder failed", slog.Any("error", err)) })
	if err := ignoreFolder(s.data); err != nil {
		log.Warn("the data folder got no .gitignore", slog.Any("error", err))
	}
	observer := machines.observer(log)
	e := engine.New(engine.Config{
		Journal: journal.New(db), Progress: db.Progress(), Invoker: lambda, Log: log, Region: s.region, Account: s.account,
		Integrations: machines.mocks.integrations(s), TimeScale: s.scale, Observe: observer.observe, ObserveEvents: s.verbose,
	})
	observer.engine = e
	if err := e.Start(ctx); err != nil {
		return fail(stderr, exitRefused, fmt.Errorf("data folder %s: %w", s.data, err))
	}
	if err := machines.deploy(ctx, e, log); err != nil {
		status = fail(stderr, exitRefused, err)
	} else {
		if machines.mocks.callFunctions(e.StateMachines()) {
			checkEndpoint(s.lambda, log)
		}
		fmt.Fprintf(stderr, "see what runs: http://%s/\n", listener.Addr())
		suggest(stderr, listener.Addr(), s.region, e.StateMachines())
		stopWatching := machines.watchInBackground(ctx, s, e, log)
		if err := w.serve(ctx, wire.Guard(console.New(e, wire.NewHandler(e, log), log), s.hostNames(), log), stdout); err != nil {
			status = fail(stderr, exitFailed, err)
		}
		stopWatching()
	}
	if err := closeEngine(e); err != nil {
		log.Warn("functions were cut off and will run again", slog.Any("error", err))
	}
	return status
}

// notReady is what requests get before the program is ready. Clients take it
// for an error that passes, and repeat them.
const notReady = `{"__type":"ServiceUnavailable","message":"The program is starting: it is not ready yet"}`

// web is the server on the port, which answers from the start.
type web struct {
	listener net.Listener
	log      *slog.Logger
	gate     *starting.Gate
	server   *http.Server
	ended    chan error
}

func newWeb(listener net.Listener, log *slog.Logger) *web {
	w := &web{listener: listener, log: log, gate: starting.NewGate("application/x-amz-json-1.0", notReady), ended: make(chan error, 1)}
	w.server = &http.Server{Handler: w.gate, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	wire.SetTimeouts(w.server)
	go func() { w.ended <- w.server.Serve(listener) }()
	return w
}

// close ends a server that may have served nothing.
func (w *web) close() { _ = w.server.Close() }

// serve says where it is ready, and serves until ctx ends.
func (w *web) serve(ctx context.Context, handler http.Handler, stdout io.Writer) error {
	w.gate.Open(handler)
	fmt.Fprintf(stdout, "ready http://%s\n", w.listener.Addr())
	select {
	case err := <-w.ended:
		return err
	case <-ctx.Done():
	}
	bounded, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := w.server.Shutdown(bounded); err != nil {
		w.log.Warn("requests were cut off", slog.Any("error", err))
		return w.server.Close()
	}
	return nil
}

func closeEngine(e *engine.Engine) error {
	bounded, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	return e.Close(bounded)
}

// cause takes the address, which the message has already, out of a network error.
func cause(err error) error {
	if failed := (*net.OpError)(nil); errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
