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

// Submission is a request to accept an input.
type Submission struct {
	// Body is the request's body.
	Body []byte
	// Key is the client's Idempotency-Key, "" for none.
	Key string
	// Scope identifies the caller, where that is known: keys of one caller mean
	// nothing to another.
	Scope string
	// Wait is how long the client wants to wait for the end.
	Wait time.Duration
	// Problems is what is wrong with the request besides its input. They are
	// reported with those of the input.
	Problems []api.FieldError
}

// Submit accepts an input: when it returns a View, the record exists, its
// execution is started, and both survive a crash. When it returns a
// *RequestError nothing is accepted, or repeating the request with the same key
// completes what is; api.CodeMalformedRequest is for a body that CheckJSON refuses.
func (s *Service) Submit(ctx context.Context, in Submission) (View, error) {
	if s.Job == nil || s.Workflows == nil || s.Retention <= 0 {
		return View{}, &RequestError{Code: api.CodeInternal, Detail: "The request could not be handled.", Op: "Submit",
			Cause: errors.New("async: Submit needs a Job, Workflows and a Retention")}
	}
	input, problems, err := s.Job.accept(in.Body)
	if err != nil {
		return View{}, malformed(err)
	}
	if problems = slices.Concat(in.Problems, problems); len(problems) > 0 {
		return View{}, &RequestError{
			Code:   api.CodeInvalidSubmission,
			Detail: "The submission is not valid; errors lists every offending field.",
			Fields: problems,
		}
	}
	if len(input) > MaxInput {
		return View{}, &RequestError{Code: api.CodePayloadTooLarge, Detail: "The submission is too large."}
	}
	a := s.newAcceptance(in, input)
	r, err := s.submit(ctx, a)
	if err != nil {
		return View{}, err
	}
	view, err := s.answer(ctx, r, in.Wait)
	if err == nil && s.Cancelable && IDOf(a.cancel) == r.ID {
		view.CancelSecret = a.cancel
	}
	return view, err
}

// acceptance is a submission on its way to being accepted.
type acceptance struct {
	record Record
	input  json.RawMessage
	cancel string
	// key, scope and the reservation are of a request with an Idempotency-Key.
	claim Reservation
}

func (s *Service) newAcceptance(in Submission, input json.RawMessage) *acceptance {
	a := &acceptance{input: input, cancel: NewSecret()}
	now := time.Now().UTC()
	first := s.firstStage()
	a.record = Record{
		ID:       IDOf(a.cancel),
		Job:      s.job.Name,
		State:    State{Status: api.NotStarted, CustomStatus: "Received", Message: s.messages.Received, Began: now, Due: now},
		Created:  now,
		Updated:  now,
		Deadline: now.Add(first.Bound()),
		Expires:  now.Add(s.Retention),
	}
	if s.Config.Completions != nil {
		a.record.Scope = scopeHash(in.Scope)
	}
	if in.Key != "" {
		a.claim = Reservation{
			Key:         hash(in.Scope + "\x00" + in.Key),
			Fingerprint: hash(string(input)),
			ID:          a.record.ID,
			Lease:       now.Add(s.Lease),
			Now:         now,
			Expires:     now.Add(s.KeyRetention),
		}
		if in.Scope != "" && s.Cancelable {
			a.claim.Cancel = a.cancel
		}
	}
	return a
}

func (s *Service) firstStage() StageDescription {
	for _, st := range s.job.Stages {
		if !st.Retired {
			return st
		}
	}
	return StageDescription{}
}

// submit returns the record that answers the request: a new one, or, for a
// repeated request, that of the first.
func (s *Service) submit(ctx context.Context, a *acceptance) (Record, error) {
	if a.claim.Key == "" {
		return s.accept(ctx, a, Reservation{})
	}
	held, mine, err := s.reserve(ctx, a.claim)
	switch {
	case err != nil:
		return a.record, err
	case !mine:
		a.cancel = held.Cancel
		return s.repeated(ctx, held, a.claim.Fingerprint)
	case held.ID == a.claim.ID:
		return s.accept(ctx, a, held)
	}
	// An earlier attempt was given up. What it has left is completed; where its
	// record is gone, an execution of its name may have failed for lack of it,
	// and the submission needs another id.
	left, err := s.get(ctx, held.ID)
	switch {
	case err == nil:
		a.cancel = held.Cancel
		return s.resume(ctx, left, held)
	case errors.Is(err, ErrNotFound):
		s.release(ctx, held, false)
		return s.submit(ctx, a)
	}
	s.release(ctx, held, true)
	return a.record, s.dependencyError("Store.Get", err)
}

// accept makes the record, starts its execution, and settles the reservation,
// in this order: an execution always finds its record, and a key is settled
// only once there is nothing left to do. res has no Key where the client sent
// none. A call that failed may still take effect later, and what is undone
// allows for that.
func (s *Service) accept(ctx context.Context, a *acceptance, res Reservation) (Record, error) {
	r := a.record
	if err := s.create(ctx, a); err != nil {
		s.undo(ctx, r.ID, res, true) // a record that appears late is resumed by the repetition
		return r, err
	}
	if s.leaseOver(res) {
		// A machine that slept, say. A repetition that did not find the record
		// yet has made another one, and this one must not be at work beside it.
		return r, s.dependencyError("Store.Create", context.DeadlineExceeded)
	}
	if err := s.start(ctx, r.ID); err != nil {
		// An execution that starts late fails for lack of its record, so that
		// the repetition needs another id.
		if !s.undo(ctx, r.ID, res, false) {
			return r, err
		}
	}
	return r, s.settle(ctx, r, res)
}

