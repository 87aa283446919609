package async

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/internal/trace"
)

// RecordFailure records that a submission's process broke off, and then returns
// Failed: the execution is to end here, where a redrive takes it up again. It
// returns nil where the execution is to go on: when it was reopened since the
// failure, when the submission has Succeeded, or was Canceled and may have to be
// compensated, and when a wait that ran out was answered at the last moment or
// has ended the submission with Stage.Expired.
func (s *Service) RecordFailure(ctx context.Context, in ActivityInput) error {
	if s.Job == nil || in.ID == "" || in.Redrive < 0 {
		return &ActivityError{Invalid, "the input names no submission"}
	}
	if in.Redrive > in.FailedIn {
		return nil
	}
	ctx = trace.NewContext(ctx, in.Started.Trace)
	r, err := s.get(ctx, in.ID)
	if err == nil && (!r.Status.Terminal() || r.Status == api.Failed && r.Redrive < in.Redrive) {
		st, known := s.Job.stage(r.CustomStatus)
		ranOut := known && st.Waits && slices.Contains(timeouts, in.Error)
		answered := hasOutcome(r, st.Name)
		switch {
		case ranOut && answered && r.Waiting.Stage == st.Name:
			return nil // the stage's next run clears Waiting: this happens once
		case ranOut && !answered && !r.Status.Terminal() && in.Error == statesTimeout && st.Expired.Outcome != Continue:
			r, err = s.recordOutcome(ctx, r, st, st.Expired.Outcome, &core{}, "")
			if (err == nil || errors.Is(err, ErrStale)) && hasOutcome(r, st.Name) {
				return nil
			}
		default:
			r, err = s.recordFailure(ctx, in, r)
		}
	}
	switch {
	case errors.Is(err, ErrStale) && !r.Status.Terminal() && r.Redrive <= in.Redrive:
		return &ActivityError{Unavailable, "the record has moved meanwhile"}
	case (err == nil || errors.Is(err, ErrStale)) && (r.Status == api.Succeeded || r.Status == api.Canceled):
		return nil
	case err == nil, errors.Is(err, ErrNotFound), errors.Is(err, ErrStale):
		return &ActivityError{Failed, "the submission failed with " + in.Error}
	}
	return storeError(err)
}

const statesTimeout = "States.Timeout"

// timeouts are the names of errors that mean that something took too long.
var timeouts = []string{TimedOut, statesTimeout, "States.HeartbeatTimeout", "Sandbox.Timedout"}

func (s *Service) recordFailure(ctx context.Context, in ActivityInput, r Record) (Record, error) {
	at := time.Now().UTC()
	failure, declared := s.job.failure(in.Error)
	var change Change
	switch {
	case declared:
		change = s.failed(r, failure, in.Redrive, at)
	case slices.Contains(timeouts, in.Error):
		change = s.end(r, api.CodeTimedOut, in.Redrive, at)
	default:
		change = s.end(r, api.CodeProcessFailed, in.Redrive, at)
	}
	began := r
	r, err := s.advance(ctx, in.ID, change)
	if err == nil {
		s.learn(ctx, began, began.CustomStatus, true, at)
		s.observe(ctx, recordedEvent(Ended, r))
	}
	return r, err
}

// failed is the end of a record by one of the job's own failures.
func (s *Service) failed(r Record, f Failure, redrive int, at time.Time) Change {
	c := s.end(r, f.Code, redrive, at)
	c.State.Message, c.State.Error.Message = f.Message, f.Message
	return c
}

// RunCompensation runs Job.Compensate for a submission that was canceled, and
// does nothing for any other. The error is an *ActivityError.
func (s *Service) RunCompensation(ctx context.Context, in ActivityInput) error {
	if s.Job == nil || s.Job.compensation() == nil || in.ID == "" {
		return &ActivityError{Invalid, "the job has no compensation, or the input names no submission"}
	}
	ctx = trace.NewContext(ctx, in.Started.Trace)
	r, err := s.get(ctx, in.ID)
	if errors.Is(err, ErrNotFound) || err == nil && r.Status != api.Canceled {
		return nil
	}
	var input json.RawMessage
	if err == nil {
		input, err = call(ctx, s.CallTimeout, func(ctx context.Context) (json.RawMessage, error) { return s.Store.Input(ctx, in.ID) })
	}
	if err != nil {
		return storeError(err)
	}
	st := &stage{StageDescription: StageDescription{Name: "Compensate"}}
	k := s.newCore(r, input, st)
	k.progress = func(ctx context.Context, _ float64) error { return context.Cause(ctx) }
	k.canceled = func(context.Context) (bool, error) { return false, nil }
	err = s.Job.compensation()(ctx, k)
	s.dropResults(ctx, k, r.Large)
	if err != nil {
		return s.stageError(ctx, r, st, k, err)
	}
	return nil
}
