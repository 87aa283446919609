package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
)

const (
	// grace is how long an expired submission stays, so that a client is told
	// "gone" before it is told "unknown": DynamoDB's TTL takes as long.
	grace = 48 * time.Hour
	// sweepBatch bounds one write of a sweep: others wait for no longer.
	sweepBatch = 200

	sweepSubmissions = `DELETE FROM submissions WHERE id IN
		(SELECT id FROM submissions WHERE expires > 0 AND expires < ? LIMIT ?)`
	sweepReservations = `DELETE FROM reservations WHERE key IN
		(SELECT key FROM reservations WHERE expires > 0 AND expires < ? LIMIT ?)`
)

// Sweep removes submissions that expired two days before now or earlier, and
// reservations that have expired, and returns how many rows went.
func (s *Store) Sweep(ctx context.Context, now time.Time) (removed int, err error) {
	for {
		n, err := s.sweepBatch(ctx, now)
		if err != nil || n == 0 {
			return removed, err
		}
		removed += n
	}
}

func (s *Store) sweepBatch(ctx context.Context, now time.Time) (removed int, err error) {
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		if err := exec(conn, sweepSubmissions, now.Add(-grace).Unix(), sweepBatch); err != nil {
			return err
		}
		removed = conn.Changes()
		if err := exec(conn, sweepReservations, now.Unix(), sweepBatch); err != nil {
			return err
		}
		removed += conn.Changes()
		return nil
	})
	return removed, err
}
