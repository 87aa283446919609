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

// schema is what a new database is made of: each part of the package has its
// statements beside the code that uses them, and adds them here.
func schema() []string {
	return []string{journalSchema, storeSchema}
}

// prepareSchema makes the tables of a new database, and refuses a file that is
// not ours or that is of a format we do not know.
func prepareSchema(conn *sqlite.Conn) (err error) {
	version, app, tables, err := identify(conn)
	switch {
	case err != nil:
		return openError(fileName, err)
	case app == application && version == formatVersion:
		return nil
	case app == application && version > formatVersion:
		return fmt.Errorf("%s is of format %d, this program knows %d: %w", fileName, version, formatVersion, ErrNewerFormat)
	case app != 0 || version != 0 || tables != 0:
		return fmt.Errorf("%s: %w", fileName, ErrNotDatabase)
	}
	return createSchema(conn)
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
func createSchema(conn *sqlite.Conn) (err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return openError(fileName, err)
	}
	defer end(&err)
	for _, part := range append(schema(), fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, formatVersion)) {
		if err := sqlitex.ExecuteScript(conn, part, nil); err != nil {
			return fmt.Errorf("make the tables: %w", err)
		}
	}
	return nil
}
