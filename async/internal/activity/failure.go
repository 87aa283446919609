package activity

import (
	"context"
	"errors"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/trace"
	"example.org/asynchttpapi/speakers"
)

// FailureInput is what the state machine hands over when a stage has failed.
type FailureInput struct {
	Input
	// Error is the name of the error. Its cause stays behind: it may hold
	// anything.
	Error string `json:"error"`
	// FailedIn is what Redrive was when the stage failed.
	FailedIn int `json:"failedIn"`
}

// Failure records that a submission's process broke off.
type Failure struct {
	Store async.Store
	Clock async.Clock
	// Report is told of the failure; nobody is if nil.
	Report async.Report
}

// Run writes the failure, unless the submission has ended otherwise or is
// gone, and then fails as Failed: the execution is to end here, where a redrive
// takes it up again. Reopened since the failure it returns nil, and the
// execution goes on.
func (f Failure) Run(ctx context.Context, in FailureInput) error {
	if in.ID == "" || in.Redrive < 0 {
		return fault(Invalid, "the activity's input names no submission")
	}
	if in.Redrive > in.FailedIn {
		return nil
	}
	err := f.write(trace.NewContext(ctx, in.Started.Trace), in)
	if err == nil || errors.Is(err, async.ErrNotFound) || errors.Is(err, async.ErrStale) {
		return fault(Failed, "the review ended with "+in.Error)
	}
	return storeFault(err)
}

func (f Failure) write(ctx context.Context, in FailureInput) error {
	record, err := f.Store.Get(ctx, in.ID)
	if err != nil {
		return err
	}
	failed := state(speakers.Failed(record.CustomStatus), in.Redrive)
	failed.Error = explain(in.Error)
	record, err = f.Store.Advance(ctx, in.ID, async.Change{State: &failed, At: f.Clock.Now()})
	if err == nil {
		f.Report.Tell(ctx, ended(record))
	}
	return err
}

// explain says in the client's terms what an error's name means. Names that a
// client cannot act on are all the same to it.
func explain(name string) *api.Error {
	switch name {
	case "States.Timeout", "Sandbox.Timedout": // the state's timeout, the function's own
		return &api.Error{Code: api.CodeTimedOut, Message: "A stage of the review took too long."}
	case ReviewFailed:
		return &api.Error{Code: api.CodeProcessFailed, Message: "The committee could not decide."}
	}
	return &api.Error{Code: api.CodeProcessFailed, Message: "The review broke off."}
}
