package async

import (
	"context"
	"errors"
	"time"

	"example.org/asynchttpapi/api"
)

// reservation ties the request's key to the record it is about to make.
func (s *Service) reservation(in Submission, r Record) Reservation {
	return Reservation{
		Key:         hash(in.Scope + "\x00" + in.Key),
		Fingerprint: fingerprint(r.Payload),
		ID:          r.ID,
		Lease:       r.Created.Add(s.Lease),
		Now:         r.Created,
		Expires:     r.Created.Add(s.KeyRetention),
	}
}

// submitOnce accepts r under a key, or finds the submission that has it.
func (s *Service) submitOnce(ctx context.Context, r Record, claim Reservation) (Record, error) {
	held, mine, err := s.reserve(ctx, claim)
	switch {
	case err != nil:
		return r, err
	case !mine:
		return s.repeated(ctx, held, claim.Fingerprint)
	case held.ID == claim.ID:
		return s.accept(ctx, r, held)
	}
	// An earlier attempt was given up. What it has left is completed; where its
	// record is gone, an execution of its name may have failed for want of it,
	// and the submission needs another id.
	left, err := s.get(ctx, held.ID)
	switch {
	case err == nil:
		return s.adopt(ctx, left, held)
	case errors.Is(err, ErrNotFound):
		s.release(ctx, held, false)
		return s.submitOnce(ctx, r, claim)
	}
	s.release(ctx, held, true)
	return r, dependencyFailed("Store.Get", err)
}

func (s *Service) reserve(ctx context.Context, r Reservation) (stored Reservation, mine bool, err error) {
	type claim struct {
		stored Reservation
		mine   bool
	}
	c, err := bounded(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) (claim, error) {
		stored, mine, err := s.Store.Reserve(ctx, r)
		return claim{stored, mine}, err
	})
	if err != nil {
		// It may have been made all the same, and would lock out the repeat.
		s.release(ctx, r, false)
		return r, false, dependencyFailed("Store.Reserve", err)
	}
	// An SDK that lost the answer to a claim repeats it, and meets its own: the
	// id was made for this request alone.
	return c.stored, c.mine || c.stored.ID == r.ID, nil
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
	return do(context.WithoutCancel(ctx), s.WithTimeout, s.UndoTimeout, f)
}

// acceptTime is more than an acceptance takes when nothing is wrong.
const acceptTime = 2 * time.Second

// inProgress tells a repeated request when to come again: soon, or, if the one
// that holds the key seems to have died, when its lease is over.
func (s *Service) inProgress(held Reservation) *Failure {
	f := &Failure{
		Code:       api.CodeAcceptanceInProgress,
		Detail:     "The first request with this Idempotency-Key is still being accepted.",
		RetryAfter: minRetry,
	}
	if left := held.Lease.Sub(s.Clock.Now()); left < s.Lease-acceptTime {
		f.RetryAfter = wholeRetry(left)
	}
	return f
}

// repeated answers a request whose key another one holds.
func (s *Service) repeated(ctx context.Context, held Reservation, fingerprint string) (Record, error) {
	if held.Fingerprint != fingerprint {
		return Record{}, &Failure{
			Code:   api.CodeKeyReused,
			Detail: "The Idempotency-Key was used before with another payload.",
		}
	}
	if !held.Settled {
		return Record{}, s.inProgress(held)
	}
	r, err := s.get(ctx, held.ID)
	if errors.Is(err, ErrNotFound) {
		return r, errGone
	}
	if err != nil {
		return r, dependencyFailed("Store.Get", err)
	}
	s.Report.Tell(ctx, Moment{What: Replayed, ID: r.ID, State: r.State})
	return r, nil
}
