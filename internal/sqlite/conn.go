package sqlite

import (
	"os"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// openWriter opens the one connection that writes. synchronous=FULL makes a
// commit wait for the log's fsync, https://www.sqlite.org/pragma.html#pragma_synchronous;
// fullfsync is what macOS needs for the same promise and nothing elsewhere.
// Checkpoints are the committer's, which makes the sums of the pages first.
// secure_delete overwrites what is deleted, and auto_vacuum, which only a new
// database takes, lets the file shrink: see Shrink.
func openWriter(file string) (*sqlite.Conn, error) {
	return openConn(file, sqlite.OpenReadWrite|sqlite.OpenCreate,
		autoVacuum(file),
		"PRAGMA locking_mode = NORMAL",
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = FULL",
		"PRAGMA fullfsync = ON",
		"PRAGMA checkpoint_fullfsync = ON",
		"PRAGMA foreign_keys = ON",
		"PRAGMA temp_store = MEMORY",
		"PRAGMA cache_size = -4096",
		"PRAGMA secure_delete = ON",
		"PRAGMA wal_autocheckpoint = 0",
	)
}

// autoVacuum returns the pragma that has a new database keep what Shrink needs. An
// older one would not take it, and for one that has it, it would be a write at
// each start, which a full disk refuses.
func autoVacuum(file string) string {
	if info, err := os.Stat(file); err == nil && info.Size() > 0 {
		return "PRAGMA auto_vacuum"
	}
	return "PRAGMA auto_vacuum = INCREMENTAL"
}

func openReader(file string) (*sqlite.Conn, error) {
	return openConn(file, sqlite.OpenReadWrite,
		"PRAGMA query_only = ON",
		"PRAGMA temp_store = MEMORY",
		"PRAGMA cache_size = -2048",
	)
}

func openConn(file string, flags sqlite.OpenFlags, pragmas ...string) (*sqlite.Conn, error) {
	conn, err := sqlite.OpenConn(file, flags)
	if err != nil {
		return nil, openError(file, err)
	}
	for _, p := range pragmas {
		if err := sqlitex.ExecuteTransient(conn, p, nil); err != nil {
			return conn, openError(file, err)
		}
	}
	return conn, nil
}
