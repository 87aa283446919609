package asynctest

import (
	"context"
	"time"

	"example.org/asynchttpapi/async"
)

// Reserve implements async.Store.
func (s *Store) Reserve(ctx context.Context, r async.Reservation) (async.Reservation, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := firstError(ctx.Err(), r.Valid()); err != nil {
		return async.Reservation{}, false, err
	}
	r.Lease, r.Expires = r.Lease.UTC(), wholeSeconds(r.Expires)
	var stored *async.Reservation
	if found, ok := s.reservations[r.Key]; ok {
		stored = &found
	}
	kept, mine := r.Claim(stored)
	s.keep(kept)
	return kept, mine, nil
}

// Settle implements async.Store.
func (s *Store) Settle(ctx context.Context, key, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.reservations[key]
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !ok:
		return async.ErrNotFound
	case r.ID != id:
		return async.ErrStale
	}
	r.Settled = true
	s.keep(r)
	return nil
}

// Release implements async.Store.
func (s *Store) Release(ctx context.Context, key, id string, keepID bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	r, ok := s.reservations[key]
	if !ok || r.ID != id || r.Settled {
		return nil
	}
	if !keepID {
		delete(s.reservations, key)
		return nil
	}
	r.Lease = time.Time{}
	s.keep(r)
	return nil
}

func (s *Store) keep(r async.Reservation) {
	if s.reservations == nil {
		s.reservations = map[string]async.Reservation{}
	}
	s.reservations[r.Key] = r
}
