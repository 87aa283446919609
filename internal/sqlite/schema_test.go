package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const (
	oneTable     = Tables("CREATE TABLE IF NOT EXISTS one (a)")
	anotherTable = Tables("CREATE TABLE IF NOT EXISTS another (a); CREATE INDEX IF NOT EXISTS another_a ON another (a)")
)

// A folder that one program has made for itself is opened by a program that
// keeps more in it, and keeps what it has.
func TestOpenAddsTheTablesOfFurtherParts(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		schema []Part
		query  string
		rows   int
	}{
		{[]Part{oneTable}, "INSERT INTO one VALUES (1)", 0},
		{[]Part{oneTable, anotherTable}, "INSERT INTO another SELECT a FROM one", 0},
		{nil, "SELECT 1 FROM one JOIN another USING (a)", 1},
		{[]Part{anotherTable, oneTable}, "SELECT 1 FROM one JOIN another USING (a)", 1},
	} {
		db, err := Open(dir, test.schema...)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		err = db.Write(t.Context(), func(conn *sqlite.Conn) error {
			rows = 0
			return Each(conn, test.query, func(*sqlite.Stmt) { rows++ })
		})
		if err != nil || rows != test.rows {
			t.Errorf("%s: %d rows, %v, want %d", test.query, rows, err, test.rows)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// migrating is a part of which a migration fails in its middle.
type migrating struct {
	Tables
	fail bool
}

func (m migrating) Migrate(conn *sqlite.Conn) error {
	if err := Exec(conn, "ALTER TABLE one ADD COLUMN b"); err != nil {
		return err
	}
	if m.fail {
		return errors.New("no more")
	}
	return nil
}

// A migration is done as a whole, the format's number with it, or not at all.
func TestMigrationIsOneTransaction(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	steps := []struct {
		part    Part
		fails   bool
		columns int
		version int
	}{
		{oneTable, false, 1, FormatVersion},
		{migrating{oneTable, true}, true, 1, 1},
		{migrating{oneTable, false}, false, 2, FormatVersion},
	}
	for i, step := range steps {
		db, err := Open(dir, step.part)
		if (err != nil) != step.fails {
			t.Fatalf("step %d: %v", i, err)
		}
		if err == nil {
			err = db.Close()
		}
		if err != nil && !step.fails {
			t.Fatal(err)
		}
		conn, err := sqlite.OpenConn(file)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := sqlitex.ResultInt(conn.Prep("SELECT count(*) FROM pragma_table_info('one')"))
		version, err2 := sqlitex.ResultInt(conn.Prep("PRAGMA user_version"))
		if err != nil || err2 != nil || columns != step.columns || version != step.version {
			t.Errorf("step %d: %d columns, format %d, %v, %v; want %+v", i, columns, version, err, err2, step)
		}
		if i == 0 {
			err = errors.Join(sqlitex.ExecuteTransient(conn, "PRAGMA user_version = 1", nil), os.Remove(filepath.Join(dir, sumsName)))
		}
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
