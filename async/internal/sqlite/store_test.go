package sqlite_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/conformance"
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
	conformance.Store(t, func(*testing.T) async.Store { return sqlite.NewStore(db) })
}

func TestStoreLeavesUnknownColumnsAlone(t *testing.T) {
	db := openDB(t, t.TempDir())
	conformance.UnknownMembers(t, sqlite.NewStore(db), func(t *testing.T, id string) func(*testing.T) {
		execute(t, db, "ALTER TABLE submissions ADD COLUMN novel TEXT; UPDATE submissions SET novel = 'planted'")
		return func(t *testing.T) {
			t.Helper()
			if got := text(t, db, "SELECT novel FROM submissions"); got != "planted" {
				t.Errorf("the column has %q", got)
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

func text(t *testing.T, db *database.DB, query string) (value string) {
	t.Helper()
	err := db.Read(t.Context(), func(conn *zombiezen.Conn) (err error) {
		value, err = sqlitex.ResultText(conn.Prep(query))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestStoreSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	db, err := database.Open(dir, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	s := sqlite.NewStore(db)
	r := async.Record{ID: "a", State: async.State{Status: api.Running, Rank: 2}, Created: time.Now()}
	if err := errors.Join(s.Create(t.Context(), r), db.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := sqlite.NewStore(openDB(t, dir)).Get(t.Context(), "a")
	if err != nil || got.Rank != 2 || !got.Created.Equal(r.Created) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSweep(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	const batches = 450 // more than two batches
	ages := map[string]time.Duration{"alive": -time.Hour, "gone": time.Hour, "forgotten": 72 * time.Hour}
	for i := range batches {
		ages[fmt.Sprint("old", i)] = 100 * time.Hour
	}
	for id, age := range ages {
		r := async.Record{ID: id, State: async.State{Status: api.Succeeded}, Expires: now.Add(-age)}
		if err := s.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.Reserve(t.Context(), async.Reservation{Key: id, ID: id, Fingerprint: "f", Now: now.Add(-200 * time.Hour), Expires: now.Add(-age)})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{2*batches + 3, 0} {
		if removed, err := s.Sweep(t.Context(), now); err != nil || removed != want {
			t.Fatalf("removed %d, %v; want %d", removed, err, want)
		}
	}
	for id, want := range map[string]error{"alive": nil, "gone": nil, "forgotten": async.ErrNotFound, "old7": async.ErrNotFound} {
		if _, err := s.Get(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", id, err, want)
		}
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
