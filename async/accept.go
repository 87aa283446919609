package async

import (
	"context"
	"encoding/json"
	"errors"

	"example.org/asynchttpapi/async/internal/trace"
)

// accept makes the record, starts its execution, and settles the reservation,
// in this order: an execution always finds its record, and a key is settled
// only once there is nothing left to do. res has no Key where the client sent
// none. A call that failed may still take effect later, and what is undone
// allows for that.
func (s *Service) accept(ctx context.Context, r Record, res Reservation) (Record, error) {
	if err := s.create(ctx, r); err != nil {
		s.undo(ctx, r.ID, res, true) // a record that appears late is adopted by the repeat
		return r, err
	}
	if s.leaseOver(res) {
		// A machine that slept, say. A repeat that did not find the record yet
		// has made another one, and this one must not be at work beside it.
		return r, dependencyFailed("Store.Create", context.DeadlineExceeded)
	}
	if err := s.start(ctx, r.ID); err != nil {
		// An execution that starts late fails for want of its record, so that
		// the repeat needs another id.
		if !s.undo(ctx, r.ID, res, false) {
			return r, err
		}
	}
	err := s.settle(ctx, res)
	s.accepted(ctx, r, err)
	return r, err
}

// adopt completes what an earlier attempt under the same key has left: the
// record r is there, and how far its execution is, is not known. Only who made
// a record takes it away, so nothing is undone here.
func (s *Service) adopt(ctx context.Context, r Record, res Reservation) (Record, error) {
	if err := s.start(ctx, r.ID); err != nil {
		s.release(ctx, res, true)
		return r, err
	}
	err := s.settle(ctx, res)
	s.accepted(ctx, r, err)
	return r, err
}

// create makes the record. One that exists already is this request's own: its
// id is unguessable, so the SDK has repeated a write whose answer was lost.
func (s *Service) create(ctx context.Context, r Record) error {
	err := do(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) error { return s.Store.Create(ctx, r) })
	if err != nil && !errors.Is(err, ErrExists) {
		return dependencyFailed("Store.Create", err)
	}
	return nil
}

// executionInput is all that an execution is told.
type executionInput struct {
	ID string `json:"id"`
	// Trace is that of the request. A repeat has another one, and starts nothing.
	Trace trace.ID `json:"trace,omitempty"`
}

func (s *Service) start(ctx context.Context, id string) error {
	input, err := json.Marshal(executionInput{id, trace.FromContext(ctx)})
	if err == nil {
		err = do(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Start(ctx, id, input) })
	}
	if err != nil {
		return dependencyFailed("Workflows.Start", err)
	}
	return nil
}

// settle ends the acceptance. If it fails the submission is accepted all the
// same, but a repeat could not be told so: it has to complete this one.
func (s *Service) settle(ctx context.Context, res Reservation) error {
	if res.Key == "" {
		return nil
	}
	err := do(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) error { return s.Store.Settle(ctx, res.Key, res.ID) })
	if err != nil {
		s.release(ctx, res, true)
		return dependencyFailed("Store.Settle", err)
	}
	return nil
}

// leaseOver tells whether another request may have taken the key over.
func (s *Service) leaseOver(res Reservation) bool {
	return res.Key != "" && s.Clock.Now().After(res.Lease)
}

// undo takes back an attempt that failed half-way, and reports whether it came
// too late because the execution is at work already: then the submission is
// accepted after all. keepID lets the repeat go on with the same id. Where it
// is not certain that the record is gone, the key stays locked until the lease
// ends, by when a late removal has happened. Past the lease a repeat may have
// taken over, and nothing is touched.
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
