package journal

import (
	"time"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
)

// Schema makes the tables of the journal. Entries are clustered by execution, so that a replay is one
// range scan and a wake-up touches one page. Times are milliseconds since 1970;
// stopped is NULL while an execution runs. unfinished has the few rows that a
// start has to look at.
const Schema = database.Tables(`
CREATE TABLE IF NOT EXISTS machines (
	arn      TEXT PRIMARY KEY,
	document BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS revisions (
	id       TEXT PRIMARY KEY,
	document BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS executions (
	id            INTEGER PRIMARY KEY,
	machine       TEXT NOT NULL,
	name          TEXT NOT NULL,
	revision      TEXT NOT NULL,
	version       TEXT NOT NULL,
	alias         TEXT NOT NULL,
	seed          BLOB NOT NULL,
	started       INTEGER NOT NULL,
	parent        INTEGER NOT NULL,
	parent_ref    INTEGER NOT NULL,
	status        TEXT NOT NULL,
	stopped       INTEGER,
	output        BLOB,
	error         TEXT NOT NULL,
	cause         TEXT NOT NULL,
	unannounced   INTEGER NOT NULL,
	redrive_count INTEGER NOT NULL,
	redriven      INTEGER,
	UNIQUE (machine, name)
);
CREATE INDEX IF NOT EXISTS executions_of_machine ON executions (machine, id);
CREATE INDEX IF NOT EXISTS closed ON executions (stopped) WHERE stopped IS NOT NULL;
CREATE INDEX IF NOT EXISTS unfinished ON executions (id) WHERE stopped IS NULL OR unannounced;

CREATE TABLE IF NOT EXISTS entries (
	execution INTEGER NOT NULL,
	seq       INTEGER NOT NULL,
	entry     BLOB NOT NULL,
	PRIMARY KEY (execution, seq)
) WITHOUT ROWID;
`)

// millis is how the journal keeps a time: milliseconds since 1970, NULL for the zero time.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func columnMillis(stmt *sqlite.Stmt, at int) time.Time {
	if stmt.ColumnIsNull(at) {
		return time.Time{}
	}
	return time.UnixMilli(stmt.ColumnInt64(at)).UTC()
}
