package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

// eachBatch bounds one read of Each, between which writes may empty the log.
const eachBatch = 200

const (
	selectEach = `SELECT
		status, custom_status, message, error_code, error_message, redrive, rank, percent, began, due,
		outcomes, '', NULL, large, wait_stage, '', '', 0, updated, deadline,
		job, created, expires, nr, id FROM submissions WHERE nr > ? ORDER BY nr LIMIT ?`
	selectNumber         = `SELECT nr FROM submissions WHERE id = ?`
	deleteReservationsOf = `DELETE FROM reservations WHERE submission = ?`
)

// Each calls found with every record, the oldest first, until found returns an
// error. The records have no values and no results. It is for operators.
func (s *Store) Each(ctx context.Context, found func(async.Record) error) error {
	for last, more := int64(0), true; more; {
		var batch []async.Record
		err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
			batch = nil
			var bad error
			err := database.Each(conn, selectEach, func(stmt *sqlite.Stmt) {
				r := async.Record{ID: stmt.ColumnText(24)}
				if err := scanSubmission(stmt, &r); err != nil && bad == nil {
					bad = err
				}
				last = stmt.ColumnInt64(23)
				batch = append(batch, r)
			}, last, eachBatch)
			if err == nil {
				err = bad
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range batch {
			if err := found(r); err != nil {
				return err
			}
		}
		more = len(batch) == eachBatch
	}
	return nil
}

// Purge removes the record of a submission with its input, callbacks and
// idempotency keys, at once, and returns how many rows went. It is for operators.
func (s *Store) Purge(ctx context.Context, id string) (items int, err error) {
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		items = 0
		var nr int64
		_, err := database.Row(conn, selectNumber, func(stmt *sqlite.Stmt) error { nr = stmt.ColumnInt64(0); return nil }, id)
		if err != nil {
			return err
		}
		s.cache.drop(id)
		for _, step := range []struct {
			query string
			value any
		}{{deleteReservationsOf, id}, {deleteCallbacks, id}, {deleteInput, nr}, {deleteSubmission, nr}} {
			if err := database.Exec(conn, step.query, step.value); err != nil {
				return err
			}
			items += conn.Changes()
		}
		return nil
	})
	if err == nil && items > 0 {
		err = s.db.Shrink(ctx)
	}
	return items, err
}
