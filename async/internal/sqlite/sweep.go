package sqlite

import (
	"context"
	"errors"
	"time"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

const (
	// grace is how long an expired submission stays, so that a client gets
	// "gone" before it gets "unknown": DynamoDB's TTL takes as long.
	grace = 48 * time.Hour
	// sweepBatch bounds one write of a sweep: others wait for no longer.
	sweepBatch = 200

	selectExpired = `SELECT nr, id, CASE WHEN large <> '' THEN large ->> 'key' END FROM submissions
		WHERE expires > 0 AND expires < ? LIMIT ?`
	selectLarge = `SELECT 1 FROM submissions WHERE large <> '' AND large ->> 'key' = ?`

	deleteCallbacks   = `DELETE FROM callbacks WHERE submission = ?`
	sweepReservations = `DELETE FROM reservations WHERE key IN
		(SELECT key FROM reservations WHERE expires > 0 AND expires < ? LIMIT ?)`
	sweepCallbacks = `DELETE FROM callbacks WHERE hash IN
		(SELECT hash FROM callbacks WHERE expires > 0 AND expires < ? LIMIT ?)`
)

// Sweep removes submissions that expired two days before now or earlier, with
// all that belongs to them: inputs, callbacks, and results, which are kept in
// results (none are if it is nil). It also removes reservations that have expired, and
// returns how many submissions and reservations went. A result is removed
// before its record: what a crash in between leaves is swept the next time.
func (s *Store) Sweep(ctx context.Context, now time.Time, results async.Results) (removed int, err error) {
	for more := true; more && err == nil; {
		more, err = s.sweepBatch(ctx, now, results, &removed)
	}
	if err == nil && removed > 0 {
		err = s.db.Shrink(ctx)
	}
	return removed, err
}

// HasResult reports whether a record names the result kept under key. A result
// that is old and that no record names was left by an attempt that came to nothing.
func (s *Store) HasResult(ctx context.Context, key string) (has bool, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		has, err = database.Row(conn, selectLarge, func(*sqlite.Stmt) error { return nil }, key)
		return err
	})
	return has, err
}

// expired is a submission that is to go.
type expired struct {
	nr      int64
	id, key string
}

func (s *Store) sweepBatch(ctx context.Context, now time.Time, results async.Results, removed *int) (more bool, err error) {
	gone := now.Add(-grace).Unix()
	var batch []expired
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		batch = nil
		return database.Each(conn, selectExpired, func(stmt *sqlite.Stmt) {
			batch = append(batch, expired{stmt.ColumnInt64(0), stmt.ColumnText(1), stmt.ColumnText(2)})
		}, gone, sweepBatch)
	})
	if err != nil {
		return false, err
	}
	for _, x := range batch {
		if x.key != "" && results != nil {
			if err := results.Delete(ctx, x.key); err != nil {
				return false, err
			}
		}
	}
	reservations, callbacks := 0, 0
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		for _, x := range batch {
			s.cache.drop(x.id)
			err := errors.Join(database.Exec(conn, deleteSubmission, x.nr), database.Exec(conn, deleteInput, x.nr),
				database.Exec(conn, deleteCallbacks, x.id))
			if err != nil {
				return err
			}
		}
		if err := database.Exec(conn, sweepReservations, now.Unix(), sweepBatch); err != nil {
			return err
		}
		reservations = conn.Changes()
		err := database.Exec(conn, sweepCallbacks, gone, sweepBatch)
		callbacks = conn.Changes()
		return err
	})
	if err != nil {
		return false, err
	}
	*removed += len(batch) + reservations
	return len(batch) == sweepBatch || reservations == sweepBatch || callbacks == sweepBatch, nil
}
