package sqlite

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
)

// copyFolder returns a copy of the files as they are: what a process that is killed
// at that moment leaves, or cp -r of a folder that no process uses.
func copyFolder(t testing.TB, dir string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{fileName, logName, sumsName, lockName} {
		copyFile(t, filepath.Join(dir, name), filepath.Join(to, name))
	}
	return to
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err := errors.Join(err, os.WriteFile(to, data, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// addText writes one row in a transaction of its own.
func addText(t testing.TB, db *DB, id, size int) {
	t.Helper()
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
		return Exec(conn, `INSERT INTO notes (id, note) VALUES (?1, ?1 || hex(randomblob(?2)))`, id, size)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// folders returns a folder whose process was killed, with all rows in its log,
// and one that was closed in order, with the same rows in the database.
func folders(t *testing.T) (killed, closed string) {
	t.Helper()
	killed = t.TempDir()
	db := openNotes(t, killed)
	t.Cleanup(func() { db.Close() })
	for id := range 40 {
		addText(t, db, id, 1000)
	}
	killed = copyFolder(t, killed)
	closed = copyFolder(t, killed)
	if err := open(t, closed).Close(); err != nil {
		t.Fatal(err)
	}
	return killed, closed
}

// dump returns all that the database has.
func dump(t testing.TB, db *DB) (text string) {
	t.Helper()
	err := db.Read(t.Context(), func(conn *sqlite.Conn) error {
		return Each(conn, "SELECT id, note FROM notes ORDER BY id", func(stmt *sqlite.Stmt) {
			text += fmt.Sprintln(stmt.ColumnInt(0), stmt.ColumnText(1))
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// damages are what disks, and people, do to files.
var damages = map[string]func(b []byte, at int) []byte{
	"a bit":      func(b []byte, at int) []byte { b[at] ^= 1 << (at % 8); return b },
	"512 zeros":  func(b []byte, at int) []byte { at &^= 511; clear(b[at:min(at+512, len(b))]); return b },
	"page zeros": func(b []byte, at int) []byte { at &^= 4095; clear(b[at:min(at+4096, len(b))]); return b },
	"cut off":    func(b []byte, at int) []byte { return b[:at] },
	"other bytes": func(b []byte, at int) []byte {
		for i := at; i < min(at+64, len(b)); i++ {
			b[i] += byte(i) | 1
		}
		return b
	},
}

// Whatever becomes of the database or its log, a start refuses the folder with
// words that say what to do, or has all that was written.
func TestNothingDamagedIsTakenForWhole(t *testing.T) {
	killed, closed := folders(t)
	whole := open(t, copyFolder(t, killed))
	want := dump(t, whole)
	if err := whole.Close(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, target := range []struct{ dir, file string }{{killed, logName}, {closed, fileName}} {
		data, err := os.ReadFile(filepath.Join(target.dir, target.file))
		if err != nil {
			t.Fatal(err)
		}
		for name, damage := range damages {
			refused := 0
			for range 12 {
				at := random.IntN(len(data))
				dir := copyFolder(t, target.dir)
				bad := damage(append([]byte(nil), data...), at)
				if err := os.WriteFile(filepath.Join(dir, target.file), bad, 0o600); err != nil {
					t.Fatal(err)
				}
				db, err := Open(dir)
				if err != nil {
					if refused++; !errors.Is(err, ErrDamaged) {
						t.Errorf("%s: %s at %d: %v", target.file, name, at, err)
					}
					continue
				}
				if dump(t, db) != want {
					t.Errorf("%s: %s at %d: other data, and no error", target.file, name, at)
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}
			if refused == 0 {
				t.Errorf("%s: %s: nothing was refused", target.file, name)
			}
		}
	}
}

// A log without its end, or without anything, looks to SQLite as if no more was
// written; so does one that is gone.
func TestStartMissesTheLog(t *testing.T) {
	killed, _ := folders(t)
	for name, lose := range map[string]func(log string) error{
		"removed":      os.Remove,
		"emptied":      func(log string) error { return os.Truncate(log, 0) },
		"of one frame": func(log string) error { return os.Truncate(log, logHeaderBytes+frameHeaderBytes+4096) },
		"without its last": func(log string) error {
			info, err := os.Stat(log)
			return errors.Join(err, os.Truncate(log, info.Size()-4120))
		},
		"with another header": func(log string) error { return overwrite(log, 16, []byte{1, 2, 3, 4}) },
	} {
		dir := copyFolder(t, killed)
		if err := lose(filepath.Join(dir, logName)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, want %v", name, err, ErrDamaged)
		}
	}
}

func overwrite(file string, at int64, b []byte) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, at)
	return errors.Join(err, f.Close())
}

// The last transaction, which was never promised, may be in the log in any part.
func TestTornEndIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	defer db.Close()
	addText(t, db, 1, 10)
	before := copyFolder(t, dir)
	addText(t, db, 2, 40_000)
	after := copyFolder(t, dir)
	copyFile(t, filepath.Join(before, sumsName), filepath.Join(after, sumsName)) // the process died before it noted the end
	kept, err := os.Stat(filepath.Join(before, logName))
	if err != nil {
		t.Fatal(err)
	}
	for name, tear := range map[string]func(log string) error{
		"cut off":        func(log string) error { return os.Truncate(log, kept.Size()+5000) },
		"a page missing": func(log string) error { return overwrite(log, kept.Size()+4120, make([]byte, 4120)) },
	} {
		dir := copyFolder(t, after)
		if err := tear(filepath.Join(dir, logName)); err != nil {
			t.Fatal(err)
		}
		torn := open(t, dir)
		if n := count(t, torn); n != 1 {
			t.Errorf("%s: %d rows, want 1", name, n)
		}
		if err := torn.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The files of a folder in use, copied one after the other with writes and
// checkpoints between, are of different times.
func TestCopyOfAFolderInUse(t *testing.T) {
	files := []string{fileName, logName, sumsName, lockName}
	for _, order := range [][]int{{0, 1, 2, 3}, {2, 1, 0, 3}, {1, 0, 2, 3}, {0, 2, 1, 3}, {1, 2, 0, 3}, {2, 0, 1, 3}} {
		dir, to := t.TempDir(), t.TempDir()
		db := openNotes(t, dir)
		next := 0
		write := func() {
			for range 20 {
				addText(t, db, next, 3000)
				next++
			}
		}
		write()
		earlier := next
		for _, i := range order {
			copyFile(t, filepath.Join(dir, files[i]), filepath.Join(to, files[i]))
			write()
			if err := db.committer.emptyLog(t.Context()); err != nil {
				t.Fatal(err)
			}
			write()
		}
		var want string
		if copied, err := Open(to); err == nil {
			if n := count(t, copied); n < earlier {
				t.Errorf("order %v: %d rows, want %d or more", order, n, earlier)
			}
			want = dump(t, copied)
			if err := copied.Close(); err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, ErrDamaged) {
			t.Errorf("order %v: %v", order, err)
		}
		if all := dump(t, db); all[:len(want)] != want {
			t.Errorf("order %v: the copy has rows that never were together", order)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A database without sums, such as a backup, is looked through, and has them then.
func TestDatabaseWithoutSums(t *testing.T) {
	_, closed := folders(t)
	if err := os.Remove(filepath.Join(closed, sumsName)); err != nil {
		t.Fatal(err)
	}
	bad := copyFolder(t, closed)
	data, err := os.ReadFile(filepath.Join(bad, fileName))
	if err != nil {
		t.Fatal(err)
	}
	clear(data[5*4096 : 6*4096])
	if err := os.WriteFile(filepath.Join(bad, fileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(bad); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged: %v", err)
	}
	for range 2 {
		if err := open(t, closed).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := overwrite(filepath.Join(closed, fileName), 9*4096+100, []byte("damage")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(closed); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged after the start: %v", err)
	}
}

// A log that is cut off under the running process holds nothing that could be
// promised, and what it held is missed at the next start.
func TestLogIsCutOffInUse(t *testing.T) {
	for _, size := range []int64{0, logHeaderBytes + 5000} {
		dir := t.TempDir()
		db := openNotes(t, dir)
		addText(t, db, 1, 20_000)
		if err := os.Truncate(filepath.Join(dir, logName), size); err != nil {
			t.Fatal(err)
		}
		if err := add(t, db, 2); !errors.As(err, new(*LostError)) {
			t.Errorf("cut to %d: a write: %v", size, err)
		}
		if err := db.Close(); !errors.As(err, new(*LostError)) {
			t.Errorf("cut to %d: %v", size, err)
		}
		if _, err := Open(copyFolder(t, dir)); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d: the next start: %v", size, err)
		}
	}
}

// A log that is damaged in use, which SQLite does not notice when it moves it,
// is found by the next commit or at the next start.
func TestLogIsDamagedInUse(t *testing.T) {
	for _, moved := range []bool{false, true} {
		dir := t.TempDir()
		db := openNotes(t, dir)
		addText(t, db, 1, 20_000)
		log := filepath.Join(dir, logName)
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		if err := overwrite(log, info.Size()-1000, []byte("damage")); err != nil {
			t.Fatal(err)
		}
		if moved {
			if err := db.committer.emptyLog(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		after := copyFolder(t, dir)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{after, dir} {
			if _, err := Open(dir); !errors.Is(err, ErrDamaged) {
				t.Errorf("moved %v: the next start: %v", moved, err)
			}
		}
	}
}

// A commit whose frames are not those that were written is refused.
func TestCommitIsDamaged(t *testing.T) {
	const pageAt, saltsAt, sumAt = 0, 8, 16 // within the header of a frame
	for what, at := range map[string]int64{"page": pageAt, "generation": saltsAt, "checksum": sumAt} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			db := openNotes(t, dir)
			var reports []error
			db.OnFailure(func(err error) { reports = append(reports, err) })
			addText(t, db, 1, 20_000)
			frame := db.sums.reader.at(db.sums.note.frames)
			if err := overwrite(filepath.Join(dir, logName), frame+at, make([]byte, 4)); err != nil {
				t.Fatal(err)
			}
			db.sums.note.covered-- // as if that were part of the next one
			for range 2 {
				err := db.Write(t.Context(), func(*sqlite.Conn) error { return nil })
				if !errors.As(err, new(*LostError)) || len(reports) != 1 {
					t.Errorf("a write: %v, reported %v", err, reports)
				}
			}
			if err := db.Close(); err == nil {
				t.Error("closed as if nothing had happened")
			}
		})
	}
}

// Rows and their sums stay together through checkpoints, restarts and a failed start.
func TestSumsFollowTheDatabase(t *testing.T) {
	dir := t.TempDir()
	id := 0
	for round := range 6 {
		db := openNotes(t, dir)
		for range 10 {
			addText(t, db, id, 30_000)
			id++
			if id%7 == 0 {
				if err := db.committer.emptyLog(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if round%2 == 0 {
			if err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
				return Exec(conn, "DELETE FROM notes WHERE id < ?", id-12)
			}); err != nil {
				t.Fatal(err)
			}
		}
		killed := copyFolder(t, dir)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if round%3 == 1 {
			dir = killed
		}
		if _, err := Open(dir, Tables("CREATE TABLE more (a); no statement")); err == nil {
			t.Fatal("opened")
		}
	}
}

// The group that finds the log removed is in it, too, though it was refused.
func TestLogThatIsRemovedDuringACommitIsRescued(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	for id := range 20 {
		addText(t, db, id, 3000)
	}
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
		return errors.Join(Exec(conn, "INSERT INTO notes (id, note) VALUES (100, hex(randomblob(9000)))"),
			os.Remove(filepath.Join(dir, logName)), os.Remove(filepath.Join(dir, indexName)))
	})
	if !errors.As(err, new(*LostError)) {
		t.Errorf("the write: %v", err)
	}
	if err := db.Close(); !errors.As(err, new(*LostError)) {
		t.Errorf("close: %v", err)
	}
	after := open(t, copyFolder(t, dir))
	if n := count(t, after); n < 20 {
		t.Errorf("%d rows, want 20 or 21", n)
	}
	if err := after.Close(); err != nil {
		t.Error(err)
	}
}

// An earlier version, or a tool, that opens the folder of a process that was
// killed moves the log into the database when it closes it. Nothing is lost.
func TestAnotherProgramMovesTheLog(t *testing.T) {
	killed, _ := folders(t)
	conn, err := sqlite.OpenConn(filepath.Join(killed, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(Each(conn, "SELECT count(*) FROM notes", func(*sqlite.Stmt) {}), conn.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(killed, logName)); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the log is there: %v", err)
	}
	db := open(t, killed)
	defer db.Close()
	if n := count(t, db); n != 40 {
		t.Errorf("%d rows", n)
	}
}

// To open a folder and close it again writes nothing into its database: that
// must be possible on a full disk.
func TestStartWritesNothing(t *testing.T) {
	_, closed := folders(t)
	file := filepath.Join(closed, fileName)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, closed)
	if info, err := os.Stat(filepath.Join(closed, logName)); err != nil || info.Size() > 0 {
		t.Errorf("the log has %v, %v", info, err)
	}
	if frames := db.sums.note.frames; frames > 0 {
		t.Errorf("%d frames were written", frames)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("the database was changed, %v", err)
	}
}
