// Package lambdamain has the main of each Lambda function of a job: its store,
// its workflows and its results are those of AWS, named by environment variables.
//
// Each function serves and does not return. Its twin whose name begins with New
// returns the handler instead, for a main that wraps it.
//
// A binary is linked with what its function needs: a function without a job has
// nothing of the job's, and an option adds an adapter.
package lambdamain

import (
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/eventbridge"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/s3url"
	"example.org/asynchttpapi/async/internal/sfn"
)

// Environment variables of functions, beside those of functions.SettingsFromEnv.
const (
	// envTable names the DynamoDB table.
	envTable = "TABLE_NAME"
	// envStateMachine is the state machine's ARN.
	envStateMachine = "STATE_MACHINE_ARN"
	// EnvResults names the S3 bucket of large results; there are none if it is
	// empty.
	EnvResults = "RESULTS_BUCKET"
	// envEventBus names the event bus that gets the ends of submissions; none are
	// put anywhere if it is empty.
	envEventBus = "EVENT_BUS"
)

// Option adds an adapter to a function that not every job's needs.
type Option func(*functions.Config) error

// WithWorkflows lets a stage that waits answer its own task. It needs
// STATE_MACHINE_ARN.
func WithWorkflows() Option { return withWorkflows }

func withWorkflows(c *functions.Config) error {
	workflows, err := sfn.New(os.Getenv, os.Getenv(envStateMachine))
	if err == nil {
		c.Workflows = workflows
	}
	return err
}

// WithObserver has a function call o for every event, after it is logged: package
// asyncotel makes spans of them. The call is part of the invocation.
func WithObserver(o async.Observer) Option {
	return func(c *functions.Config) error {
		c.Observer = o
		return nil
	}
}

// withResultURLs lets clients read large results, if there is a bucket of them.
func withResultURLs(c *functions.Config) error {
	bucket := os.Getenv(EnvResults)
	if bucket == "" {
		return nil
	}
	results, err := s3url.New(os.Getenv, bucket)
	if err == nil {
		c.Results = results
	}
	return err
}

// withEventBus has the ends of submissions put on an event bus, if one is named.
func withEventBus(c *functions.Config) error {
	name := os.Getenv(envEventBus)
	if name == "" {
		return nil
	}
	bus, err := eventbridge.New(os.Getenv, name, os.Getenv(envStateMachine))
	if err == nil {
		c.Ended = bus.Ended
	}
	return err
}

// Submit serves the function behind /api/submit.
func Submit(job async.Definition, options ...Option) { start(NewSubmit(job, options...)) }

// NewSubmit returns the handler of Submit.
func NewSubmit(job async.Definition, options ...Option) (lambda.Handler, error) {
	return newHandler(job, functions.NewSubmit, append(options, withWorkflows)...)
}

// Status serves the function behind /api/status/{id}, and paths that do not exist.
func Status(options ...Option) { start(NewStatus(options...)) }

// NewStatus returns the handler of Status.
func NewStatus(options ...Option) (lambda.Handler, error) {
	return newHandler(nil, functions.NewStatus, append(options, withWorkflows)...)
}

// Result serves the function behind /api/result/{id}. RESULTS_BUCKET names the
// bucket of large results.
func Result(options ...Option) { start(NewResult(options...)) }

// NewResult returns the handler of Result.
func NewResult(options ...Option) (lambda.Handler, error) {
	return newHandler(nil, functions.NewResult, append(options, withResultURLs)...)
}

// Completions serves the function behind /api/completions: what has ended, for
// polling triggers. It needs COMPLETIONS, as the function behind /api/submit
// does, and takes API_KEY_HASHES and OPERATOR_KEY_HASHES.
func Completions() { start(NewCompletions()) }

// NewCompletions returns the handler of Completions.
func NewCompletions() (lambda.Handler, error) { return newHandler(nil, functions.NewCompletions) }