// resume completes what an earlier attempt under the same key has left: the
// record r exists, and how far its execution is, is not known. Only who made a
// record takes it away, so nothing is undone here.
func (s *Service) resume(ctx context.Context, r Record, res Reservation) (Record, error) {
	if err := s.start(ctx, r.ID); err != nil {
		s.release(ctx, res, true)
		return r, err
	}
	return r, s.settle(ctx, r, res)
}

// create makes the record. One that exists already is this request's own: its
// id is unguessable, so the SDK has repeated a write whose answer was lost.
func (s *Service) create(ctx context.Context, a *acceptance) error {
	err := do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Store.Create(ctx, a.record, a.input) })
	if err != nil && !errors.Is(err, ErrExists) {
		return s.dependencyError("Store.Create", err)
	}
	return nil
}

// executionInput is all that the workflow is given: histories are kept for 90
// days and can be read by every operator.
type executionInput struct {
	ID string `json:"id"`
	// Trace is that of the request. A repetition has another one, and starts nothing.
	Trace trace.ID `json:"trace,omitempty"`
}

func (s *Service) start(ctx context.Context, id string) error {
	input, err := json.Marshal(executionInput{id, trace.FromContext(ctx)})
	if err == nil {
		err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Start(ctx, id, input) })
	}
	if err != nil {
		return s.dependencyError("Workflows.Start", err)
	}
	return nil
}

// settle ends the acceptance. If it fails the submission is accepted all the
// same, but a repetition would not be answered: it has to complete this one.
func (s *Service) settle(ctx context.Context, r Record, res Reservation) error {
	if res.Key != "" {
		err := do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Store.Settle(ctx, res.Key, res.ID) })
		if err != nil {
			s.release(ctx, res, true)
			return s.dependencyError("Store.Settle", err)
		}
	}
	s.observe(ctx, Event{Kind: Accepted, ID: r.ID, State: r.State})
	return nil
}

// leaseOver reports whether another request may have taken the key over.
func (s *Service) leaseOver(res Reservation) bool {
	return res.Key != "" && time.Now().After(res.Lease)
}

// undo takes back an attempt that failed half-way, and reports whether it came
// too late because the execution is at work already: then the submission is
// accepted after all. keepID lets the repetition go on with the same id. Where
// it is not certain that the record is gone, the key stays locked until the
// lease ends, by when a late removal has happened. Past the lease a repetition
// may have taken over, and nothing is touched.
func (s *Service) undo(ctx context.Context, id string, res Reservation, keepID bool) (tooLate bool) {
	if s.leaseOver(res) {
		return false
	}
	err := s.undoing(ctx, func(ctx context.Context) error { return s.Store.Discard(ctx, id) })
	if err == nil {
		s.release(ctx, res, keepID)
	}
	return errors.Is(err, ErrStale)
}

func (s *Service) reserve(ctx context.Context, r Reservation) (stored Reservation, mine bool, err error) {
	err = do(ctx, s.CallTimeout, func(ctx context.Context) (err error) {
		stored, mine, err = s.Store.Reserve(ctx, r)
		return err
	})
	if err != nil {
		// It may have been made all the same, and would lock out the repetition.
		s.release(ctx, r, false)
		return r, false, s.dependencyError("Store.Reserve", err)
	}
	// An SDK that lost the answer to a claim repeats it, and meets its own: the
	// id was made for this request alone.
	return stored, mine || stored.ID == r.ID, nil
}

// release is best effort: what it misses ends with the lease.
func (s *Service) release(ctx context.Context, r Reservation, keepID bool) {
	if r.Key == "" {
		return
	}
	_ = s.undoing(ctx, func(ctx context.Context) error { return s.Store.Release(ctx, r.Key, r.ID, keepID) })
}

// undoing runs a call that has to be tried even though the request is over.
func (s *Service) undoing(ctx context.Context, f func(context.Context) error) error {
	return do(context.WithoutCancel(ctx), s.UndoTimeout, f)
}

// acceptTime is more than an acceptance takes when nothing is wrong.
const acceptTime = 2 * time.Second

// inProgress says to a repeated request when to come again: soon, or, if the
// one that holds the key seems to have died, when its lease is over.
func (s *Service) inProgress(held Reservation) *RequestError {
	e := &RequestError{
		Code:       api.CodeAcceptanceInProgress,
		Detail:     "The first request with this Idempotency-Key is still being accepted.",
		RetryAfter: minRetry,
	}
	if left := time.Until(held.Lease); left < s.Lease-acceptTime {
		e.RetryAfter = wholeSeconds(left)
	}
	return e
}

// repeated answers a request whose key another one holds.
func (s *Service) repeated(ctx context.Context, held Reservation, fingerprint string) (Record, error) {
	if held.Fingerprint != fingerprint {
		return Record{}, &RequestError{
			Code:   api.CodeKeyReused,
			Detail: "The Idempotency-Key was used before with another payload.",
		}
	}
	if !held.Settled {
		return Record{}, s.inProgress(held)
	}
	r, err := s.get(ctx, held.ID)
	if errors.Is(err, ErrNotFound) {
		return r, gone()
	}
	if err != nil {
		return r, s.dependencyError("Store.Get", err)
	}
	s.observe(ctx, Event{Kind: Replayed, ID: r.ID, State: r.State})
	return r, nil
}
