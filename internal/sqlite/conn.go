package sqlite

import (
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// checkpointPages is how long the write-ahead log may grow before its pages
// are moved into the database: longer means fewer of these pauses and more
// log to read at the next start.
const checkpointPages = 4000

// openWriter opens the one connection that writes. synchronous=FULL makes a
// commit wait for the log's fsync, https://www.sqlite.org/pragma.html#pragma_synchronous;
// fullfsync is what macOS needs for the same promise and nothing elsewhere.
func openWriter(file string) (*sqlite.Conn, error) {
	return openConn(file, sqlite.OpenReadWrite|sqlite.OpenCreate,
		"PRAGMA locking_mode = NORMAL",
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = FULL",
		"PRAGMA fullfsync = ON",
		"PRAGMA checkpoint_fullfsync = ON",
		"PRAGMA foreign_keys = ON",
		"PRAGMA temp_store = MEMORY",
		"PRAGMA cache_size = -65536",
		fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", checkpointPages),
	)
}

func openReader(file string) (*sqlite.Conn, error) {
	return openConn(file, sqlite.OpenReadWrite,
		"PRAGMA query_only = ON",
		"PRAGMA temp_store = MEMORY",
		"PRAGMA cache_size = -16384",
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
