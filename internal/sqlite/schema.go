package sqlite

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// formatVersion is the format this program writes, kept in user_version. Older
// ones are migrated when they are opened:
//
//	1  decisions and inputs are columns of the submissions
//	2  outcomes, values and results; inputs and callbacks have tables of their own
//
// application marks the file as ours, https://www.sqlite.org/pragma.html#pragma_application_id.
const (
	formatVersion = 2
	application   = 0x61687461
)

// Part is the tables of one user of the database.
type Part interface {
	// Migrate brings the part's tables, if they are there and of an earlier
	// format, to the present one. It looks at the tables and not at the
	// format's number: a program that has fewer parts may have raised that.
	Migrate(conn *sqlite.Conn) error
	// Script makes the tables that are missing and leaves the others alone
	// (CREATE TABLE IF NOT EXISTS).
	Script() string
}

// Tables is the Script of a Part whose tables are of the first format.
type Tables string

// Migrate implements Part.
func (Tables) Migrate(*sqlite.Conn) error { return nil }

// Script implements Part.
func (t Tables) Script() string { return string(t) }

// prepareSchema makes the tables of a new database, migrates those of an older
// one, and refuses a file that is not ours or that is of a format we do not
// know. A database that was made for fewer parts gets the tables of the others.
func prepareSchema(conn *sqlite.Conn, parts []Part) (err error) {
	version, app, tables, err := identify(conn)
	switch {
	case err != nil:
		return openError(fileName, err)
	case app == application && version > formatVersion:
		return fmt.Errorf("%s is of format %d, this program knows %d: %w", fileName, version, formatVersion, ErrNewerFormat)
	case app == application && version > 0:
		return makeTables(conn, parts, version)
	case app != 0 || version != 0 || tables != 0:
		return fmt.Errorf("%s: %w", fileName, ErrNotDatabase)
	}
	return makeTables(conn, parts, 0)
}

func identify(conn *sqlite.Conn) (version, app, tables int, err error) {
	number := func(query string) int {
		n := 0
		err = errors.Join(err, sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{
			ResultFunc: func(stmt *sqlite.Stmt) error { n = stmt.ColumnInt(0); return nil },
		}))
		return n
	}
	return number("PRAGMA user_version"), number("PRAGMA application_id"), number("SELECT count(*) FROM sqlite_schema"), err
}

// makeTables is one transaction: a crash leaves what was there, or all that is
// to be. version is the file's, 0 for a new one.
func makeTables(conn *sqlite.Conn, parts []Part, version int) (err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return openError(fileName, err)
	}
	defer end(&err)
	for _, part := range parts {
		if err := part.Migrate(conn); err != nil {
			return fmt.Errorf("migrate the tables from format %d: %w", version, err)
		}
		if err := sqlitex.ExecuteScript(conn, part.Script(), nil); err != nil {
			return fmt.Errorf("make the tables: %w", err)
		}
	}
	if version == formatVersion {
		return nil
	}
	identity := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, formatVersion)
	return sqlitex.ExecuteScript(conn, identity, nil)
}
