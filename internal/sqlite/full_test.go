package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"example.org/asynchttpapi/internal/e2e/smalldisk"
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

// A start on a full disk says so, whichever file it is that finds no room, and
// what it leaves is no hindrance once there is room.
func TestStartOnAFullDisk(t *testing.T) {
	smalldisk.Run(t, 4<<20, func(t *testing.T, d *smalldisk.Disk) {
		old := filepath.Join(d.Dir, "old")
		db := openNotes(t, old)
		addText(t, db, 1, 300_000)
		killed := copyFolder(t, old)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		refused := 0
		start := func(dir string, leave int) {
			d.Fill(leave)
			db, err := Open(dir)
			switch {
			case err == nil:
				err = db.Close()
			case errors.Is(err, ErrFull) && strings.Contains(err.Error(), "make room"):
				refused++
				err = nil
			}
			if err != nil {
				t.Errorf("%s with %d bytes: %v", filepath.Base(dir), leave, err)
			}
			d.Clear()
			db = openNotes(t, dir)
			if n := count(t, db); (n == 1) != (filepath.Base(dir) != "new") {
				t.Errorf("%s with %d bytes has %d rows", filepath.Base(dir), leave, n)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
		for leave := 0; leave < 200<<10; leave += 8 << 10 {
			dir := filepath.Join(d.Dir, "new")
			start(dir, leave)
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			start(old, leave)
			dir = filepath.Join(d.Dir, "killed")
			if err := os.CopyFS(dir, os.DirFS(killed)); err != nil {
				t.Fatal(err)
			}
			start(dir, leave)
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
		if refused < 8 {
			t.Errorf("%d starts were refused", refused)
		}
	})
}
