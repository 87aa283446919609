package sqlite

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// formatVersion is the format this program writes, kept in user_version.
// application marks the file as ours, https://www.sqlite.org/pragma.html#pragma_application_id.
const (
	formatVersion = 1
	application   = 0x61687461
)

// prepareSchema makes the tables of a new database, and refuses a file that is
// not ours or that is of a format we do not know. A database that was made for
// fewer parts gets the tables of the others.
func prepareSchema(conn *sqlite.Conn, parts []string) (err error) {
	version, app, tables, err := identify(conn)
	switch {
	case err != nil:
		return openError(fileName, err)
	case app == application && version == formatVersion:
		return createSchema(conn, parts)
	case app == application && version > formatVersion:
		return fmt.Errorf("%s is of format %d, this program knows %d: %w", fileName, version, formatVersion, ErrNewerFormat)
	case app != 0 || version != 0 || tables != 0:
		return fmt.Errorf("%s: %w", fileName, ErrNotDatabase)
	}
	return createSchema(conn, append(parts[:len(parts):len(parts)],
		fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, formatVersion)))
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

// createSchema is one transaction: a crash leaves an empty database or a whole one.
func createSchema(conn *sqlite.Conn, scripts []string) (err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return openError(fileName, err)
	}
	defer end(&err)
	for _, script := range scripts {
		if err := sqlitex.ExecuteScript(conn, script, nil); err != nil {
			return fmt.Errorf("make the tables: %w", err)
		}
	}
	return nil
}
