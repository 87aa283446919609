package journal

import (
	"time"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// Schema is the part of a database that a Journal needs.
const Schema = part(tables)

// part implements database.Part.
type part string

// Script implements database.Part.
func (p part) Script() string { return string(p) }

// Migrate implements database.Part. In format 1 rows have no sums, and before
// format 3 each entry has a row of its own.
func (p part) Migrate(conn *sqlite.Conn) error {
	sums, counts := true, true
	err := database.Each(conn, `SELECT EXISTS (SELECT 1 FROM pragma_table_info('entries') WHERE name = 'sum'),
		EXISTS (SELECT 1 FROM pragma_table_info('entries') WHERE name = 'count')
		FROM sqlite_schema WHERE name = 'entries'`, func(stmt *sqlite.Stmt) { sums, counts = stmt.ColumnBool(0), stmt.ColumnBool(1) })
	if err != nil || counts {
		return err
	}
	if err := database.AddRowSum(conn); err != nil {
		return err
	}
	if !sums {
		if err := database.Script(conn, addSums); err != nil {
			return err
		}
	}
	return database.Script(conn, addCount)
}

const addSums = `
ALTER TABLE machines ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revisions ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN head_sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE machines SET sum = row_sum(arn, document);
UPDATE revisions SET sum = row_sum(id, document);
UPDATE executions SET
	sum = row_sum(id, machine, name, revision, version, seed, started, parent, parent_ref, alias),
	head_sum = row_sum(id, status, stopped, output, error, cause, redrive_count, redriven);
UPDATE entries SET sum = row_sum(execution, seq, entry);
`

// A row whose sum is wrong keeps one that is wrong.
const addCount = `
ALTER TABLE entries ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
UPDATE entries SET sum = row_sum(execution, seq, count, entry) + (sum <> row_sum(execution, seq, entry));
`

// tables are those of the journal. Entries are clustered by execution, so that
// a replay is one range scan and a wake-up touches one page; those of one write
// share a row, see packed. Times are
// milliseconds since 1970; stopped is NULL while an execution runs. unfinished
// has the few rows that a start has to look at. The sums are checked whenever a
// row is read: see recordSum and headSum for those of executions.
const tables = `
CREATE TABLE IF NOT EXISTS machines (
	arn      TEXT PRIMARY KEY,
	document BLOB NOT NULL,
	sum      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS revisions (
	id       TEXT PRIMARY KEY,
	document BLOB NOT NULL,
	sum      INTEGER NOT NULL
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
	sum           INTEGER NOT NULL,
	head_sum      INTEGER NOT NULL,
	UNIQUE (machine, name)
);
CREATE INDEX IF NOT EXISTS executions_of_machine ON executions (machine, id);
CREATE INDEX IF NOT EXISTS closed ON executions (stopped) WHERE stopped IS NOT NULL;
CREATE INDEX IF NOT EXISTS unfinished ON executions (id) WHERE stopped IS NULL OR unannounced;

CREATE TABLE IF NOT EXISTS entries (
	execution INTEGER NOT NULL,
	seq       INTEGER NOT NULL,
	count     INTEGER NOT NULL,
	entry     BLOB NOT NULL,
	sum       INTEGER NOT NULL,
	PRIMARY KEY (execution, seq)
) WITHOUT ROWID;
`

// recordSum returns the sum of what never changes of an execution.
func recordSum(r *engine.Record) int64 {
	var parent engine.Parent
	if r.Parent != nil {
		parent = *r.Parent
	}
	sum := database.RowSum(0).Int(r.ID).Text(r.MachineARN).Text(r.Name).Text(r.Revision).Text(r.VersionARN).Blob(r.Seed[:])
	return int64(addMillis(sum, r.Started).Int(parent.ID).Int(int64(parent.Ref)).Text(r.AliasARN))
}

// headSum returns the sum of what does, but for the mark that its end was announced,
// which is cleared alone.
func headSum(id int64, h *engine.Head) int64 {
	sum := addMillis(database.RowSum(0).Int(id).Text(string(h.Status)), h.Stopped)
	return int64(addMillis(sum.Blob(h.Output).Text(h.Error).Text(h.Cause).Int(int64(h.RedriveCount)), h.Redriven))
}

func addMillis(sum database.RowSum, t time.Time) database.RowSum {
	if t.IsZero() {
		return sum.Null()
	}
	return sum.Int(t.UnixMilli())
}

// millis returns how the journal keeps a time: milliseconds since 1970, NULL for the zero time.
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
