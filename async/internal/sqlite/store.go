// Package sqlite keeps submissions and reservations in an SQLite file.
package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

// Store is an async.Store in a DB.
type Store struct {
	db    *database.DB
	now   func() time.Time
	cache cache
}

var _ async.Store = (*Store)(nil)

// NewStore returns the store in db, which was opened with Schema and stays the caller's to close.
func NewStore(db *database.DB) *Store { return &Store{db: db, now: time.Now} }

const (
	insertInput      = `INSERT INTO inputs (nr, input) VALUES (?, ?)`
	selectInput      = `SELECT input FROM submissions JOIN inputs USING (nr) WHERE id = ?`
	selectPosition   = `SELECT nr, redrive, rank FROM submissions WHERE id = ?`
	deleteSubmission = `DELETE FROM submissions WHERE nr = ?`
	deleteInput      = `DELETE FROM inputs WHERE nr = ?`
	insertCallback   = `INSERT OR REPLACE INTO callbacks (hash, submission, stage, expires) VALUES (?, ?, ?, ?)`
	selectCallback   = `SELECT submission, stage, expires FROM callbacks WHERE hash = ?`
)

// Create implements async.Store.
func (s *Store) Create(ctx context.Context, r async.Record, input json.RawMessage) error {
	if err := errors.Join(r.Valid(), async.ValidInput(input)); err != nil {
		return err
	}
	values, err := changing(r)
	if err != nil {
		return err
	}
	values = append(values, r.ID, r.Job, r.Created, expirySeconds(r.Expires), r.Scope)
	var write uint64
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		var nr int64
		inserted, err := database.Row(conn, insertSubmission, func(stmt *sqlite.Stmt) error { nr = stmt.ColumnInt64(0); return nil }, values...)
		if err != nil {
			return err
		}
		if !inserted {
			return async.ErrExists
		}
		write = s.cache.begin(r.ID)
		return database.Exec(conn, insertInput, nr, []byte(input))
	})
	if err == nil {
		s.cache.end(write, asStored(r), input)
	}
	return err
}

// Get implements async.Store.
func (s *Store) Get(ctx context.Context, id string) (r async.Record, err error) {
	if err := ctx.Err(); err != nil {
		return r, err
	}
	if r, ok := s.cache.get(id); ok {
		return r, nil
	}
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		r, err = readSubmission(conn, id)
		return err
	})
	return r, err
}

// Input implements async.Store.
func (s *Store) Input(ctx context.Context, id string) (input json.RawMessage, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if input, ok := s.cache.getInput(id); ok {
		return input, nil
	}
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err := database.Row(conn, selectInput, func(stmt *sqlite.Stmt) error { input = database.ColumnBytes(stmt, 0); return nil }, id)
		if err == nil && !found {
			err = async.ErrNotFound
		}
		return err
	})
	return input, err
}

// Advance implements async.Store.
func (s *Store) Advance(ctx context.Context, id string, c async.Change) (r async.Record, err error) {
	if err := c.Valid(); err != nil {
		return r, err
	}
	var write uint64
	err = s.db.Write(ctx, func(conn *sqlite.Conn) error {
		// What the cache has is committed, and nothing before in this transaction.
		kept := false
		if r, kept = s.cache.get(id); !kept {
			if r, err = readSubmission(conn, id); err != nil {
				return err
			}
		}
		if r, err = c.Apply(r); err != nil {
			return err
		}
		write = s.cache.begin(id)
		r = asStored(r)
		values, err := changing(r)
		if err != nil {
			return err
		}
		err = database.Exec(conn, updateSubmission, append(values, id)...)
		if err == nil && c.State != nil && r.Scope != "" {
			err = s.noteEnd(conn, r)
		}
		return err
	})
	if err != nil && !errors.Is(err, async.ErrStale) {
		return async.Record{}, err
	}
	if err == nil {
		s.cache.end(write, r, nil)
	}
	return r, err
}

// Discard implements async.Store.
func (s *Store) Discard(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(conn *sqlite.Conn) error {
		var nr int64
		moved := false
		_, err := database.Row(conn, selectPosition, func(stmt *sqlite.Stmt) error {
			nr, moved = stmt.ColumnInt64(0), stmt.ColumnInt(1) > 0 || stmt.ColumnInt(2) > 0
			return nil
		}, id)
		switch {
		case err != nil:
			return err
		case moved:
			return async.ErrStale
		}
		s.cache.drop(id)
		return errors.Join(database.Exec(conn, deleteSubmission, nr), database.Exec(conn, deleteInput, nr))
	})
}

// PutCallback implements async.Store.
func (s *Store) PutCallback(ctx context.Context, hash string, c async.CallbackRef) error {
	return s.db.Write(ctx, func(conn *sqlite.Conn) error {
		return database.Exec(conn, insertCallback, hash, c.ID, c.Stage, expirySeconds(c.Expires))
	})
}

// Callback implements async.Store.
func (s *Store) Callback(ctx context.Context, hash string) (c async.CallbackRef, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err := database.Row(conn, selectCallback, func(stmt *sqlite.Stmt) error {
			c.ID, c.Stage, c.Expires = stmt.ColumnText(0), stmt.ColumnText(1), columnExpiry(stmt, 2)
			return nil
		}, hash)
		if err == nil && !found {
			err = async.ErrNotFound
		}
		return err
	})
	return c, err
}
