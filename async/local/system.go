package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/internal/starting"
	"example.org/asynchttpapi/speakers"
	"example.org/asynchttpapi/statemachine"
	"example.org/asynchttpapi/stepfunctions"
)

// System is everything that runs. Tests share it with main, so that they test
// the wiring as well.
type System struct {
	Settings
	// Ready gets one line, "ready http://HOST:PORT", once requests are accepted.
	Ready io.Writer
	// Log gets the log lines.
	Log io.Writer
}

// Run serves until ctx ends, then finishes the requests in hand and returns
// nil. A startError says why it could not start as asked; any other error
// that it broke down.
func (s *System) Run(ctx context.Context) (err error) {
	if s.Backup != "" {
		return database.Backup(ctx, s.Data, s.Backup, stepfunctions.JournalSchema, sqlite.Schema)
	}
	log := s.logger()
	doors, err := s.listen()
	if err != nil {
		return notBegun(err)
	}
	defer doors.close()
	ready := doors.answerMeanwhile()
	defer ready()
	db, err := openData(s.Data, log)
	if err != nil {
		return notBegun(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.OnFailure(func(err error) { log.Error("data folder failed", "error", err.Error()) })
	w, err := newWorld(s.Settings, db, doors, log)
	if err != nil {
		return notBegun(err)
	}
	defer w.close()
	if err := w.start(ctx); err != nil && ctx.Err() == nil {
		return notBegun(err)
	}
	s.warn(doors, log)
	ready()
	return s.serve(ctx, doors, w)
}

// openData opens the database of a data folder, for submissions and executions.
func openData(dir string, log *slog.Logger) (*database.DB, error) {
	report := starting.Progress(log, time.Now, "checking the data folder")
	return database.OpenReporting(dir, report, stepfunctions.JournalSchema, sqlite.Schema)
}

// apiServer is API Gateway's place, with what people see in front.
func (w *world) apiServer() *http.Server {
	server := apigateway.NewServer(w.api)
	server.Handler = w.front
	return server
}

func stepFunctionsServer(w *world) *http.Server {
	server := &http.Server{Handler: w.stepFunctions, ErrorLog: slog.NewLogLogger(w.log.Handler(), slog.LevelWarn)}
	stepfunctions.SetTimeouts(server)
	return server
}

// warn tells of settings that are possible and hardly meant. It is called when
// nothing can go wrong any more: what cannot start says why in one line.
func (s *System) warn(d *doors, log *slog.Logger) {
	if d.stepFunctionsTaken {
		log.Warn("the Step Functions endpoint is off, its default address is taken; choose another with -stepfunctions-addr",
			"addr", s.StepFunctionsAddr)
	}
	if s.BaseURL == "" && isEverywhere(d.host) {
		log.Warn("other machines cannot follow Location; choose what it starts with by -base-url", "location", d.apiURL())
	}
	var longest time.Duration
	for _, stage := range speakers.Stages() {
		longest = max(longest, speakers.Simulated{}.Takes(stage))
	}
	if seconds := longest.Seconds() / s.Speed; seconds > statemachine.StageTimeout.Seconds() {
		log.Warn("at this speed stages last longer than their timeout, and submissions will fail",
			"speed", s.Speed, "stage_seconds", seconds, "timeout_seconds", statemachine.StageTimeout.Seconds())
	}
}

func (s *System) logger() *slog.Logger {
	if s.JSONLog {
		return slog.New(requestHandler{slog.NewJSONHandler(s.Log, nil)})
	}
	return slog.New(requestHandler{slog.NewTextHandler(s.Log, nil)})
}

// serve answers requests at every door until ctx ends or a door breaks.
func (s *System) serve(ctx context.Context, d *doors, w *world) error {
	var all group
	all.addContext(ctx)
	all.addSweeper(w.store, w.log)
	all.addServer(w.apiServer(), d.api)
	if d.stepFunctions != nil {
		all.addServer(stepFunctionsServer(w), d.stepFunctions)
	}
	w.log.Info("serving", "api", d.apiURL(), "stepfunctions", d.stepFunctionsURL(),
		"data", s.Data, "review", s.Review, "speed", fmt.Sprint(s.Speed)) // JSON has no infinity
	fmt.Fprintln(s.Ready, "ready", d.apiURL())
	defer context.AfterFunc(ctx, func() {
		w.log.Info("stopping: requests in hand are finished; interrupt again to stop at once")
	})()
	return all.run()
}