// Cancel serves the function behind /api/cancel/{secret}.
func Cancel(job async.Definition, options ...Option) { start(NewCancel(job, options...)) }

// NewCancel returns the handler of Cancel.
func NewCancel(job async.Definition, options ...Option) (lambda.Handler, error) {
	return newHandler(job, functions.NewCancel, append(options, withWorkflows)...)
}

// Callback serves the function behind /api/callback/{secret}: the answers to
// stages that wait.
func Callback(job async.Definition, options ...Option) { start(NewCallback(job, options...)) }

// NewCallback returns the handler of Callback.
func NewCallback(job async.Definition, options ...Option) (lambda.Handler, error) {
	return newHandler(job, functions.NewCallback, append(options, withWorkflows)...)
}

// Stage serves the activity of a stage, by the name of either. A stage that
// waits needs WithWorkflows, one that writes large results InS3 of package
// lambdamain/results.
func Stage(job async.Definition, name string, options ...Option) {
	start(NewStage(job, name, options...))
}

// NewStage returns the handler of Stage.
func NewStage(job async.Definition, name string, options ...Option) (lambda.Handler, error) {
	return newHandler(job, func(c functions.Config) (lambda.Handler, error) { return functions.NewStage(c, name) }, options...)
}

// Fail serves the activity that records a failure.
func Fail(job async.Definition, options ...Option) { start(NewFail(job, options...)) }

// NewFail returns the handler of Fail.
func NewFail(job async.Definition, options ...Option) (lambda.Handler, error) {
	return newHandler(job, functions.NewFail, options...)
}

// Compensate serves the activity that undoes what stages have done elsewhere.
func Compensate(job async.Definition, options ...Option) { start(NewCompensate(job, options...)) }

// NewCompensate returns the handler of Compensate.
func NewCompensate(job async.Definition, options ...Option) (lambda.Handler, error) {
	return newHandler(job, functions.NewCompensate, options...)
}

// Reconcile serves the function that is called when an execution has ended or
// runs again. EVENT_BUS names an event bus of EventBridge that then gets the end;
// for that it has to be called for executions that have succeeded, too.
func Reconcile(job async.Definition, options ...Option) { start(NewReconcile(job, options...)) }

// NewReconcile returns the handler of Reconcile.
func NewReconcile(job async.Definition, options ...Option) (lambda.Handler, error) {
	return newHandler(job, functions.NewReconcile, append(options, withWorkflows, withEventBus)...)
}

// Must returns the job, or ends a function that cannot have it, with the error in
// its log.
func Must(job async.Definition, err error) async.Definition {
	if err != nil {
		cannotStart(err)
	}
	return job
}

// newHandler makes a handler from the environment, and connects to what every
// invocation calls. The error names every mistake.
func newHandler(job async.Definition, newFunction func(functions.Config) (lambda.Handler, error), options ...Option) (lambda.Handler, error) {
	settings, err := functions.SettingsFromEnv(os.Getenv)
	c := functions.Config{Job: job, Settings: settings, Log: lambdacontext.NewLogger()}
	store, noStore := dynamo.New(os.Getenv, os.Getenv(envTable))
	if noStore == nil {
		c.Store = store
	}
	err = errors.Join(err, noStore)
	for _, option := range options {
		err = errors.Join(err, option(&c))
	}
	if err != nil {
		return nil, err
	}
	made, err := newFunction(c)
	if err == nil {
		functions.Warm(made, c.Log)
	}
	return made, err
}

// start serves in Lambda's runtime.
func start(h lambda.Handler, err error) {
	if err != nil {
		cannotStart(err)
	}
	lambda.Start(h)
}

// cannotStart logs why, and ends; Lambda then answers invocations with an error.
func cannotStart(err error) {
	lambdacontext.NewLogger().Error("cannot start", "function", lambdacontext.FunctionName, "error", err.Error())
	os.Exit(1)
}
