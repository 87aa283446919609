package async

import (
	"context"
	"errors"
	"time"
)

// Errors that a Store or Workflows returns, possibly wrapped. Any other error
// means that the dependency is down, and that the outcome of a write is
// unknown.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	// ErrStale refuses a write whose State is not After the stored one, or a
	// decision for a stage that has one. The stored record comes with it.
	ErrStale = errors.New("the stored record has moved on")
	// ErrThrottled means that the dependency refused the call for now. Any error
	// with a method Throttled() bool that returns true means the same.
	ErrThrottled = errors.New("throttled")
)

// Store keeps records. Adapters: async/internal/dynamo, async/internal/sqlite. Every
// method is durable when it returns nil, and reads see every earlier write.
// What is not Valid is refused with ErrInvalid. Times come back in UTC and
// exact, except Expires, which is kept in whole seconds, rounded up.
type Store interface {
	// Create stores a new record, or returns ErrExists.
	Create(ctx context.Context, r Record) error
	// Get returns ErrNotFound where there is no record; an expired one is
	// returned as long as it is there.
	Get(ctx context.Context, id string) (Record, error)
	// Advance applies c if it may, atomically, and returns the record as it
	// is then; with ErrStale the record as it stands. ErrNotFound where there is none.
	Advance(ctx context.Context, id string, c Change) (Record, error)
	// Discard removes a record whose acceptance failed, if nothing has moved it
	// since Create (Rank and Redrive are 0); ErrStale if something has, nil
	// where there is none.
	Discard(ctx context.Context, id string) error

	// Reserve claims an idempotency key, atomically: a key never seen, expired
	// (r.Now is past the stored Expires), or abandoned (not Settled, r.Now is
	// past the stored Lease, same Fingerprint) is the caller's. An abandoned
	// one keeps its stored ID. The stored reservation is returned, with mine
	// telling whether the caller holds it and has to go on.
	Reserve(ctx context.Context, r Reservation) (stored Reservation, mine bool, err error)
	// Settle marks the reservation as accepted for good; again is nil.
	// ErrNotFound where there is none, ErrStale where it names another id.
	Settle(ctx context.Context, key, id string) error
	// Release gives up a reservation that is not Settled and still names id:
	// keepID false removes it; true only ends its lease, so that the next
	// Reserve completes the same submission. Any other reservation is left
	// alone, and nil returned: it is somebody else's by now.
	Release(ctx context.Context, key, id string, keepID bool) error
}

// Change is one write to a record. Zero fields leave the stored ones alone.
type Change struct {
	// State is written if it is After the stored one; nil for a decision alone.
	State *State
	// Stage and Decision are recorded if the stage has no decision yet.
	// Together with State both conditions hold or nothing is written.
	Stage, Decision string
	// Deadline replaces the record's when it is not zero (a redrive).
	Deadline time.Time
	At       time.Time
}

// Reservation ties an idempotency key to the submission it made.
type Reservation struct {
	// Key is a hash of the caller's Idempotency-Key and scope, never the key itself.
	Key string
	// Fingerprint is a hash of the payload: another payload under the same key is refused.
	Fingerprint string
	ID          string
	Settled     bool
	// Lease is until when the original request may still be at work.
	Lease time.Time
	// Now is the caller's clock. It is not stored: what Reserve returns has none
	// of its own.
	Now     time.Time
	Expires time.Time
}
