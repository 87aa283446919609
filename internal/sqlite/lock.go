package sqlite

import (
	"path/filepath"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const lockName = "lock.db"

// lock takes the folder for this process until the connection is closed or the
// process ends, however it ends. The lock is SQLite's own, on a file apart, for
// it is portable, dies with its holder, and does not keep our own readers out.
func lock(dir string) (*sqlite.Conn, error) {
	file := filepath.Join(dir, lockName)
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, openError(file, err)
	}
	conn.SetBusyTimeout(0)
	if err := sqlitex.ExecuteTransient(conn, "BEGIN EXCLUSIVE", nil); err != nil {
		return conn, openError(file, err)
	}
	return conn, nil
}
