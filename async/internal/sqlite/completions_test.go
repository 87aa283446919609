package sqlite_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
	zombiezen "zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
)

func TestCompletions(t *testing.T) {
	db := openDB(t, t.TempDir())
	newStore := func(now func() time.Time) asynctest.CompletionsStore { return sqlite.NewStoreAt(db, now) }
	asynctest.TestCompletions(t, newStore)
	rapid.Check(t, func(r *rapid.T) {
		asynctest.FollowEnds(r, newStore, rapid.Uint64().Draw(r, "seed"), rapid.IntRange(0, 25).Draw(r, "steps"))
	})
}

// Pages use an index: they take no longer as submissions add up.
func TestEndsAreFoundByIndex(t *testing.T) {
	db := openDB(t, t.TempDir())
	for _, query := range sqlite.EndQueries {
		plan := ""
		err := db.Read(t.Context(), func(conn *zombiezen.Conn) error {
			return database.Each(conn, "EXPLAIN QUERY PLAN "+query, func(stmt *zombiezen.Stmt) { plan += stmt.ColumnText(3) + "; " })
		})
		if err != nil || !strings.Contains(plan, "USING") || !strings.Contains(plan, "INDEX submissions_ended") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s, %v", query, plan, err)
		}
	}
}

// A database that was made before ends were listed has the columns after it was
// opened, and keeps what it had.
func TestDatabaseWithoutEnds(t *testing.T) {
	dir := t.TempDir()
	db, err := database.Open(dir, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	r := async.Record{ID: "a", State: async.State{Status: api.Running, Rank: 2}, Created: time.Now()}
	if err := sqlite.NewStore(db).Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	execute(t, db, `DROP INDEX submissions_ended; DROP INDEX submissions_ended_of_scope;
		ALTER TABLE submissions DROP COLUMN ended; ALTER TABLE submissions DROP COLUMN scope`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := sqlite.NewStore(openDB(t, dir))
	if got, err := s.Get(t.Context(), "a"); err != nil || got.Rank != 2 || got.Scope != "" {
		t.Errorf("got %+v, %v", got, err)
	}
	asynctest.TestCompletions(t, func(now func() time.Time) asynctest.CompletionsStore { return s })
}
