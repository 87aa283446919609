// Package journal is the engine's journal in an SQLite file.
package journal

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// Journal is the engine's journal in a DB.
type Journal struct {
	db *database.DB
	// row is the memory of the one write that runs.
	row []byte
	// expired is set when Expire has removed something since the last Shrink.
	expired atomic.Bool
}

// The engine and the file that counts for it agree: else this does not compile.
const _ = uint(engine.MaxCrashes-database.MaxCrashes) + uint(database.MaxCrashes-engine.MaxCrashes)

// New returns the journal in db, which was opened with Schema and stays the
// caller's to close.
func New(db *database.DB) *Journal { return &Journal{db: db} }

const (
	insertExecution = `INSERT INTO executions (id, machine, name, revision, version, seed, started, parent, parent_ref,
		status, stopped, output, error, cause, unannounced, redrive_count, redriven, alias, sum, head_sum)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (machine, name) DO NOTHING`
	insertRow = `INSERT INTO entries (execution, seq, count, entry, sum) VALUES (?1, ?2, ?3, ?4, ?5)`
	appendRow = `INSERT OR IGNORE INTO entries (execution, seq, count, entry, sum)
		VALUES (?1, CASE ?2 WHEN (SELECT seq + count FROM entries WHERE execution = ?1 ORDER BY seq DESC LIMIT 1) THEN ?2 END, ?3, ?4, ?5)`
	updateHead   = `UPDATE executions SET status = ?, stopped = ?, output = ?, error = ?, cause = ?, unannounced = ?, redrive_count = ?, redriven = ?, head_sum = ? WHERE id = ?`
	setAnnounced = `UPDATE executions SET unannounced = FALSE WHERE id = ?`
	length       = `SELECT seq + count FROM entries WHERE execution = ?1 ORDER BY seq DESC LIMIT 1`
	pastName     = `SELECT id FROM executions WHERE machine = ? AND name = ? AND (stopped < ? OR stopped IS NOT NULL AND id <= ?)`
	closedBefore = `SELECT id FROM executions WHERE stopped < ? ORDER BY stopped LIMIT ?`
	deleteOne    = `DELETE FROM executions WHERE id = ?`
	deleteRows   = `DELETE FROM entries WHERE execution = ?`
)

// write is DB.Write for the engine, which has to know when no write will succeed
// before the next start, or before there is room.
func (j *Journal) write(ctx context.Context, fn func(*sqlite.Conn) error) error {
	err := j.db.Write(ctx, fn)
	if err == nil {
		return nil
	}
	if errors.Is(err, database.ErrFull) {
		return fmt.Errorf("%w: %w", engine.ErrJournalFull, err)
	}
	if errors.As(err, new(*database.LostError)) {
		return fmt.Errorf("%w: %w", engine.ErrJournalLost, err)
	}
	return err
}

// Create implements engine.Journal.
func (j *Journal) Create(ctx context.Context, r engine.Record, entries [][]byte, past engine.Past) error {
	return j.write(ctx, func(conn *sqlite.Conn) error {
		inserted, err := insertRecord(conn, r)
		if err != nil {
			return err
		}
		if !inserted {
			if err := removePast(conn, r, past); err != nil {
				return err
			}
			if inserted, err = insertRecord(conn, r); err != nil {
				return err
			}
		}
		if !inserted {
			return engine.ErrExists
		}
		_, err = j.insertEntries(conn, insertRow, r.ID, 0, entries)
		return err
	})
}

func insertRecord(conn *sqlite.Conn, r engine.Record) (bool, error) {
	var parent engine.Parent
	if r.Parent != nil {
		parent = *r.Parent
	}
	err := database.Exec(conn, insertExecution, r.ID, r.MachineARN, r.Name, r.Revision, r.VersionARN, r.Seed[:], millis(r.Started),
		parent.ID, int64(parent.Ref), string(r.Status), millis(r.Stopped), []byte(r.Output), r.Error, r.Cause, r.Unannounced, r.RedriveCount, millis(r.Redriven), r.AliasARN,
		recordSum(&r), headSum(r.ID, &r.Head))
	return conn.Changes() == 1, err
}

