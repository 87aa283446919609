package journal

import (
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
)

// The queries that run often, or over much, go by an index and sort nothing.
func TestQueryPlans(t *testing.T) {
	db := open(t, t.TempDir())
	defer db.Close()
	for _, test := range []struct{ query, want string }{
		{byID, "SEARCH executions USING INTEGER PRIMARY KEY (rowid=?)"},
		{byName, "SEARCH executions USING INDEX sqlite_autoindex_executions_1 (machine=? AND name=?)"},
		{unfinished, "SEARCH executions USING INDEX unfinished (id>?)"},
		{ofMachine, "SEARCH executions USING INDEX executions_of_machine (machine=? AND id>? AND id<?)"},
		{ofAll, "SEARCH executions USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		{closedBefore, "SEARCH executions USING COVERING INDEX closed (stopped<?)"},
		{highestID, "SEARCH executions"},
		{entriesOf, "SEARCH entries USING PRIMARY KEY (execution=? AND seq>? AND seq<?); SCALAR SUBQUERY 2; SEARCH entries USING PRIMARY KEY (execution=? AND seq<?); SCALAR SUBQUERY 1; SEARCH entries USING PRIMARY KEY (execution=?)"},
		{length, "SEARCH entries USING PRIMARY KEY (execution=?)"},
	} {
		if got := plan(t, db, test.query); got != test.want {
			t.Errorf("%s\ngoes by %q, want %q", test.query, got, test.want)
		}
	}
}

func plan(t *testing.T, db *database.DB, query string) string {
	t.Helper()
	var steps []string
	err := db.Read(t.Context(), func(conn *sqlite.Conn) error {
		return database.Each(conn, "EXPLAIN QUERY PLAN "+query, func(stmt *sqlite.Stmt) { steps = append(steps, stmt.ColumnText(3)) })
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "; ")
}
