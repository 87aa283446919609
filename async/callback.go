package async

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"example.org/asynchttpapi/api"
)

// Errors of answers to callbacks.
var (
	errNoCallback = &RequestError{Code: api.CodeNotFound, Detail: "There is nothing to answer at this address."}
	errAnswered   = &RequestError{Code: api.CodeGone, Detail: "This has been answered already, or is no longer waited for."}
)

// CallbackView is what a person may see who was given a callback.
type CallbackView struct {
	// Job and Stage name what waits, Message is the stage's.
	Job, Stage, Message string
	// Open reports whether an answer is still waited for.
	Open bool
	// Answer is the type of the answer.
	Answer reflect.Type
	// Expires is when the wait ends.
	Expires time.Time
}

// DescribeCallback returns what a callback's secret leads to. It changes nothing.
func (s *Service) DescribeCallback(ctx context.Context, secret string) (CallbackView, error) {
	c, err := s.findCallback(ctx, secret)
	if err != nil {
		return CallbackView{}, err
	}
	return CallbackView{
		Job: s.job.Name, Stage: c.stage.Name, Message: c.stage.Message, Answer: c.stage.Answer,
		Expires: c.ref.Expires, Open: c.open(),
	}, nil
}

// callback is a callback with what it leads to.
type callback struct {
	ref    CallbackRef
	stage  stage
	record Record
}

// open reports whether the stage waits for the answer.
func (c callback) open() bool {
	_, recorded := c.record.Outcomes[c.ref.Stage]
	return !recorded && !c.record.Status.Terminal() && c.record.Waiting.Stage == c.ref.Stage &&
		c.record.Waiting.Token != "" && time.Now().Before(c.ref.Expires)
}

func (s *Service) findCallback(ctx context.Context, secret string) (c callback, err error) {
	if s.Job == nil || !ValidID(secret) {
		return c, errNoCallback
	}
	c.ref, err = call(ctx, s.CallTimeout, func(ctx context.Context) (CallbackRef, error) { return s.Store.Callback(ctx, hash(secret)) })
	if err == nil {
		c.record, err = s.get(ctx, c.ref.ID)
	}
	if errors.Is(err, ErrNotFound) {
		return c, errNoCallback
	}
	if err != nil {
		return c, dependencyError("Store.Callback", err)
	}
	var known bool
	if c.stage, known = s.Job.stage(c.ref.Stage); !known || c.stage.complete == nil {
		return c, errAnswered
	}
	return c, nil
}

// Complete answers a callback, by the secret at the end of its URL. The error is
// a *RequestError: api.CodeInvalidSubmission for an answer that the stage goes
// on waiting after, api.CodeGone where nothing waits any more. Repeating the same
// answer is safe: one that is recorded is passed on again.
func (s *Service) Complete(ctx context.Context, secret string, answer []byte) error {
	c, err := s.findCallback(ctx, secret)
	if err != nil {
		return err
	}
	waiting := c.record.Waiting
	if !c.open() {
		if waiting.Stage == c.ref.Stage && waiting.Answer == hash(string(answer)) {
			return s.passOn(ctx, waiting.Token, c.record) // a crash came in between, perhaps
		}
		return errAnswered
	}
	input, err := call(ctx, s.CallTimeout, func(ctx context.Context) (json.RawMessage, error) { return s.Store.Input(ctx, c.ref.ID) })
	if err != nil {
		return dependencyError("Store.Input", err)
	}
	k := s.newCore(c.record, input, c.stage)
	outcome, err := c.stage.complete(ctx, k, answer)
	var problems Problems
	var failure Failure
	var refused *RequestError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &problems):
		return &RequestError{Code: api.CodeInvalidSubmission, Detail: "The answer is not valid; errors lists every offending field.", Fields: problems}
	case errors.As(err, &failure) && s.job.declares(failure.Code):
		err := do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Fail(ctx, waiting.Token, failure.Code) })
		if errors.Is(err, ErrNotFound) {
			return errAnswered
		}
		if err != nil {
			return dependencyError("Workflows.Fail", err)
		}
		return nil
	case err != nil:
		s.observe(ctx, Event{Kind: StageError, ID: c.ref.ID, Stage: c.ref.Stage, ErrorType: Reason(err), Err: err})
		return &RequestError{Code: api.CodeInternal, Detail: "The answer could not be handled.", Op: "complete", Cause: err}
	}
	r, err := s.recordOutcome(ctx, c.record, c.stage, outcome, k, hash(string(answer)))
	switch {
	case errors.Is(err, ErrStale):
		return errAnswered
	case err != nil:
		return dependencyError("Store.Advance", err)
	}
	// A repeated attempt may have replaced the token meanwhile.
	return s.passOn(ctx, r.Waiting.Token, r)
}

// passOn lets the execution go on after a recorded answer. Where its task does
// not wait any more, that has happened before.
func (s *Service) passOn(ctx context.Context, token string, r Record) error {
	output, err := json.Marshal(outputOf(r))
	if err == nil {
		err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Complete(ctx, token, output) })
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return dependencyError("Workflows.Complete", err)
	}
	return nil
}

// Heartbeat is a sign of life from whom a stage waits for.
func (s *Service) Heartbeat(ctx context.Context, secret string) error {
	c, err := s.findCallback(ctx, secret)
	if err != nil {
		return err
	}
	if !c.open() {
		return errAnswered
	}
	err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Heartbeat(ctx, c.record.Waiting.Token) })
	switch {
	case errors.Is(err, ErrNotFound):
		return errAnswered
	case err != nil:
		return dependencyError("Workflows.Heartbeat", err)
	}
	return nil
}

// declares reports whether the job lists a failure of this code.
func (d Description) declares(code string) bool {
	for _, f := range d.Failures {
		if f.Code == code {
			return true
		}
	}
	return false
}
