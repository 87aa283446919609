package sqlite

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// FormatVersion is the format this program writes, kept in user_version. Older
// ones are migrated when they are opened:
//
//	1  decisions and inputs are columns of the submissions
//	2  outcomes, values and results; inputs and callbacks have tables of their own;
//	   sums of pages, of the journal's rows and of its entries; positions of ends;
//	   the pace of stages, a table that programs without it leave alone
//	3  the entries of one write share a row
//
// application marks the file as ours, https://www.sqlite.org/pragma.html#pragma_application_id.
const (
	FormatVersion = 3
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

// identified rejects a file that is not ours or that is of a format we do not
// know, by the start of its first page: SQLite is not to open it, since it
// writes into the file when it closes it. An empty page is a new database.
// https://www.sqlite.org/fileformat2.html#the_database_header
func identified(page []byte) error {
	const versionAt, applicationAt, tablesAt = 60, 68, 103
	if len(page) == 0 {
		return nil
	}
	if len(page) < headerBytes || !bytes.HasPrefix(page, []byte("SQLite format 3\x00")) {
		return fmt.Errorf("%s: %w", fileName, ErrNotDatabase)
	}
	version, app := binary.BigEndian.Uint32(page[versionAt:]), binary.BigEndian.Uint32(page[applicationAt:])
	tables := binary.BigEndian.Uint16(page[tablesAt:])
	switch {
	case app == application && version > FormatVersion:
		return fmt.Errorf("%s is of format %d, this program knows %d: %w", fileName, version, FormatVersion, ErrNewerFormat)
	case (app != application || version == 0) && (app != 0 || version != 0 || tables != 0):
		return fmt.Errorf("%s: %w", fileName, ErrNotDatabase)
	}
	return nil
}

// headerBytes is what identified looks at: the database's header and that of
// the page that has the first tables.
const headerBytes = 108

// prepareSchema makes the tables of a new database, and migrates those of an
// older one, which identified has not refused. A database that was made for fewer parts gets the tables of the others.
func prepareSchema(conn *sqlite.Conn, parts []Part) (err error) {
	version := 0
	if err := Each(conn, "PRAGMA user_version", func(stmt *sqlite.Stmt) { version = stmt.ColumnInt(0) }); err != nil {
		return openError(fileName, err)
	}
	return makeTables(conn, parts, version)
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
	if version == FormatVersion {
		return nil
	}
	identity := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, FormatVersion)
	return sqlitex.ExecuteScript(conn, identity, nil)
}
