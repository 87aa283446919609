package asyncapi

import (
	"context"
	"encoding/json"
	"errors"
)

// accept makes the record, starts its execution, and settles the reservation,
// in this order: an execution always finds its record, and a key is settled
// only once there is nothing left to do. res has no Key where the client sent
// none. A call that failed may still take effect later, and what is undone
// allows for that.
func (s *Service) accept(ctx context.Context, r Record, res Reservation) (Record, error) {
	existed, err := s.create(ctx, r)
	if err != nil {
		// A record that appears late is adopted by the repeat.
		if s.undo(ctx, r.ID, res, true) {
			s.release(ctx, res, true)
		}
		return r, err
	}
	if err := s.start(ctx, r.ID); err != nil {
		// An execution that starts late fails for want of its record, so that
		// the repeat needs another.
		if !s.undo(ctx, r.ID, res, false) {
			return r, err
		}
		existed = true
	}
	if err := s.settle(ctx, res); err != nil {
		s.release(ctx, res, true)
		return r, err
	}
	if existed {
		return s.standing(ctx, r.ID)
	}
	return r, nil
}

// create makes the record. One that exists already is this submission's: its
// id is unguessable, so it comes from an earlier attempt under the same key, or
// from a write of ours whose answer was lost and that the SDK repeated.
func (s *Service) create(ctx context.Context, r Record) (existed bool, err error) {
	err = do(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) error { return s.Store.Create(ctx, r) })
	if errors.Is(err, ErrExists) {
		return true, nil
	}
	if err != nil {
		return false, dependencyFailed("Store.Create", err)
	}
	return false, nil
}

func (s *Service) start(ctx context.Context, id string) error {
	input, err := json.Marshal(map[string]string{"id": id})
	if err == nil {
		err = do(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Start(ctx, id, input) })
	}
	if err != nil {
		return dependencyFailed("Workflows.Start", err)
	}
	return nil
}

func (s *Service) settle(ctx context.Context, res Reservation) error {
	if res.Key == "" {
		return nil
	}
	err := do(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) error { return s.Store.Settle(ctx, res.Key, res.ID) })
	if err != nil {
		return dependencyFailed("Store.Settle", err)
	}
	return nil
}

// undo takes back an acceptance that failed half-way, and reports whether it
// came too late because the execution is at work already: then the submission
// is accepted after all. keepID lets the repeat go on with the same id. Where
// it is not certain that the record is gone, the key stays locked until the
// lease ends, by when a late removal has happened. Past the lease a repeat may
// have taken over, and nothing is touched.
func (s *Service) undo(ctx context.Context, id string, res Reservation, keepID bool) (tooLate bool) {
	if res.Key != "" && s.Clock.Now().After(res.Lease) {
		return false
	}
	err := s.undoing(ctx, func(ctx context.Context) error { return s.Store.Discard(ctx, id) })
	if err == nil {
		s.release(ctx, res, keepID)
	}
	return errors.Is(err, ErrStale)
}

// standing reads a record that was there before this request.
func (s *Service) standing(ctx context.Context, id string) (Record, error) {
	r, err := s.get(ctx, id)
	if err != nil {
		return r, dependencyFailed("Store.Get", err)
	}
	return r, nil
}
