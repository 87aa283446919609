package async

import (
	"context"
	"errors"
	"time"

	"example.org/asynchttpapi/api"
)

// recheckInterval is how long an overdue record whose execution still runs is
// left alone: the workflow service answers few such questions.
const recheckInterval = 5 * time.Minute

// Reconcile brings the record of an execution in line with it. seen is what a
// notification said of the execution; without one, nil, Workflows is asked. A
// notification is believed: the workflow service's own answer is eventually
// consistent and may be behind it. One that is late, repeated or out of order
// does no harm. An execution without a record is one whose acceptance failed: nil.
func (s *Service) Reconcile(ctx context.Context, id string, seen *Execution) error {
	r, err := s.get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return s.dependencyError("Store.Get", err)
	}
	if seen == nil {
		_, err = s.reconcile(ctx, r)
		return err
	}
	_, err = s.align(ctx, r, *seen)
	return err
}

func (s *Service) reconcile(ctx context.Context, r Record) (Record, error) {
	x, err := call(ctx, s.CallTimeout, func(ctx context.Context) (Execution, error) { return s.Workflows.Outcome(ctx, r.ID) })
	if err != nil && !errors.Is(err, ErrNotFound) {
		return r, s.dependencyError("Workflows.Outcome", err)
	}
	if x.Status == api.Running && x.Redrive == r.Redrive {
		s.passOnLeft(ctx, r)
	}
	return s.align(ctx, r, x)
}

// align writes what the record lacks of its execution's end or redrive.
func (s *Service) align(ctx context.Context, r Record, x Execution) (Record, error) {
	c, changed := s.correction(r, x)
	if !changed {
		return r, nil
	}
	now, err := s.advance(ctx, r.ID, c)
	switch {
	case err == nil:
		e := recordedEvent(Reopened, now)
		e.Reconciled = true
		s.observe(ctx, e)
		return now, nil
	case errors.Is(err, ErrStale):
		return now, nil
	case errors.Is(err, ErrNotFound):
		return r, notFound()
	}
	return r, s.dependencyError("Store.Advance", err)
}

// correction is what a record lacks of its execution; the zero Execution means
// that there is none of that name. A submission that Succeeded has its result,
// and one that was canceled stays so, whatever happens to the execution later.
func (s *Service) correction(r Record, x Execution) (c Change, changed bool) {
	at := time.Now().UTC()
	switch {
	case r.Status == api.Succeeded || r.Status == api.Canceled:
		return c, false
	case x.Status == "":
		c = s.end(r, api.CodeProcessLost, r.Redrive, at)
		return c, !r.Status.Terminal() && at.After(r.Created.Add(lostAfter))
	case x.Status == api.Running && x.Redrive > r.Redrive:
		return s.reopen(r, x.Redrive, at), true
	case x.Status == api.Running:
		return c, false
	}
	code := api.CodeProcessFailed
	switch {
	case x.Status == api.Canceled:
		code = ""
	case x.Status == api.Succeeded: // it would have recorded its outcome before it ended
		code = api.CodeProcessLost
	case x.TimedOut:
		code = api.CodeTimedOut
	}
	c = s.end(r, code, x.Redrive, at)
	return c, c.State.After(r.State)
}

// lostAfter is how old a record is whose execution is said not to exist before
// that is believed: the workflow service is eventually consistent.
const lostAfter = 5 * time.Minute

// end is the end of a record that no stage has recorded; code is "" for a
// canceled one. How much was done stays as it is.
func (s *Service) end(r Record, code string, redrive int, at time.Time) Change {
	end := State{
		Status: api.Failed, CustomStatus: r.CustomStatus, Message: s.messages.Failed,
		Redrive: redrive, Rank: RankEnded, Began: r.Began,
	}
	switch code {
	case "":
		end.Status, end.Message = api.Canceled, s.messages.Canceled
	case api.CodeTimedOut:
		end.Message = s.messages.TimedOut
	}
	if end.Status == api.Failed {
		end.Error = &api.Error{Code: code, Message: end.Message}
	}
	return Change{State: &end, Updated: at}
}

// reopen lets the stages of a redriven execution, whose ranks begin again, be
// recorded after the end that was.
func (s *Service) reopen(r Record, redrive int, at time.Time) Change {
	deadline := at.Add(recheckInterval)
	if s.Job != nil {
		deadline = at.Add(s.job.Lifetime())
	}
	return Change{
		State: &State{Status: api.Running, CustomStatus: r.CustomStatus, Message: s.messages.Reopened,
			Redrive: redrive, Began: at, Due: at.Add(minRetry)},
		Deadline: deadline,
		Updated:  at,
	}
}