// removePast removes the execution that has the name of r, if it is past.
func removePast(conn *sqlite.Conn, r engine.Record, past engine.Past) error {
	ids, err := selectIDs(conn, pastName, r.MachineARN, r.Name, past.ClosedBefore.UnixMilli(), past.UpTo)
	if err != nil {
		return err
	}
	_, err = remove(conn, ids)
	return err
}

func selectIDs(conn *sqlite.Conn, query string, args ...any) (ids []int64, err error) {
	err = database.Each(conn, query, func(stmt *sqlite.Stmt) { ids = append(ids, stmt.ColumnInt64(0)) }, args...)
	return ids, err
}

// maxRemoved is how many entries one write of a sweep removes before it ends:
// others wait for no longer, however long the executions were.
const maxRemoved = 10_000

// remove removes the executions in order, until their entries were many.
func remove(conn *sqlite.Conn, ids []int64) (removed int, err error) {
	for entries := 0; removed < len(ids) && entries < maxRemoved; removed++ {
		n, err := entryCount(conn, ids[removed])
		if err != nil {
			return removed, err
		}
		if err := database.Exec(conn, deleteRows, ids[removed]); err != nil {
			return removed, err
		}
		entries += n
		if err := database.Exec(conn, deleteOne, ids[removed]); err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// insertEntries reports whether there were any that the statement, insertRow or appendRow, has taken.
func (j *Journal) insertEntries(conn *sqlite.Conn, insert string, id int64, seq int, entries [][]byte) (ok bool, err error) {
	for len(entries) > 0 {
		n, row := j.packed(entries)
		if err := database.Exec(conn, insert, id, seq, n, row, entriesSum(id, seq, n, row)); err != nil || conn.Changes() == 0 {
			return false, err
		}
		entries, seq, ok = entries[n:], seq+n, true
	}
	return ok, nil
}

// Append implements engine.Journal.
func (j *Journal) Append(ctx context.Context, id int64, seq int, entries [][]byte, head *engine.Head) error {
	return j.write(ctx, func(conn *sqlite.Conn) error {
		ok, err := j.insertEntries(conn, appendRow, id, seq, entries)
		if err == nil && !ok {
			if err = checkNext(conn, id, seq); err == nil && len(entries) > 0 {
				err = fmt.Errorf("the database did not take the entries from %d on", seq)
			}
		}
		if err != nil || head == nil {
			return err
		}
		return database.Exec(conn, updateHead, string(head.Status), millis(head.Stopped), []byte(head.Output), head.Error, head.Cause,
			head.Unannounced, head.RedriveCount, millis(head.Redriven), headSum(id, head), id)
	})
}

// checkNext returns an error unless the execution is there and has seq entries.
func checkNext(conn *sqlite.Conn, id int64, seq int) error {
	n, err := entryCount(conn, id)
	switch {
	case err != nil:
		return err
	case n == 0:
		return engine.ErrNotFound
	case n == seq:
		return nil
	}
	return fmt.Errorf("append after %d entries, there are %d", seq, n)
}

// Announced implements engine.Journal.
func (j *Journal) Announced(ctx context.Context, id int64) error {
	return j.write(ctx, func(conn *sqlite.Conn) error { return database.Exec(conn, setAnnounced, id) })
}

// Expire implements engine.Journal.
func (j *Journal) Expire(ctx context.Context, t time.Time, limit int) (removed int, err error) {
	err = j.write(ctx, func(conn *sqlite.Conn) error {
		ids, err := selectIDs(conn, closedBefore, millis(t), limit)
		if err != nil {
			return err
		}
		removed, err = remove(conn, ids)
		return err
	})
	if err != nil {
		return 0, err // nothing of it was kept
	}
	if removed > 0 {
		j.expired.Store(true)
	} else if j.expired.Swap(false) {
		return 0, j.db.Shrink(ctx) // a sweep has come to its end
	}
	return removed, nil
}
