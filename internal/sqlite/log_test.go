package sqlite

import (
	"os"
	"testing"

	"zombiezen.com/go/sqlite"
)

const (
	boundFrames = 64
	logBound    = boundFrames * 4096
	fillWrites  = 3
)

// fill writes more into the log than the bound allows, and then a little.
func fill(t *testing.T, db *DB, id int) {
	t.Helper()
	for i := range fillWrites {
		size := 1
		if i == 0 {
			size = logBound // twice as long in hex, and twice in the log for its index
		}
		err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
			return Exec(conn, `INSERT INTO notes (id, note) VALUES (?1, ?1 || hex(randomblob(?2)))`, id+i, size)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func logSize(t *testing.T, db *DB) int64 {
	t.Helper()
	info, err := os.Stat(db.files.path(logName))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// A log that readers have let grow is emptied once they let it.
func TestLogDoesNotGrowForEver(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	if err := db.Write(t.Context(), func(*sqlite.Conn) error {
		db.committer.log.max, db.committer.log.next = boundFrames, boundFrames
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	reading, leave, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		left <- db.Read(t.Context(), func(conn *sqlite.Conn) error {
			return Each(conn, `SELECT count(*) FROM notes`, func(*sqlite.Stmt) { close(reading); <-leave })
		})
	}()
	<-reading
	fill(t, db, 1000)
	if n := logSize(t, db); n < 2*logBound {
		t.Errorf("%d bytes under a reader", n)
	}
	close(leave)
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	id := 2000
	for ; logSize(t, db) > logBound && id < 9000; id += 1000 {
		fill(t, db, id)
	}
	if n := logSize(t, db); n > logBound {
		t.Errorf("%d bytes without readers", n)
	}
	if n := count(t, db); n != (id/1000-1)*fillWrites {
		t.Errorf("%d rows", n)
	}
}
