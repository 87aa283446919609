package local

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/apidocs"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/stepfunctions"
)

// system is a Server behind its listeners. Tests share it with Main, so that they
// test the wiring as well.
type system struct {
	Settings
	job     async.Definition
	options Options
	// ready gets the lines of readyLines once requests are accepted.
	ready io.Writer
	// logs gets the log lines.
	logs io.Writer
}

// run serves until ctx ends, then finishes the requests in hand and returns
// nil. A startError says why it could not start as asked; any other error
// that it broke down.
func (s *system) run(ctx context.Context) (err error) {
	log := s.logger()
	l, err := s.listen()
	if err != nil {
		return notBegun(err)
	}
	defer l.close()
	ready := l.answerMeanwhile()
	defer ready()
	o := s.options
	o.Data, o.BaseURL, o.HostNames, o.Log = s.Data, cmp.Or(s.BaseURL, l.apiURL()), s.hostNames(), log
	o.FailureStatus, o.LogErrors = s.FailureStatus, s.LogErrors
	o.APIKeyHashes, o.OperatorKeyHashes = s.APIKeyHashes, s.OperatorKeyHashes
	server, err := New(ctx, s.job, o)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // interrupted before it was ready
	case err != nil:
		return notBegun(err)
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	s.warn(l, log)
	ready()
	return s.serve(ctx, l, server, log)
}

// apiServer is API Gateway's place, with what people see in front.
func apiServer(s *Server) *http.Server {
	server := apigateway.NewServer(s.gateway)
	server.Handler = s
	return server
}

func stepFunctionsServer(s *Server) *http.Server {
	server := &http.Server{Handler: s.StepFunctions(), ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	stepfunctions.SetTimeouts(server)
	return server
}

// warn is about settings that are possible and hardly meant. It is called when
// nothing can go wrong any more: what cannot start says why in one line.
func (s *system) warn(l *listeners, log *slog.Logger) {
	if l.stepFunctionsMoved {
		log.Warn("the default address of the Step Functions endpoint is taken; it is at another, and -"+stepFunctionsFlag+" chooses one",
			"addr", s.StepFunctionsAddr)
	}
	if s.BaseURL == "" && isEverywhere(l.host) {
		log.Warn("other machines cannot follow Location; choose what it starts with by -base-url", "location", l.apiURL())
	}
}

func (s *system) logger() *slog.Logger {
	if s.JSONLog {
		return slog.New(requestHandler{slog.NewJSONHandler(s.logs, nil)})
	}
	return slog.New(requestHandler{slog.NewTextHandler(s.logs, nil)})
}

// serve answers requests at every listener until ctx ends or a listener breaks.
func (s *system) serve(ctx context.Context, l *listeners, server *Server, log *slog.Logger) error {
	var all group
	all.addContext(ctx)
	all.addServer(apiServer(server), l.api)
	if l.stepFunctions != nil {
		all.addServer(stepFunctionsServer(server), l.stepFunctions)
	}
	log.Info("serving", append([]any{"api", l.apiURL(), "stepfunctions", l.stepFunctionsURL(), "data", s.Data}, s.logAttrs()...)...)
	_, _ = s.ready.Write(s.readyLines(l)) // one write: a reader may stop after the first line
	defer context.AfterFunc(ctx, func() {
		log.Info("stopping: requests in hand are finished; interrupt again to stop at once")
	})()
	return all.run()
}

// readyLines are "ready http://HOST:PORT", for programs, and what a person can
// try next.
func (s *system) readyLines(l *listeners) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, "ready", l.apiURL())
	if s.options.Page != nil {
		fmt.Fprintln(&b, "  page:           ", l.apiURL()+"/")
	}
	if s.options.OpenAPI != nil {
		fmt.Fprintln(&b, "  documentation:  ", l.apiURL()+apidocs.Path)
	}
	fmt.Fprintln(&b, "  Step Functions: ", l.stepFunctionsURL())
	if examples := s.job.Describe().Examples; len(examples) > 0 {
		fmt.Fprintf(&b, "  try:             curl -i -H 'Content-Type: application/json' -d '%s' %s\n",
			strings.ReplaceAll(string(examples[0]), "'", `'\''`), l.apiURL()+api.SubmitPath)
	}
	return b.Bytes()
}
