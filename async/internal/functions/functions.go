// Package functions makes the handler of each of a service's functions. Both
// places, AWS and one machine, make theirs here, so that they run the same code.
package functions

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/async/internal/telemetry"
)

// Config is what the handlers need. Fields without a word about their zero value
// must be set.
type Config struct {
	// Job is not needed by NewStatus and NewResult, which use neutral messages
	// without one.
	Job   async.Definition
	Store async.Store
	// Workflows is needed by NewSubmit, NewCancel, NewCallback, NewReconcile and
	// by NewStage for a stage that waits. NewStatus compares overdue records with
	// it if it is not nil.
	Workflows async.Workflows
	// Results is needed where the job keeps large results.
	Results async.Results
	Settings
	// SendFile: see lambdahttp.Config.
	SendFile string
	// Ended is called by NewReconcile with each submission whose execution has
	// ended, as the list of completions has it, once or more often; nothing is if
	// nil. Its error has the event come again.
	Ended func(context.Context, api.Submission) error
	// Log is slog.Default if nil.
	Log *slog.Logger
	// Observer is called for every event after it is logged; nothing is if nil.
	Observer async.Observer

	// shared is the service of all functions of one process, which ends the runs
	// of a submission that it cancels.
	shared *async.Service
}

func (c Config) telemetry() telemetry.Writer {
	log := c.Log
	if log == nil {
		log = slog.Default()
	}
	return telemetry.Writer{Log: log, Stack: c.Stack, Function: c.Function, Version: c.Version, LogErrors: c.LogErrors}
}

func (c Config) service() (*async.Service, error) {
	if c.shared != nil {
		return c.shared, nil
	}
	var completions async.Completions
	if c.Completions {
		lists, ok := c.Store.(async.Completions)
		if !ok {
			return nil, fmt.Errorf("functions: the store %T cannot list completions", c.Store)
		}
		completions = lists
	}
	return async.New(async.Config{
		Job: c.Job, Store: c.Store, Workflows: c.Workflows, Results: c.Results, Completions: completions,
		BaseURL: c.BaseURL, Retention: c.Retention, Cancelable: c.Cancelable,
		MaxWait: c.MaxWait, MaxWaits: c.MaxWaits, WaitInterval: c.WaitInterval, Observer: c.observe,
	})
}

// observe logs an event, and calls Observer.
func (c Config) observe(ctx context.Context, e async.Event) {
	c.telemetry().Observe(ctx, e)
	if c.Observer != nil {
		c.Observer(ctx, e)
	}
}

// Shared returns c with one service for all functions that are made of it, and
// the service.
func (c Config) Shared() (Config, *async.Service, error) {
	service, err := c.service()
	c.shared = service
	return c, service, err
}

// NewSubmit returns the handler of the function submit.
func NewSubmit(c Config) (lambda.Handler, error) {
	return newHTTP(c, lambdahttp.Submit, c.Store, c.Workflows)
}

// NewStatus returns the handler of the function status. It hardly ever asks
// Workflows.
func NewStatus(c Config) (lambda.Handler, error) { return newHTTP(c, lambdahttp.Status, c.Store) }

// NewResult returns the handler of the function result.
func NewResult(c Config) (lambda.Handler, error) { return newHTTP(c, lambdahttp.Result, c.Store) }

// NewCancel returns the handler of the function cancel.
func NewCancel(c Config) (lambda.Handler, error) {
	c.Cancelable = true // or there would be no such function
	return newHTTP(c, lambdahttp.Cancel, c.Store, c.Workflows)
}

// NewCompletions returns the handler of the function completions.
func NewCompletions(c Config) (lambda.Handler, error) {
	return newHTTP(c, lambdahttp.Completions, c.Store)
}

// NewCallback returns the handler of the function callback.
func NewCallback(c Config) (lambda.Handler, error) {
	return newHTTP(c, lambdahttp.Callback, c.Store, c.Workflows)
}

func newHTTP(c Config, newFunc func(lambdahttp.Config) (lambdahttp.Func, error), calls ...any) (lambda.Handler, error) {
	service, err := c.service()
	if err != nil {
		return nil, err
	}
	w := c.telemetry()
	f, err := newFunc(lambdahttp.Config{
		Service: service, BaseURL: c.BaseURL, Origins: c.Origins, FailureStatus: c.FailureStatus, MaxBody: c.MaxBody,
		Keys: c.Keys, SendFile: c.SendFile, Log: w.Log, Failed: w.RequestFailed,
	})
	if err != nil {
		return nil, err
	}
	return handler{f, calls}, nil
}

// Names of the functions that are no route's; a stage's is its activity.
const (
	Fail       = "fail"
	Compensate = "compensate"
	Reconcile  = "reconcile"
)

// All returns the handlers of all functions of the job, by name. They share one
// service.
func All(c Config) (all map[string]lambda.Handler, err error) {
	if c, _, err = c.Shared(); err != nil {
		return nil, err
	}
	makers := map[string]func(Config) (lambda.Handler, error){
		lambdahttp.SubmitFunction: NewSubmit, lambdahttp.StatusFunction: NewStatus, lambdahttp.ResultFunction: NewResult,
		lambdahttp.CancelFunction: NewCancel, lambdahttp.CallbackFunction: NewCallback, lambdahttp.CompletionsFunction: NewCompletions, Fail: NewFail, Reconcile: NewReconcile,
	}
	job := c.Job.Describe()
	if job.Compensates {
		makers[Compensate] = NewCompensate
	}
	for _, stage := range job.Stages {
		makers[stage.Activity] = func(c Config) (lambda.Handler, error) { return NewStage(c, stage.Name) }
	}
	all = map[string]lambda.Handler{}
	for name, newHandler := range makers {
		h, err := newHandler(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = h
	}
	return all, nil
}
