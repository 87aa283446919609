package sqlite

import (
	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
)

// Schema is the part of a database that a Store needs.
const Schema = part(tables)

// part implements database.Part.
type part string

// Script implements database.Part.
func (p part) Script() string { return string(p) }

// tables have times as RFC 3339 text, empty for none, and expiries as seconds
// since 1970, 0 for none. ended is a position: see Store.Ended. error_code is NULL where there is no error. outcomes,
// stage_values and large are JSON, empty for none. The input has a row of its
// own, under the submission's nr: what status changes write stays short.
const tables = `
CREATE TABLE IF NOT EXISTS submissions (
	nr            INTEGER PRIMARY KEY,
	id            TEXT NOT NULL UNIQUE,
	job           TEXT NOT NULL,
	status        TEXT NOT NULL,
	custom_status TEXT NOT NULL,
	message       TEXT NOT NULL,
	error_code    TEXT,
	error_message TEXT,
	redrive       INTEGER NOT NULL,
	rank          INTEGER NOT NULL,
	percent       INTEGER NOT NULL,
	began         TEXT NOT NULL,
	due           TEXT NOT NULL,
	outcomes      TEXT NOT NULL,
	stage_values  TEXT NOT NULL,
	result        BLOB,
	large         TEXT NOT NULL,
	wait_stage    TEXT NOT NULL,
	wait_token    TEXT NOT NULL,
	wait_answer   TEXT NOT NULL,
	created       TEXT NOT NULL,
	updated       TEXT NOT NULL,
	deadline      TEXT NOT NULL,
	expires       INTEGER NOT NULL,
	scope         TEXT NOT NULL DEFAULT '',
	ended         INTEGER NOT NULL DEFAULT 0,
	wait_attempt  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS submissions_ended ON submissions (ended) WHERE ended > 0;
CREATE INDEX IF NOT EXISTS submissions_ended_of_scope ON submissions (scope, ended) WHERE ended > 0;
CREATE INDEX IF NOT EXISTS submissions_expires ON submissions (expires) WHERE expires > 0;
CREATE INDEX IF NOT EXISTS submissions_large ON submissions (large ->> 'key') WHERE large <> '';
CREATE TABLE IF NOT EXISTS latest_end (
	nr       INTEGER PRIMARY KEY,
	position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS inputs (
	nr    INTEGER PRIMARY KEY,
	input BLOB
);
CREATE TABLE IF NOT EXISTS reservations (
	key         TEXT PRIMARY KEY,
	fingerprint TEXT NOT NULL,
	submission  TEXT NOT NULL,
	settled     INTEGER NOT NULL,
	lease       TEXT NOT NULL,
	expires     INTEGER NOT NULL,
	cancel      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS reservations_expires ON reservations (expires) WHERE expires > 0;
CREATE TABLE IF NOT EXISTS callbacks (
	hash       TEXT PRIMARY KEY,
	submission TEXT NOT NULL,
	stage      TEXT NOT NULL,
	expires    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS callbacks_submission ON callbacks (submission);
CREATE INDEX IF NOT EXISTS callbacks_expires ON callbacks (expires) WHERE expires > 0;
CREATE TABLE IF NOT EXISTS paces (
	job  TEXT PRIMARY KEY,
	pace BLOB NOT NULL
) WITHOUT ROWID;
`

// Migrate implements database.Part. In format 1 a submission had its input,
// called payload, and decisions: words of stages, named with a lower-case
// letter, where accepted let the next stage begin.
func (p part) Migrate(conn *sqlite.Conn) error {
	columns := map[string]bool{}
	err := database.Each(conn, `SELECT name FROM pragma_table_info('submissions')`,
		func(stmt *sqlite.Stmt) { columns[stmt.ColumnText(0)] = true })
	switch {
	case err != nil, len(columns) == 0:
		return err
	case !columns["decisions"]:
		script := ""
		if !columns["scope"] {
			script += addEnds
		}
		if !columns["wait_attempt"] {
			script += addAttempts
		}
		return database.Script(conn, script)
	}
	for _, statement := range []string{
		"ALTER TABLE submissions RENAME TO submissions_1",
		"DROP INDEX IF EXISTS submissions_expires",
		"ALTER TABLE reservations ADD COLUMN cancel TEXT NOT NULL DEFAULT ''",
	} {
		if err := database.Exec(conn, statement); err != nil {
			return err
		}
	}
	if err := database.Script(conn, tables); err != nil {
		return err
	}
	return database.Script(conn, fromFormat1)
}

// addEnds and addAttempts add the columns that format 2 did not have at first. A
// program that does not know them leaves them alone.
const (
	addEnds = `
ALTER TABLE submissions ADD COLUMN scope TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
`
	addAttempts = `
ALTER TABLE submissions ADD COLUMN wait_attempt INTEGER NOT NULL DEFAULT 0;
`
)

const fromFormat1 = `
INSERT INTO submissions
	(nr, id, job, status, custom_status, message, error_code, error_message, redrive, rank, percent, began, due,
	 outcomes, stage_values, large, wait_stage, wait_token, wait_answer, created, updated, deadline, expires)
SELECT rowid, id, '', status, custom_status, message, error_code, error_message, redrive, rank, 0, '', '',
	CASE decisions WHEN '' THEN '' ELSE (
		SELECT json_group_object(
			upper(substr(key, 1, 1)) || substr(key, 2),
			CASE value WHEN 'accepted' THEN '' ELSE upper(substr(value, 1, 1)) || substr(value, 2) END)
		FROM json_each(decisions)) END,
	'', '', '', '', '', created, updated, deadline, expires
FROM submissions_1;
INSERT INTO inputs SELECT rowid, payload FROM submissions_1;
DROP TABLE submissions_1;
`
