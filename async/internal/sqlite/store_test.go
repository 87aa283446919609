package sqlite_test

import (
	"errors"
	"testing"
	"time"

	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
)

func openDB(t testing.TB, dir string) *database.DB {
	t.Helper()
	db, err := database.Open(dir, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestStore(t *testing.T) {
	db := openDB(t, t.TempDir())
	asynctest.TestStore(t, func(*testing.T) async.Store { return sqlite.NewStore(db) })
}

func TestStoreLeavesUnknownColumnsAlone(t *testing.T) {
	db := openDB(t, t.TempDir())
	asynctest.TestUnknownMembers(t, sqlite.NewStore(db), func(t *testing.T, id string) func(*testing.T) {
		execute(t, db, "ALTER TABLE submissions ADD COLUMN novel TEXT; UPDATE submissions SET novel = 'planted'")
		return func(t *testing.T) {
			t.Helper()
			planted := ""
			err := db.Read(t.Context(), func(conn *zombiezen.Conn) (err error) {
				planted, err = sqlitex.ResultText(conn.Prep("SELECT novel FROM submissions"))
				return err
			})
			if err != nil || planted != "planted" {
				t.Errorf("the column has %q, %v", planted, err)
			}
		}
	})
}

func execute(t *testing.T, db *database.DB, script string) {
	t.Helper()
	err := db.Write(t.Context(), func(conn *zombiezen.Conn) error {
		return sqlitex.ExecuteScript(conn, script, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStoreSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	db, err := database.Open(dir, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	s := sqlite.NewStore(db)
	r := async.Record{ID: "a", State: async.State{Status: api.Running, Rank: 2}, Created: time.Now()}
	if err := errors.Join(s.Create(t.Context(), r, nil), db.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := sqlite.NewStore(openDB(t, dir)).Get(t.Context(), "a")
	if err != nil || got.Rank != 2 || !got.Created.Equal(r.Created) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestEndLeases(t *testing.T) {
	store := sqlite.NewStore(openDB(t, t.TempDir()))
	reservation := func(key, id string) async.Reservation {
		now := time.Now()
		return async.Reservation{
			Key: key, Fingerprint: "same", ID: id, Now: now, Lease: now.Add(time.Hour), Expires: now.Add(2 * time.Hour),
		}
	}
	for _, key := range []string{"open", "settled"} {
		if _, mine, err := store.Reserve(t.Context(), reservation(key, "first")); !mine || err != nil {
			t.Fatalf("reserving %s: %v %v", key, mine, err)
		}
	}
	if err := errors.Join(store.Settle(t.Context(), "settled", "first"), store.EndLeases(t.Context())); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"open": true, "settled": false} {
		got, mine, err := store.Reserve(t.Context(), reservation(key, "second"))
		if mine != want || got.ID != "first" || err != nil {
			t.Errorf("%s: got %+v, mine %v, %v", key, got, mine, err)
		}
	}
}

// Nothing of a discarded submission is left, its input least of all; and the
// next one, which may get its number, has its own.
func TestDiscardLeavesNothing(t *testing.T) {
	db := openDB(t, t.TempDir())
	s := sqlite.NewStore(db)
	for _, id := range []string{"a", "b", "c"} {
		r := async.Record{ID: id, State: async.State{Status: api.NotStarted}}
		if err := errors.Join(s.Create(t.Context(), r, []byte(`"`+id+`"`)), s.Discard(t.Context(), id)); err != nil {
			t.Fatal(err)
		}
		rows := 0
		err := db.Read(t.Context(), func(conn *zombiezen.Conn) (err error) {
			rows, err = sqlitex.ResultInt(conn.Prep("SELECT (SELECT count(*) FROM submissions) + (SELECT count(*) FROM inputs)"))
			return err
		})
		if err != nil || rows != 0 {
			t.Errorf("%d rows, %v", rows, err)
		}
	}
}
