package functions

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// executionEvent is what is read of a "Step Functions Execution Status Change"
// event. It carries the execution's input and output as well, so it is never
// logged.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
type executionEvent struct {
	// Sweep is of the schedule: it asks for what events have not said.
	Sweep  bool `json:"sweep"`
	Detail struct {
		// Name is the execution's, and so the submission's id.
		Name         string `json:"name"`
		Status       string `json:"status"`
		RedriveCount *int   `json:"redriveCount"`
	} `json:"detail"`
}

// execution returns what the event says of the execution; nil where it does not
// say enough.
func (e executionEvent) execution() *async.Execution {
	x := async.Execution{TimedOut: e.Detail.Status == "TIMED_OUT"}
	switch e.Detail.Status {
	case "RUNNING":
		x.Status = api.Running
	case "SUCCEEDED":
		x.Status = api.Succeeded
	case "FAILED", "TIMED_OUT":
		x.Status = api.Failed
	case "ABORTED":
		x.Status = api.Canceled
	default:
		return nil
	}
	if e.Detail.RedriveCount == nil {
		return nil
	}
	x.Redrive = *e.Detail.RedriveCount
	return &x
}

// ended reports whether the event says that the execution has ended.
func (e executionEvent) ended() bool {
	switch e.Detail.Status {
	case "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED":
		return true
	}
	return false
}

// NewReconcile returns the handler of the event that an execution has ended, or
// runs again, and of the schedule: it brings records in line.
func NewReconcile(c Config) (lambda.Handler, error) {
	service, err := c.service()
	if err != nil {
		return nil, err
	}
	r := reconciler{c, service}
	return handler{func(ctx context.Context, event executionEvent) error {
		if event.Sweep {
			return r.sweep(ctx)
		}
		if event.Detail.Name == "" {
			return errors.New("the event names no execution")
		}
		seen := event.execution()
		if seen == nil && event.ended() {
			var err error
			if seen, err = r.ask(ctx, event.Detail.Name); err != nil {
				return err
			}
		}
		if err := r.reconcile(ctx, event.Detail.Name, seen); err != nil || !event.ended() {
			return err
		}
		return r.announce(ctx, event.Detail.Name)
	}, []any{c.Store}}, nil
}

type reconciler struct {
	Config
	service *async.Service
}

// reconcile brings one record in line. The error says nothing of the submission.
func (r reconciler) reconcile(ctx context.Context, id string, seen *async.Execution) error {
	err := r.service.Reconcile(ctx, id, seen)
	if e := (*async.RequestError)(nil); errors.As(err, &e) {
		r.telemetry().Log.LogAttrs(ctx, slog.LevelError, "not reconciled", slog.String("submission", async.LogID(id)),
			slog.String("op", e.Op), slog.String("reason", async.Reason(e.Cause)))
		return errors.New(e.Error())
	}
	return err
}

// announce calls Ended for a submission that has ended. One that runs again by
// now, or that was never accepted, has not.
func (r reconciler) announce(ctx context.Context, id string) error {
	if r.Ended == nil {
		return nil
	}
	v, ended, err := r.service.Completion(ctx, id)
	if err != nil || !ended {
		return err // it says nothing of the submission
	}
	// There is no request whose gateway could say where the result is.
	if v.HasResult && r.BaseURL != "" {
		v.ResultURL = r.BaseURL + api.ResultPath + v.ID
	}
	return r.Ended(ctx, v.Submission)
}

// ask returns what the workflow service says of an execution that has ended by an
// event; nil where it cannot say. Its answer is eventually consistent: one that
// is behind the event is an error, so that the event comes again.
func (r reconciler) ask(ctx context.Context, id string) (*async.Execution, error) {
	x, err := r.Workflows.Outcome(ctx, id)
	switch {
	case err != nil:
		return nil, nil //nolint:nilerr // Reconcile asks again, and says what is wrong
	case x.Status == api.Running && x.Redrive == 0:
		return nil, errors.New("the workflow service is behind the event: it says that the execution runs")
	}
	return &x, nil
}

// sweepWindow is how far back a sweep looks: three times the interval of the
// schedule in the template. sweepPages is how much it reads to find what ended
// then, of each kind of end: ten thousand executions.
const (
	sweepWindow = 3 * time.Hour
	sweepPages  = 10
)

// sweep brings the records of executions in line that have ended lately without
// success. Where there are none it reads no record. A Workflows that cannot list
// executions has nothing to lose: it is no service apart.
func (r reconciler) sweep(ctx context.Context) error {
	lister, ok := r.Workflows.(interface {
		Ended(ctx context.Context, since time.Time, pages int, found func(string, async.Execution) error) error
	})
	if !ok {
		return nil
	}
	var failed error
	err := lister.Ended(ctx, time.Now().Add(-sweepWindow), sweepPages, func(id string, x async.Execution) error {
		failed = cmp.Or(r.sweepOne(ctx, id, x), failed)
		return nil
	})
	return errors.Join(err, failed)
}

// sweepOne brings one record in line, and announces its end where that was not
// recorded before: then no event has come.
func (r reconciler) sweepOne(ctx context.Context, id string, x async.Execution) error {
	known := r.Ended == nil
	if !known {
		var err error
		if _, known, err = r.service.Completion(ctx, id); err != nil {
			return err
		}
	}
	if err := r.reconcile(ctx, id, &x); err != nil || known {
		return err
	}
	return r.announce(ctx, id)
}
