package async

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
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
	stage  *stage
	record Record
}

// open reports whether the stage waits for the answer. After a redrive of one
// whose answer has failed the submission it does so once it has begun again.
func (c callback) open() bool {
	w := c.record.Waiting
	return !hasOutcome(c.record, c.ref.Stage) && !c.record.Status.Terminal() &&
		c.record.CustomStatus == c.ref.Stage && w.Stage == c.ref.Stage && w.Token != "" && w.Answer == "" &&
		time.Now().Before(c.ref.Expires)
}

// recorded reports whether this answer has brought the stage's outcome or the
// submission's failure.
func (c callback) recorded(answer string) bool {
	w := c.record.Waiting
	return w.Stage == c.ref.Stage && w.Answer == answer && (hasOutcome(c.record, w.Stage) || c.record.Status == api.Failed)
}

// answered reports whether some answer was recorded whose task may still wait.
func (c callback) answered() bool {
	return c.record.Waiting.Answer != "" && c.recorded(c.record.Waiting.Answer)
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
		return c, s.dependencyError("Store.Callback", err)
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
	// A task that is repeated replaces the token, and refuses what was decided
	// with the one before.
	const tries = 3
	err := ErrStale
	for try := 0; try < tries && errors.Is(err, ErrStale); try++ {
		err = s.complete(ctx, secret, answer)
	}
	if errors.Is(err, ErrStale) {
		return errAnswered
	}
	return err
}

// complete returns ErrStale where the record has moved meanwhile.
func (s *Service) complete(ctx context.Context, secret string, answer []byte) error {
	c, err := s.findCallback(ctx, secret)
	if err != nil {
		return err
	}
	if !c.open() {
		switch {
		case c.recorded(hash(string(answer))):
			return s.passOn(ctx, c.record) // a crash came in between, perhaps
		case c.answered():
			_ = s.passOn(ctx, c.record) // this caller's answer counts for nothing either way
		}
		return errAnswered
	}
	input, err := call(ctx, s.CallTimeout, func(ctx context.Context) (json.RawMessage, error) { return s.Store.Input(ctx, c.ref.ID) })
	if err != nil {
		return s.dependencyError("Store.Input", err)
	}
	r, err := s.decide(ctx, c, input, answer)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrCanceled):
		return errAnswered
	case err != nil:
		return err
	}
	// A repeated attempt may have replaced the token meanwhile: r has the latest.
	return s.passOn(ctx, r)
}

// decide lets the stage decide on an answer, and records what it returns: an
// outcome or a failure, which is an end.
func (s *Service) decide(ctx context.Context, c callback, input json.RawMessage, answer []byte) (Record, error) {
	k := s.newCore(c.record, input, c.stage)
	outcome, err := c.stage.complete(ctx, k, answer)
	if err == nil {
		outcome, err = s.job.decided(c.stage.StageDescription, outcome)
	}
	var invalid *RequestError
	var problems Problems
	var failure Failure
	var r Record
	switch {
	case err == nil:
		r, err = s.recordOutcome(ctx, c.record, c.stage, outcome, k, hash(string(answer)))
	case errors.As(err, &failure) && s.job.declares(failure):
		r, err = s.refuse(ctx, c.record, failure, hash(string(answer)))
	default:
		s.dropResults(ctx, k, c.record.Large)
		switch {
		case errors.As(err, &invalid), errors.Is(err, ErrCanceled):
			return r, err
		case errors.As(err, &problems):
			return r, &RequestError{Code: api.CodeInvalidSubmission, Detail: "The answer is not valid; errors lists every offending field.", Fields: problems}
		}
		s.observe(ctx, Event{Kind: StageError, ID: c.ref.ID, Stage: c.ref.Stage, ErrorType: Reason(err), Err: err})
		return r, &RequestError{Code: api.CodeInternal, Detail: "The answer could not be handled.", Op: "complete", Cause: err}
	}
	if err == nil || errors.Is(err, ErrStale) {
		s.dropResults(ctx, k, r.Large)
	}
	if err != nil && !errors.Is(err, ErrStale) && !errors.Is(err, ErrNotFound) {
		err = s.dependencyError("Store.Advance", err)
	}
	return r, err
}

// refuse records that an answer has failed the submission. The condition on
// Waiting lets one answer alone be recorded, as the stage's outcome does.
func (s *Service) refuse(ctx context.Context, r Record, f Failure, answer string) (Record, error) {
	c := s.failed(r, f, r.Redrive, time.Now().UTC())
	w := r.Waiting
	w.Answer = answer
	c.Waiting, c.Redrive, c.Rank = &w, r.Redrive, r.Rank
	now, err := s.advance(ctx, r.ID, c)
	if err == nil {
		s.observe(ctx, recordedEvent(Ended, now))
	}
	return now, err
}

// passOn lets the execution go on after a recorded answer, or fail after one that
// has failed the submission. Where its task does not wait any more, that has
// happened before.
func (s *Service) passOn(ctx context.Context, r Record) error {
	if r.Status == api.Failed && r.Error != nil {
		return s.answerTask(ctx, "Workflows.Fail", func(ctx context.Context) error { return s.Workflows.Fail(ctx, r.Waiting.Token, r.Error.Code) })
	}
	return s.completeTask(ctx, r.Waiting.Token, r)
}

// passOnLeft is passOn for a stage whose answer is recorded and that no other
// stage has followed: whoever gave the answer may never have repeated it after a
// crash. What fails is tried again with the next comparison.
func (s *Service) passOnLeft(ctx context.Context, r Record) {
	w := r.Waiting
	if w.Token != "" && w.Stage == r.CustomStatus && hasOutcome(r, w.Stage) && !r.Status.Terminal() {
		_ = s.completeTask(ctx, w.Token, r)
	}
}

// completeTask answers the task that waits with the token.
func (s *Service) completeTask(ctx context.Context, token string, r Record) error {
	output, err := json.Marshal(outputOf(r))
	if err != nil {
		return s.dependencyError("Workflows.Complete", err)
	}
	return s.answerTask(ctx, "Workflows.Complete", func(ctx context.Context) error { return s.Workflows.Complete(ctx, token, output) })
}

func (s *Service) answerTask(ctx context.Context, op string, f func(context.Context) error) error {
	if err := do(ctx, s.CallTimeout, f); err != nil && !errors.Is(err, ErrNotFound) {
		return s.dependencyError(op, err)
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
		return s.dependencyError("Workflows.Heartbeat", err)
	}
	return nil
}

// failure returns the failure of this code that the job lists.
func (d Description) failure(code string) (Failure, bool) {
	i := slices.IndexFunc(d.Failures, func(f Failure) bool { return f.Code == code })
	if i < 0 {
		return Failure{}, false
	}
	return d.Failures[i], true
}

// declares reports whether the job lists a failure of this code.
func (d Description) declares(f Failure) bool {
	_, ok := d.failure(f.Code)
	return ok
}
