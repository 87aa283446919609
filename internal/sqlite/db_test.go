package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"example.org/asynchttpapi/async"
)

func open(t testing.TB, dir string) *DB {
	t.Helper()
	db, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// openNotes opens a database with one small table to write into.
func openNotes(t testing.TB, dir string) *DB {
	t.Helper()
	db := open(t, dir)
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteTransient(conn, "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, note TEXT UNIQUE)", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func insert(conn *sqlite.Conn, id int) error {
	stmt, err := conn.Prepare("INSERT INTO notes (id) VALUES (?)")
	if err != nil {
		return err
	}
	stmt.BindInt64(1, int64(id))
	_, err = stmt.Step()
	return err
}

func count(t testing.TB, db *DB) int {
	t.Helper()
	n := 0
	err := db.Read(t.Context(), func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare("SELECT count(*) FROM notes")
		if err != nil {
			return err
		}
		_, err = stmt.Step()
		n = stmt.ColumnInt(0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReadSeesWritesThatReturned(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, i+1) }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := count(t, db); n != 200 {
		t.Errorf("%d rows, want 200", n)
	}
}

// An error of one write must not cost its neighbours in the group anything.
func TestErrorUndoesOnlyItsOwnWrite(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	refused := errors.New("refused")
	hold := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { db.Write(t.Context(), func(*sqlite.Conn) error { <-hold; return nil }) })
	for i := range 20 {
		wg.Go(func() {
			err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
				if err := insert(conn, i+1); err != nil {
					return err
				}
				if i%2 == 1 {
					return refused
				}
				return nil
			})
			if want := map[bool]error{true: refused}[i%2 == 1]; !errors.Is(err, want) {
				t.Errorf("write %d: %v, want %v", i, err, want)
			}
		})
	}
	close(hold)
	wg.Wait()
	if n := count(t, db); n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
}

func TestStatementErrorLeavesTheGroupAlone(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	add := func(conn *sqlite.Conn) error { return insert(conn, 1) }
	if err := db.Write(t.Context(), add); err != nil {
		t.Fatal(err)
	}
	err := db.Write(t.Context(), add)
	if sqlite.ErrCode(err) != sqlite.ResultConstraintPrimaryKey {
		t.Errorf("a second row of the same key: %v", err)
	}
	if reason := async.Reason(err); reason != "SQLITE_CONSTRAINT_PRIMARYKEY" {
		t.Errorf("the log would say %s", reason)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestCanceledWriteDoesNotRun(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := db.Write(ctx, func(conn *sqlite.Conn) error { return insert(conn, 1) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
	for range 50 {
		if err := db.Read(ctx, func(*sqlite.Conn) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Fatalf("read: error %v, want context.Canceled", err)
		}
	}
}

func TestUnreadStatementDoesNotHoldTheSnapshot(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	for i := range 4 * cap(db.readers) {
		if n := count(t, db); n != i {
			t.Fatalf("%d rows, want %d", n, i)
		}
		if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, i+1) }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadCannotWrite(t *testing.T) {
	db := openNotes(t, t.TempDir())
	defer db.Close()
	err := db.Read(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, 1) })
	if sqlite.ErrCode(err) != sqlite.ResultReadOnly {
		t.Errorf("error %v, want an error that rejects it", err)
	}
}

func TestClosed(t *testing.T) {
	db := open(t, t.TempDir())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	nothing := func(*sqlite.Conn) error { return nil }
	if err := db.Write(t.Context(), nothing); !errors.Is(err, ErrClosed) {
		t.Errorf("write: %v", err)
	}
	if err := db.Read(t.Context(), nothing); !errors.Is(err, ErrClosed) {
		t.Errorf("read: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	exec := func(sql string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			conn, err := openWriter(filepath.Join(dir, fileName))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := sqlitex.ExecuteScript(conn, sql, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir string)
		want    error
	}{
		{"another holder", holdOpen, ErrLocked},
		{"a newer format", func(t *testing.T, dir string) {
			open(t, dir).Close()
			exec("PRAGMA user_version = 99")(t, dir)
		}, ErrNewerFormat},
		{"another program's database", exec("CREATE TABLE t (a)"), ErrNotDatabase},
		{"no database", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, fileName), make([]byte, 5000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrNotDatabase},
		{"a folder in the database's place", func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, fileName), 0o700); err != nil {
				t.Fatal(err)
			}
		}, ErrUnreadable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			test.prepare(t, dir)
			if _, err := Open(dir); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func holdOpen(t *testing.T, dir string) {
	db := open(t, dir)
	t.Cleanup(func() { db.Close() })
}

func TestFilesArePrivate(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	holdOpen(t, dir)
	for _, name := range []string{fileName, fileName + "-wal", fileName + "-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
}

func TestOpenRefusesAFileAsFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); !errors.Is(err, ErrUnreadable) {
		t.Errorf("error %v, want %v", err, ErrUnreadable)
	}
}

// Killing a process loses nothing that a power cut would, so no other test
// notices when commits do not wait for the disk. FULL is 2.
// https://www.sqlite.org/pragma.html#pragma_synchronous
func TestCommitsWaitForTheDisk(t *testing.T) {
	db := open(t, t.TempDir())
	defer db.Close()
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "fullfsync": "1", "checkpoint_fullfsync": "1"} {
		err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
			found, err := Row(conn, "PRAGMA "+pragma, func(stmt *sqlite.Stmt) error {
				if got := stmt.ColumnText(0); got != want {
					t.Errorf("%s is %s, want %s", pragma, got, want)
				}
				return nil
			})
			if !found {
				t.Errorf("%s has no value", pragma)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A write that fails after it has changed more pages than SQLite's cache has room
// for, some of them twice, costs the others nothing either.
func TestErrorUndoesALargeWrite(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	defer db.Close()
	refused := errors.New("refused")
	for round := range 2 {
		addText(t, db, 1000*round, 10)
		err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
			const rows = 500 // of 20 kB, twice for the index
			for _, change := range []string{
				`INSERT INTO notes (id, note) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT ?2 + i, i || hex(zeroblob(10000)) FROM n`,
				`UPDATE notes SET note = 'x' || note WHERE id > ?2 AND id % 7 = ?1 % 7`,
			} {
				if err := Exec(conn, change, rows, 1000*round); err != nil {
					return err
				}
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Errorf("the large write: %v", err)
		}
		addText(t, db, 1000*round+1, 10)
		after := open(t, copyFolder(t, dir))
		if n := count(t, after); n != 2*(round+1) {
			t.Errorf("%d rows, want %d", n, 2*(round+1))
		}
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A write that is alone runs in its caller's goroutine: where that panics or ends
// within it, what it wrote is undone, and others go on.
func TestWriteThatDoesNotReturn(t *testing.T) {
	db := openNotes(t, t.TempDir())
	for id, leave := range []func(){func() { panic("left") }, runtime.Goexit} {
		left := make(chan struct{})
		go func() {
			defer close(left)
			defer func() { recover() }()
			_ = db.Write(context.Background(), func(conn *sqlite.Conn) error {
				if err := insert(conn, 100+id); err != nil {
					return err
				}
				leave()
				return nil
			})
		}()
		<-left
		if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, id) }); err != nil {
			t.Error(err)
		}
		if n := count(t, db); n != id+1 {
			t.Errorf("%d rows, want %d", n, id+1)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
