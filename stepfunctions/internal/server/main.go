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
	"slices"
	"strings"
	"syscall"
	"time"

	"example.org/asynchttpapi/internal/hostguard"
	"example.org/asynchttpapi/internal/progress"
	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/internal/starting"
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
func fail(stderr interface{ Write([]byte) (int, error) }, status int, err error) int {
	fmt.Fprintln(stderr, "stepfunctions:", strings.ReplaceAll(err.Error(), "\n", " "))
	return status
}

// settings are what the program is told. Flags win over environment variables.
type settings struct {
	// addr is where the API is served; port 0 takes a free one.
	addr string
	// hosts are names of this machine that requests may be addressed to.
	hosts hostguard.Names
	// data is the folder that executions are kept in.
	data string
	// backup is the folder that the command backup makes; "" to serve.
	backup string
	// lambda is where functions are called.
	lambda string
	// region and account stand in every ARN.
	region, account string
	// template is the file whose state machines are made, "" for none;
	// parameters override the defaults of its parameters.
	template   string
	parameters parameters
}

// hostsVariable holds names for -allow-host, separated by commas.
const hostsVariable = "STEPFUNCTIONS_ALLOW_HOST"

// readSettings reads flags and environment. flag.ErrHelp means that help was
// asked for, and given.
func readSettings(args []string, getenv func(string) string, stderr io.Writer) (settings, error) {
	s := settings{parameters: parameters{}}
	flags := flag.NewFlagSet("stepfunctions", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	text := func(p *string, name, variable, fallback, usage string) {
		if v := getenv(variable); v != "" {
			fallback = v
		}
		flags.StringVar(p, name, fallback, usage+" ("+variable+")")
	}
	text(&s.addr, "addr", "STEPFUNCTIONS_ADDR", "127.0.0.1:8083", "address to serve the API on, port 0 takes a free one")
	text(&s.data, "data", "STEPFUNCTIONS_DATA", ".stepfunctions", "folder that state machines and executions are kept in")
	text(&s.lambda, "lambda-endpoint", "LAMBDA_ENDPOINT", "http://127.0.0.1:3001", "endpoint of the Lambda Invoke API, as sam local start-lambda serves it")
	text(&s.region, "region", "AWS_REGION", "us-east-1", "region in ARNs")
	text(&s.account, "account", "AWS_ACCOUNT_ID", "123456789012", "account in ARNs, 12 digits")
	text(&s.template, "template", "STEPFUNCTIONS_TEMPLATE", "", "SAM or CloudFormation template whose state machines are made at the start")
	flags.Var(&s.hosts, "allow-host", "`NAME` by which others reach this machine, beside its addresses; as often as needed, or separated by commas ("+hostsVariable+")")
	flags.Var(s.parameters, "parameter", "`NAME=VALUE` of a parameter of the template, as often as needed ("+parametersVariable+", separated by spaces)")
	if err := s.parameters.read(getenv(parametersVariable)); err != nil {
		return s, err
	}
	if v := getenv(hostsVariable); v != "" {
		if err := s.hosts.Set(v); err != nil {
			return s, fmt.Errorf("%s: %w", hostsVariable, err)
		}
	}
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stderr)
		flags.Usage()
		return s, err
	}
	if err != nil {
		return s, err
	}
	rest := flags.Args()
	if len(rest) > 0 && rest[0] == "backup" {
		if len(rest) != 2 || rest[1] == "" {
			return s, errors.New("backup needs one argument, the folder to make: stepfunctions -data FOLDER backup TO")
		}
		s.backup, rest = rest[1], nil
	}
	return s, s.check(rest)
}

// hostNames are the names that requests may be addressed to: those of
// -allow-host, and the one that the program was asked to listen on.
func (s settings) hostNames() []string {
	names := slices.Clone(s.hosts)
	if host, _, err := net.SplitHostPort(s.addr); err == nil && host != "" {
		names = append(names, host)
	}
	return names
}

func (s settings) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case s.data == "":
		return errors.New("-data must name a folder")
	case s.template == "" && len(s.parameters) > 0:
		return errors.New("-parameter is of no use without -template")
	case s.region == "" || strings.ContainsAny(s.region, ": /"):
		return fmt.Errorf("-region %q is not the name of a region", s.region)
	case len(s.account) != 12 || strings.Trim(s.account, "0123456789") != "":
		return fmt.Errorf("-account %q is not 12 digits", s.account)
	}
	return nil
}

// stopWithin bounds how long requests and functions in hand may take when the
// program is told to stop. What is cut off goes on at the next start.
const stopWithin = 10 * time.Second

// run is the program: it serves until ctx ends, and returns its exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) (status int) {
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
	machines, err := readMachines(s)
	if err != nil {
		return fail(stderr, exitRefused, err)
	}
	lambda, err := lambdainvoke.New(s.lambda)
	if err != nil {
		return fail(stderr, exitRefused, err)
	}
	defer lambda.Close()
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fail(stderr, exitRefused, fmt.Errorf("cannot listen on %s: %w", s.addr, cause(err)))
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
	e := engine.New(engine.Config{Journal: journal.New(db), Progress: db.Progress(), Invoker: lambda, Log: log, Region: s.region, Account: s.account})
	if err := e.Start(ctx); err != nil {
		return fail(stderr, exitRefused, fmt.Errorf("data folder %s: %w", s.data, err))
	}
	if err := machines.deploy(ctx, e, log); err != nil {
		status = fail(stderr, exitRefused, err)
	} else if err := w.serve(ctx, wire.Guard(wire.NewHandler(e, log), s.hostNames(), log), stdout); err != nil {
		status = fail(stderr, exitFailed, err)
	}
	if err := closeEngine(e); err != nil {
		log.Warn("functions were cut off and will run again", slog.Any("error", err))
	}
	return status
}

// notReady is what requests get before the program is ready. Clients take it
// for a fault that passes, and repeat them.
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
