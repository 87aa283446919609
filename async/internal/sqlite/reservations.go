package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

const (
	selectReservation = `SELECT fingerprint, submission, settled, lease, expires, cancel FROM reservations WHERE key = ?`
	upsertReservation = `INSERT INTO reservations (key, fingerprint, submission, settled, lease, expires, cancel)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE
		SET fingerprint = ?2, submission = ?3, settled = ?4, lease = ?5, expires = ?6, cancel = ?7`
	settleReservation = `UPDATE reservations SET settled = 1 WHERE key = ?`
	endLease          = `UPDATE reservations SET lease = '' WHERE key = ? AND submission = ? AND settled = 0`
	endLeases         = `UPDATE reservations SET lease = '' WHERE settled = 0`
	deleteReservation = `DELETE FROM reservations WHERE key = ? AND submission = ? AND settled = 0`
)

// Reserve implements async.Store.
func (s *Store) Reserve(ctx context.Context, r async.Reservation) (kept async.Reservation, mine bool, err error) {
	if err := r.Valid(); err != nil {
		return kept, false, err
	}
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		stored, err := readReservation(conn, r.Key)
		if err != nil {
			return err
		}
		if kept, mine = r.Claim(stored); !mine {
			return nil
		}
		if err := database.Exec(conn, upsertReservation,
			kept.Key, kept.Fingerprint, kept.ID, kept.Settled, kept.Lease, expirySeconds(kept.Expires), kept.Cancel); err != nil {
			return err
		}
		stored, err = readReservation(conn, r.Key)
		if err == nil {
			kept = *stored
		}
		return err
	})
	return kept, mine && err == nil, err
}

// Settle implements async.Store.
func (s *Store) Settle(ctx context.Context, key, id string) error {
	return s.db.Write(ctx, func(conn *sqlite.Conn) error {
		stored, err := readReservation(conn, key)
		switch {
		case err != nil:
			return err
		case stored == nil:
			return async.ErrNotFound
		case stored.ID != id:
			return async.ErrStale
		}
		return database.Exec(conn, settleReservation, key)
	})
}

// Release implements async.Store.
func (s *Store) Release(ctx context.Context, key, id string, keepID bool) error {
	query := deleteReservation
	if keepID {
		query = endLease
	}
	return s.db.Write(ctx, func(conn *sqlite.Conn) error { return database.Exec(conn, query, key, id) })
}

// EndLeases ends the leases of all requests that were being accepted when the
// process ended: nothing is at work on them, so that repeating one completes it
// at once. It must run before the first request.
func (s *Store) EndLeases(ctx context.Context) error {
	return s.db.Write(ctx, func(conn *sqlite.Conn) error { return database.Exec(conn, endLeases) })
}

// readReservation is nil where there is none.
func readReservation(conn *sqlite.Conn, key string) (*async.Reservation, error) {
	r := &async.Reservation{Key: key}
	found, err := database.Row(conn, selectReservation, func(stmt *sqlite.Stmt) (err error) {
		r.Fingerprint, r.ID, r.Settled = stmt.ColumnText(0), stmt.ColumnText(1), stmt.ColumnBool(2)
		r.Lease, err = database.ColumnTime(stmt, 3)
		r.Expires, r.Cancel = columnExpiry(stmt, 4), stmt.ColumnText(5)
		return err
	}, key)
	if err != nil || !found {
		return nil, err
	}
	return r, nil
}
