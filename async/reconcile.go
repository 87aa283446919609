package async

import (
	"context"
	"errors"
	"time"

	"example.org/asynchttpapi/api"
)

// RankEnded is the rank of an end that the pattern records: beyond every rank
// that the work gives its own states.
const RankEnded = 1 << 20

// recheck is how long a record that outlived its Lifetime, and whose execution
// still runs, is left alone: the workflow service answers few such questions.
const recheck = 5 * time.Minute

// Reconcile brings the record of an execution that ended, or was redriven,
// without telling in line with what Workflows knows. It asks for the truth
// itself, so a notification that is late, repeated or out of order does no
// harm. An execution without a record is one whose acceptance failed: nil.
func (s *Service) Reconcile(ctx context.Context, id string) error {
	r, err := s.get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return dependencyFailed("Store.Get", err)
	}
	_, err = s.reconcile(ctx, r)
	return err
}

func (s *Service) reconcile(ctx context.Context, r Record) (Record, error) {
	o, err := bounded(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) (Outcome, error) { return s.Workflows.Outcome(ctx, r.ID) })
	if err != nil && !errors.Is(err, ErrNotFound) {
		return r, dependencyFailed("Workflows.Outcome", err)
	}
	c, changed := s.lesson(r, o)
	if !changed {
		return r, nil
	}
	now, err := bounded(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) (Record, error) { return s.Store.Advance(ctx, r.ID, c) })
	switch {
	case err == nil:
		if c.State != nil {
			s.learned(ctx, now)
		}
		return now, nil
	case errors.Is(err, ErrStale):
		return now, nil
	case errors.Is(err, ErrNotFound):
		return r, errNotFound
	}
	return r, dependencyFailed("Store.Advance", err)
}

// lesson is what a record has to learn from its execution's outcome; the zero
// Outcome means that there is no execution of that name. A submission that
// Succeeded has its result, and nothing that happens to the execution later
// takes it back.
func (s *Service) lesson(r Record, o Outcome) (c Change, changed bool) {
	at := s.Clock.Now().UTC()
	switch {
	case r.Status == api.Succeeded || o.Redrive < r.Redrive && o.Status != "":
		return c, false
	case o.Status == "":
		return s.end(r, LostResult, r.Redrive, at), s.overdue(r)
	case o.Status == api.Running && o.Redrive > r.Redrive:
		return s.reopen(r, o.Redrive, at), true
	case o.Status == api.Running:
		return Change{Deadline: at.Add(recheck)}, s.overdue(r)
	}
	c = s.end(r, ending(o), o.Redrive, at)
	return c, c.State.After(r.State)
}

// ending names how an execution ended that is over. One that succeeded wrote
// its result before it ended: where there is none by then, there never will be.
func ending(o Outcome) Event {
	switch {
	case o.Status == api.Canceled:
		return GivenUp
	case o.Status == api.Succeeded:
		return LostResult
	case o.TimedOut:
		return RanOutOfTime
	}
	return BrokeOff
}

func (s *Service) end(r Record, e Event, redrive int, at time.Time) Change {
	words := s.Work.Words(e, r.State)
	end := State{
		Status:       api.Failed,
		CustomStatus: words.CustomStatus,
		Message:      words.Message,
		Error:        &api.Error{Code: string(e), Message: words.Message},
		Redrive:      redrive,
		Rank:         RankEnded,
	}
	if e == GivenUp {
		end.Status, end.Error = api.Canceled, nil
	}
	return Change{State: &end, At: at}
}

// reopen lets the stages of a redriven execution, whose ranks begin at 1 again,
// be recorded after the end that was.
func (s *Service) reopen(r Record, redrive int, at time.Time) Change {
	words := s.Work.Words(Reopened, r.State)
	return Change{
		State:    &State{Status: api.Running, CustomStatus: words.CustomStatus, Message: words.Message, Redrive: redrive},
		Deadline: at.Add(s.Lifetime),
		At:       at,
	}
}
