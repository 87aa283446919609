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

	"example.org/asynchttpapi/internal/sqlite"
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
	fmt.Fprintln(stderr, "stepfunctions:", strings.ReplaceAll(err.Error(), "\n", " "))
	return status
}

// stopWithin bounds how long requests and functions in hand may take when the
// program is told to stop. What is cut off goes on at the next start.
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
		return fail(stderr, exitRefused, fmt.Errorf("cannot listen on %s: %w", s.addr, cause(err)))
	}
	defer listener.Close()
	db, err := sqlite.Open(s.data, journal.Schema)
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
	e := engine.New(engine.Config{
		Journal: journal.New(db), Progress: db.Progress(), Invoker: lambda, Log: log, Region: s.region, Account: s.account,
		Integrations: machines.mocks.integrations(s), TimeScale: s.scale, Observe: machines.observer(log).observe, ObserveEvents: s.verbose,
	})
	if err := e.Start(ctx); err != nil {
		return fail(stderr, exitRefused, fmt.Errorf("data folder %s: %w", s.data, err))
	}
	if err := machines.deploy(ctx, e, log); err != nil {
		status = fail(stderr, exitRefused, err)
	} else {
		checkEndpoint(s.lambda, log)
		fmt.Fprintf(stderr, "see what runs: http://%s/\n", listener.Addr())
		suggest(stderr, listener.Addr(), s.region, e.StateMachines())
		stopWatching := machines.watchInBackground(ctx, s, e, log)
		if err := serve(ctx, listener, wire.Guard(console.New(e, wire.NewHandler(e, log), log), s.hostNames(), log), log, stdout); err != nil {
			status = fail(stderr, exitFailed, err)
		}
		stopWatching()
	}
	if err := closeEngine(e); err != nil {
		log.Warn("functions were cut off and will run again", slog.Any("error", err))
	}
	return status
}

// serve says where it is ready, and serves until ctx ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger, stdout io.Writer) error {
	server := &http.Server{Handler: handler, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	wire.SetTimeouts(server)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Fprintf(stdout, "ready http://%s\n", listener.Addr())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	bounded, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := server.Shutdown(bounded); err != nil {
		log.Warn("requests were cut off", slog.Any("error", err))
		return server.Close()
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
