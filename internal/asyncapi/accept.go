package asyncapi

import (
	"context"
	"encoding/json"
	"errors"
)

// accept makes the record, starts its execution, and settles the reservation,
// in this order: an execution always finds its record, and a key is settled
// only once there is nothing left to do. res has no Key where the client sent
// none.
func (s *Service) accept(ctx context.Context, r Record, res Reservation) (Record, error) {
	existed, err := s.begin(ctx, r)
	if err != nil && !s.undo(ctx, r.ID, res) {
		return r, err
	}
	if err := s.settle(ctx, res); err != nil {
		s.release(ctx, res, true)
		return r, err
	}
	if existed || err != nil {
		return s.standing(ctx, r.ID)
	}
	return r, nil
}

// begin makes the record and starts the execution. A record that exists
// already is this submission's: its id is unguessable, so it comes from an
// earlier attempt under the same key, or from a write of ours that succeeded
// although its answer was lost and that the SDK repeated.
func (s *Service) begin(ctx context.Context, r Record) (existed bool, err error) {
	err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Store.Create(ctx, r) })
	existed = errors.Is(err, ErrExists)
	if err != nil && !existed {
		return false, dependencyFailed("Store.Create", err)
	}
	input, err := json.Marshal(map[string]string{"id": r.ID})
	if err != nil {
		return existed, dependencyFailed("Workflows.Start", err)
	}
	err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Workflows.Start(ctx, r.ID, input) })
	if err != nil {
		return existed, dependencyFailed("Workflows.Start", err)
	}
	return existed, nil
}

func (s *Service) settle(ctx context.Context, res Reservation) error {
	if res.Key == "" {
		return nil
	}
	err := do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Store.Settle(ctx, res.Key, res.ID) })
	if err != nil {
		return dependencyFailed("Store.Settle", err)
	}
	return nil
}

// undo takes back an acceptance that failed half-way, and reports whether it
// came too late, because the execution is at work already: then the submission
// is accepted after all. The reservation keeps its id unless the record is
// certainly gone, so that a repeat completes the same submission. Past the
// lease a repeat may have taken over, and nothing is touched.
func (s *Service) undo(ctx context.Context, id string, res Reservation) (tooLate bool) {
	if res.Key != "" && s.Clock.Now().After(res.Lease) {
		return false
	}
	err := s.undoing(ctx, func(ctx context.Context) error { return s.Store.Discard(ctx, id) })
	if errors.Is(err, ErrStale) {
		return true
	}
	s.release(ctx, res, err != nil)
	return false
}

// standing reads a record that was there before this request.
func (s *Service) standing(ctx context.Context, id string) (Record, error) {
	r, err := s.get(ctx, id)
	if err != nil {
		return r, dependencyFailed("Store.Get", err)
	}
	return r, nil
}
