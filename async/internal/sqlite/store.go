// Package sqlite keeps submissions and reservations in an SQLite file.
package sqlite

import (
	"context"
	"errors"
	"time"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

// Store is an async.Store in a DB.
type Store struct{ db *database.DB }

var _ async.Store = (*Store)(nil)

// NewStore returns the store in db, which was opened with Schema and stays the caller's to close.
func NewStore(db *database.DB) *Store { return &Store{db: db} }

const (
	insertSubmission = `INSERT INTO submissions
		(id, status, custom_status, message, error_code, error_message, redrive, rank,
		 decisions, created, updated, deadline, expires, payload)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1`
	selectSubmission = `SELECT status, custom_status, message, error_code, error_message, redrive, rank,
		decisions, created, updated, deadline, expires, payload FROM submissions WHERE id = ?`
	updateSubmission = `UPDATE submissions SET
		status = ?, custom_status = ?, message = ?, error_code = ?, error_message = ?, redrive = ?, rank = ?,
		decisions = ?, updated = ?, deadline = ? WHERE id = ?`
	selectPosition   = `SELECT redrive, rank FROM submissions WHERE id = ?`
	deleteSubmission = `DELETE FROM submissions WHERE id = ?`
)

// Create implements async.Store.
func (s *Store) Create(ctx context.Context, r async.Record) error {
	if err := r.Valid(); err != nil {
		return err
	}
	decisions, err := decisionsText(r.Decisions)
	if err != nil {
		return err
	}
	code, message := errorColumns(r.Error)
	return s.db.Write(ctx, func(conn *sqlite.Conn) error {
		inserted, err := database.Row(conn, insertSubmission, nothing,
			r.ID, string(r.Status), r.CustomStatus, r.Message, code, message, r.Redrive, r.Rank,
			decisions, r.Created, r.Updated, r.Deadline, expirySeconds(r.Expires), []byte(r.Payload))
		if err == nil && !inserted {
			err = async.ErrExists
		}
		return err
	})
}

// Get implements async.Store.
func (s *Store) Get(ctx context.Context, id string) (r async.Record, err error) {
	if err := ctx.Err(); err != nil {
		return r, err
	}
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		r, err = readSubmission(conn, id)
		return err
	})
	return r, err
}

// Advance implements async.Store.
func (s *Store) Advance(ctx context.Context, id string, c async.Change) (r async.Record, err error) {
	if err := c.Valid(); err != nil {
		return r, err
	}
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		if r, err = readSubmission(conn, id); err != nil {
			return err
		}
		if r, err = c.Apply(r); err != nil {
			return err
		}
		r.Updated, r.Deadline = r.Updated.UTC(), r.Deadline.UTC()
		return writeSubmission(conn, r)
	})
	if err != nil && !errors.Is(err, async.ErrStale) {
		return async.Record{}, err
	}
	return r, err
}

// Discard implements async.Store.
func (s *Store) Discard(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(conn *sqlite.Conn) error {
		moved := false
		_, err := database.Row(conn, selectPosition, func(stmt *sqlite.Stmt) error {
			moved = stmt.ColumnInt(0) > 0 || stmt.ColumnInt(1) > 0
			return nil
		}, id)
		if err != nil {
			return err
		}
		if moved {
			return async.ErrStale
		}
		return database.Exec(conn, deleteSubmission, id)
	})
}

func readSubmission(conn *sqlite.Conn, id string) (async.Record, error) {
	r := async.Record{ID: id}
	found, err := database.Row(conn, selectSubmission, func(stmt *sqlite.Stmt) error { return scanSubmission(stmt, &r) }, id)
	if err == nil && !found {
		err = async.ErrNotFound
	}
	return r, err
}

func scanSubmission(stmt *sqlite.Stmt, r *async.Record) error {
	r.Status = api.Status(stmt.ColumnText(0))
	r.CustomStatus, r.Message = stmt.ColumnText(1), stmt.ColumnText(2)
	if !stmt.ColumnIsNull(3) {
		r.Error = &api.Error{Code: stmt.ColumnText(3), Message: stmt.ColumnText(4)}
	}
	r.Redrive, r.Rank = stmt.ColumnInt(5), stmt.ColumnInt(6)
	var errs [4]error
	r.Decisions, errs[0] = columnDecisions(stmt, 7)
	r.Created, errs[1] = database.ColumnTime(stmt, 8)
	r.Updated, errs[2] = database.ColumnTime(stmt, 9)
	r.Deadline, errs[3] = database.ColumnTime(stmt, 10)
	r.Expires = columnExpiry(stmt, 11)
	r.Payload = database.ColumnBytes(stmt, 12)
	return errors.Join(errs[:]...)
}

func writeSubmission(conn *sqlite.Conn, r async.Record) error {
	decisions, err := decisionsText(r.Decisions)
	if err != nil {
		return err
	}
	code, message := errorColumns(r.Error)
	return database.Exec(conn, updateSubmission,
		string(r.Status), r.CustomStatus, r.Message, code, message, r.Redrive, r.Rank,
		decisions, r.Updated, r.Deadline, r.ID)
}

func errorColumns(e *api.Error) (code, message any) {
	if e == nil {
		return nil, nil
	}
	return e.Code, e.Message
}

// nothing scans a row of which only the being there counts.
func nothing(*sqlite.Stmt) error { return nil }

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
		if err == nil && n == 0 && removed > 0 {
			err = s.db.Shrink(ctx)
		}
		if err != nil || n == 0 {
			return removed, err
		}
		removed += n
	}
}

func (s *Store) sweepBatch(ctx context.Context, now time.Time) (removed int, err error) {
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		if err := database.Exec(conn, sweepSubmissions, now.Add(-grace).Unix(), sweepBatch); err != nil {
			return err
		}
		removed = conn.Changes()
		if err := database.Exec(conn, sweepReservations, now.Unix(), sweepBatch); err != nil {
			return err
		}
		removed += conn.Changes()
		return nil
	})
	return removed, err
}
