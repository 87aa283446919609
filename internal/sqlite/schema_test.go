package sqlite

import (
	"testing"

	"zombiezen.com/go/sqlite"
)

const (
	oneTable     = "CREATE TABLE IF NOT EXISTS one (a)"
	anotherTable = "CREATE TABLE IF NOT EXISTS another (a); CREATE INDEX IF NOT EXISTS another_a ON another (a)"
)

// A folder that one program has made for itself is opened by a program that
// keeps more in it, and keeps what it has.
func TestOpenAddsTheTablesOfFurtherParts(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		schema []string
		query  string
		rows   int
	}{
		{[]string{oneTable}, "INSERT INTO one VALUES (1)", 0},
		{[]string{oneTable, anotherTable}, "INSERT INTO another SELECT a FROM one", 0},
		{nil, "SELECT 1 FROM one JOIN another USING (a)", 1},
		{[]string{anotherTable, oneTable}, "SELECT 1 FROM one JOIN another USING (a)", 1},
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
