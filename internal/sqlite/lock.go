package sqlite

import (
	"os"
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
	// SQLite would make it readable for all, and who can read it can lock it.
	// Only a new file is opened, see makeFile.
	if f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		f.Close()
	}
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

// marked reports whether the folder has had a database. The transaction that
// holds the lock is open.
func marked(lock *sqlite.Conn) (mark bool, err error) {
	err = sqlitex.ExecuteTransient(lock, "PRAGMA user_version", &sqlitex.ExecOptions{
		ResultFunc: func(stmt *sqlite.Stmt) error { mark = stmt.ColumnBool(0); return nil },
	})
	return mark, err
}

// setMark notes in the lock's file that the folder has a database: one that is
// missing or empty at a later start is then known to be lost. It must commit,
// and so lets the lock go for a moment; the error is ErrLocked where another
// process has taken it. The mark itself is not worth an error: a full disk
// must not keep the folder from being opened.
func setMark(lock *sqlite.Conn) error {
	err := sqlitex.ExecuteTransient(lock, "PRAGMA user_version = 1", nil)
	if err == nil {
		err = sqlitex.ExecuteTransient(lock, "COMMIT", nil)
	}
	if err != nil && !lock.AutocommitEnabled() {
		return nil
	}
	if err := sqlitex.ExecuteTransient(lock, "BEGIN EXCLUSIVE", nil); err != nil {
		return openError(lockName, err)
	}
	return nil
}
