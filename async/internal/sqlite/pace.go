package sqlite

import (
	"bytes"
	"context"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

var _ async.Paces = (*Store)(nil)

const (
	selectPace = `SELECT pace FROM paces WHERE job = ?`
	insertPace = `INSERT OR REPLACE INTO paces (job, pace) VALUES (?, ?)`
)

// Pace implements async.Paces.
func (s *Store) Pace(ctx context.Context, job string) (pace []byte, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		pace, err = readPace(conn, job)
		return err
	})
	return pace, err
}

// SavePace implements async.Paces.
func (s *Store) SavePace(ctx context.Context, job string, was, now []byte) error {
	return s.db.Write(ctx, func(conn *sqlite.Conn) error {
		stored, err := readPace(conn, job)
		if err != nil {
			return err
		}
		if !bytes.Equal(stored, was) {
			return async.ErrStale
		}
		return database.Exec(conn, insertPace, job, now)
	})
}

func readPace(conn *sqlite.Conn, job string) (pace []byte, err error) {
	_, err = database.Row(conn, selectPace, func(stmt *sqlite.Stmt) error { pace = database.ColumnBytes(stmt, 0); return nil }, job)
	return pace, err
}
