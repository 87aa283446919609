package sqlite

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

func limitPages(t *testing.T, db *DB, pages int) {
	t.Helper()
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteTransient(conn, fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// While there is no room, writes fail with the name of the problem; what was
// promised before stays, what is not promised is not there, and as soon as
// there is room again they succeed.
func TestDiskIsFull(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	limitPages(t, db, 60)
	var mu sync.Mutex
	kept, refused := map[int]bool{}, 0
	try := func(i int) {
		err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
			return Exec(conn, `INSERT INTO notes (id, note) VALUES (?, ?)`, i, fmt.Sprintf("%04000d", i))
		})
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			kept[i] = true
		} else if refused++; !full(err) {
			t.Error(err)
		}
	}
	try(0)
	for i := 1; refused == 0; i++ {
		try(i)
	}
	var together sync.WaitGroup
	for i := range 100 {
		together.Go(func() { try(100 + i) })
	}
	together.Wait()
	if !kept[0] || count(t, db) != len(kept) {
		t.Errorf("%d kept, %d there", len(kept), count(t, db))
	}
	limitPages(t, db, 1<<30)
	for i := range 200 {
		if !kept[i] {
			if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, i) }); err != nil {
				t.Fatalf("with room again: %v", err)
			}
		}
	}
}

func full(err error) bool {
	var coded interface{ ErrorCode() string }
	return errors.As(err, &coded) && coded.ErrorCode() == sqlite.ResultFull.String()
}
