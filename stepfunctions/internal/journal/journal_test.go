package journal

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/journaltest"
)

func open(t *testing.T, dir string) *database.DB {
	t.Helper()
	db, err := database.Open(dir, Schema)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) engine.Journal {
		db := open(t, t.TempDir())
		t.Cleanup(func() { db.Close() })
		return New(db)
	})
}

// closed makes executions that were closed long ago, each with so many entries.
func closed(t *testing.T, j *Journal, entries ...int) {
	for i, n := range entries {
		r := engine.Record{ID: int64(i + 1), MachineARN: "m", Name: strconv.Itoa(i), Started: time.UnixMilli(1),
			Head: engine.Head{Status: engine.Succeeded, Stopped: time.UnixMilli(2)}}
		if err := j.Create(t.Context(), r, slices.Repeat([][]byte{{1}}, n), engine.Past{}); err != nil {
			t.Fatal(err)
		}
	}
}

// What waits beside a sweep does not wait for all of it, however long the
// executions were.
func TestExpireRemovesLittleAtATime(t *testing.T) {
	db := open(t, t.TempDir())
	t.Cleanup(func() { db.Close() })
	closed(t, New(db), 1, maxRemoved, 1, 1)
	for _, want := range []int{2, 2, 0} {
		if n, err := New(db).Expire(t.Context(), time.UnixMilli(3), 100); err != nil || n != want {
			t.Fatalf("removed %d, %v, want %d", n, err, want)
		}
	}
}

func TestExpireThatFailsRemovesNothing(t *testing.T) {
	db := open(t, t.TempDir())
	t.Cleanup(func() { db.Close() })
	closed(t, New(db), 1, 1)
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
		return database.Exec(conn, `CREATE TRIGGER stuck BEFORE DELETE ON executions WHEN old.id = 2 BEGIN SELECT RAISE(ABORT, 'stuck'); END`)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := New(db).Expire(t.Context(), time.UnixMilli(3), 100); err == nil || n != 0 {
		t.Errorf("removed %d, %v", n, err)
	}
	if _, err := New(db).Record(t.Context(), 1); err != nil {
		t.Errorf("the first one: %v", err)
	}
}
