package sqlite

// storeSchema has times as RFC 3339 text, empty for none, and expiries as
// seconds since 1970, 0 for none. error_code is NULL where there is no error.
const storeSchema = `
CREATE TABLE submissions (
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
CREATE INDEX submissions_expires ON submissions (expires) WHERE expires > 0;
CREATE TABLE reservations (
	key         TEXT PRIMARY KEY,
	fingerprint TEXT NOT NULL,
	submission  TEXT NOT NULL,
	settled     INTEGER NOT NULL,
	lease       TEXT NOT NULL,
	expires     INTEGER NOT NULL
);
CREATE INDEX reservations_expires ON reservations (expires) WHERE expires > 0;
`
