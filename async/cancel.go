package async

import (
	"context"
	"errors"
	"sync"
	"time"

	"example.org/asynchttpapi/api"
)

// Cancel ends the submission that a cancellation secret belongs to, unless it has
// ended already, and returns its status: Canceled, or the end that was recorded
// first. What its stages have done elsewhere is undone by Job.Compensate.
//
// The end is recorded before the execution is stopped. If that fails the error
// is a *RequestError, and repeating the call stops it.
func (s *Service) Cancel(ctx context.Context, secret string) (View, error) {
	if !s.Cancelable || !ValidID(secret) {
		return View{}, notFound()
	}
	return s.CancelID(ctx, IDOf(secret))
}

// CancelID is Cancel for an operator, who knows the submission by its id.
func (s *Service) CancelID(ctx context.Context, id string) (View, error) {
	if s.Workflows == nil {
		return View{}, &RequestError{Code: api.CodeInternal, Detail: "The request could not be handled.", Op: "Cancel",
			Cause: errors.New("async: Cancel needs Workflows")}
	}
	r, err := s.find(ctx, id)
	if err != nil {
		return View{}, err
	}
	if expired(r) {
		return View{}, gone()
	}
	if !r.Status.Terminal() {
		at := time.Now().UTC()
		c := s.end(r, "", r.Redrive, at)
		r, err = s.advance(ctx, id, c)
		switch {
		case err == nil:
			s.observe(ctx, recordedEvent(Ended, r))
		case errors.Is(err, ErrNotFound):
			return View{}, notFound()
		case !errors.Is(err, ErrStale):
			return View{}, s.dependencyError("Store.Advance", err)
		}
		if !r.Status.Terminal() { // it was redriven meanwhile
			return s.CancelID(ctx, id)
		}
	}
	if r.Status == api.Canceled {
		s.running.cancel(id)
		if err := s.stop(ctx, id, r.Waiting); err != nil {
			return View{}, s.dependencyError("Workflows.Stop", err)
		}
	}
	return s.viewOf(ctx, r, 0), nil
}

// stop ends the execution of a canceled submission. Where the job compensates,
// the execution goes on to its Compensate state by itself: the next write of a
// stage is refused, and a waiting one is failed here.
func (s *Service) stop(ctx context.Context, id string, w Waiting) error {
	if !s.compensates() {
		return do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Stop(ctx, id) })
	}
	if w.Token == "" {
		return nil
	}
	err := do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Fail(ctx, w.Token, Overtaken) })
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func (s *Service) compensates() bool { return s.Job != nil && s.job.Compensates }

// running are the stages that run in this process, to be canceled with their
// submission. The zero value is ready for use.
type running struct {
	mu   sync.Mutex
	runs map[string]map[*context.CancelCauseFunc]bool // by the submission's id
}

// add makes ctx end when the submission is canceled. done has to be called when
// the run is over.
func (r *running) add(ctx context.Context, id string) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.runs == nil {
		r.runs = map[string]map[*context.CancelCauseFunc]bool{}
	}
	if r.runs[id] == nil {
		r.runs[id] = map[*context.CancelCauseFunc]bool{}
	}
	r.runs[id][&cancel] = true
	return ctx, func() {
		cancel(nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.runs[id], &cancel)
		if len(r.runs[id]) == 0 {
			delete(r.runs, id)
		}
	}
}

// cancel ends the runs of a submission with ErrCanceled as their cause.
func (r *running) cancel(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for cancel := range r.runs[id] {
		(*cancel)(ErrCanceled)
	}
}
