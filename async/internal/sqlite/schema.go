package sqlite

import (
	"encoding/json"
	"time"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
)

// Schema makes the tables of the store. It has times as RFC 3339 text, empty for none, and expiries as
// seconds since 1970, 0 for none. error_code is NULL where there is no error.
const Schema = database.Tables(`
CREATE TABLE IF NOT EXISTS submissions (
	id            TEXT PRIMARY KEY,
	status        TEXT NOT NULL,
	custom_status TEXT NOT NULL,
	message       TEXT NOT NULL,
	error_code    TEXT,
	error_message TEXT,
	redrive       INTEGER NOT NULL,
	rank          INTEGER NOT NULL,
	decisions     TEXT NOT NULL,
	created       TEXT NOT NULL,
	updated       TEXT NOT NULL,
	deadline      TEXT NOT NULL,
	expires       INTEGER NOT NULL,
	payload       BLOB
);
CREATE INDEX IF NOT EXISTS submissions_expires ON submissions (expires) WHERE expires > 0;
CREATE TABLE IF NOT EXISTS reservations (
	key         TEXT PRIMARY KEY,
	fingerprint TEXT NOT NULL,
	submission  TEXT NOT NULL,
	settled     INTEGER NOT NULL,
	lease       TEXT NOT NULL,
	expires     INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS reservations_expires ON reservations (expires) WHERE expires > 0;
`)

// expirySeconds rounds up, as async.Store has it.
func expirySeconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	seconds := t.Unix()
	if t.Nanosecond() > 0 {
		seconds++
	}
	return seconds
}

func columnExpiry(stmt *sqlite.Stmt, at int) time.Time {
	if seconds := stmt.ColumnInt64(at); seconds != 0 {
		return time.Unix(seconds, 0).UTC()
	}
	return time.Time{}
}

func decisionsText(decisions map[string]string) (string, error) {
	if len(decisions) == 0 {
		return "", nil
	}
	text, err := json.Marshal(decisions)
	return string(text), err
}

func columnDecisions(stmt *sqlite.Stmt, at int) (map[string]string, error) {
	decisions := map[string]string{}
	text := stmt.ColumnText(at)
	if text == "" {
		return decisions, nil
	}
	return decisions, json.Unmarshal([]byte(text), &decisions)
}
