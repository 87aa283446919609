package sqlite

import (
	"os"
	"testing"

	"zombiezen.com/go/sqlite"
)

const logBound = 1 << 20

// fill writes more into the log than the bound allows, and another little
// write, by which time the log has been looked at.
func fill(t *testing.T, db *DB, id int) {
	t.Helper()
	for i, size := range []int{2 * logBound, 1} {
		err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
			return exec(conn, `INSERT INTO notes (id, note) VALUES (?, zeroblob(?))`, id+i, size+id)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func logSize(t *testing.T, db *DB) int64 {
	t.Helper()
	info, err := os.Stat(db.committer.log.file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// A log that readers have let grow is emptied once they let it.
func TestLogDoesNotGrowForEver(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	if err := db.Write(t.Context(), func(*sqlite.Conn) error { db.committer.log.max = logBound; return nil }); err != nil {
		t.Fatal(err)
	}
	reading, leave, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		left <- db.Read(t.Context(), func(conn *sqlite.Conn) error {
			return each(conn, `SELECT count(*) FROM notes`, func(*sqlite.Stmt) { close(reading); <-leave })
		})
	}()
	<-reading
	fill(t, db, 1)
	if n := logSize(t, db); n < 2*logBound {
		t.Errorf("%d bytes under a reader", n)
	}
	close(leave)
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	fill(t, db, 11)
	fill(t, db, 21)
	if n := logSize(t, db); n > logBound {
		t.Errorf("%d bytes without readers", n)
	}
	if n := count(t, db); n != 6 {
		t.Errorf("%d rows", n)
	}
}
