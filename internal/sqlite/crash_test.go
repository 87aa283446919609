package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
)

// A copy of the files is what a process that is killed at that moment leaves.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{fileName, fileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func rowsAfterCrash(t *testing.T, dir string) int {
	t.Helper()
	db := open(t, snapshot(t, dir))
	defer db.Close()
	return count(t, db)
}

func TestCrash(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	defer db.Close()
	if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, 1) }); err != nil {
		t.Fatal(err)
	}
	if n := rowsAfterCrash(t, dir); n != 1 {
		t.Errorf("after a write that returned: %d rows, want 1", n)
	}
	during := 0
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
		err := errors.Join(insert(conn, 2), insert(conn, 3))
		during = rowsAfterCrash(t, dir)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if during != 1 {
		t.Errorf("in the middle of a group: %d rows, want the 1 of the group before", during)
	}
	if n := rowsAfterCrash(t, dir); n != 3 {
		t.Errorf("after the group: %d rows, want 3", n)
	}
}

// A torn tail of the log is what a power failure may leave of the last group.
func TestTornLog(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	defer db.Close()
	for id := range 2 {
		if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, id+1) }); err != nil {
			t.Fatal(err)
		}
	}
	torn := snapshot(t, dir)
	log := filepath.Join(torn, fileName+"-wal")
	info, err := os.Stat(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(log, info.Size()-100); err != nil {
		t.Fatal(err)
	}
	after := open(t, torn)
	defer after.Close()
	if n := count(t, after); n != 1 {
		t.Errorf("%d rows, want the 1 of the whole group", n)
	}
}
