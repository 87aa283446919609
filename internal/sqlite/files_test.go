package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
)

func add(t *testing.T, db *DB, id int) error {
	t.Helper()
	return db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, id) })
}

func check(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// losses are ways to lose a folder, or one of its files, under an open database.
var losses = map[string]func(dir string) error{
	"folder removed":      os.RemoveAll,
	"folder moved":        func(dir string) error { return os.Rename(dir, dir+"-moved") },
	"folder made again":   func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)) },
	"database removed":    func(dir string) error { return os.Remove(filepath.Join(dir, fileName)) },
	"database replaced":   func(dir string) error { return replace(filepath.Join(dir, fileName)) },
	"database emptied":    func(dir string) error { return os.Truncate(filepath.Join(dir, fileName), 0) },
	"lock removed":        func(dir string) error { return os.Remove(filepath.Join(dir, lockName)) },
	"lock replaced":       func(dir string) error { return replace(filepath.Join(dir, lockName)) },
	"log removed":         func(dir string) error { return os.Remove(filepath.Join(dir, logName)) },
	"log replaced":        func(dir string) error { return replace(filepath.Join(dir, logName)) },
	"log's index removed": func(dir string) error { return os.Remove(filepath.Join(dir, indexName)) },
	"another database there": func(dir string) error {
		db, err := Open(dir + "-other")
		return errors.Join(err, db.Close(), os.RemoveAll(dir), os.Rename(dir+"-other", dir))
	},
}

// replace puts a copy of the file in its place, as the restore of a backup does.
func replace(file string) error {
	data, err := os.ReadFile(file)
	return errors.Join(err, os.WriteFile(file+"-new", data, 0o600), os.Rename(file+"-new", file))
}

// What is written into a file that is no longer in the folder is gone at the
// next start: it must not be promised, and the reason is reported once.
func TestNothingIsPromisedOnceTheFolderIsLost(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			db := openNotes(t, dir)
			var reports []error
			db.OnFailure(func(err error) { reports = append(reports, err) })
			check(t, add(t, db, 1), lose(dir))
			for id := range 3 {
				err := add(t, db, 2+id)
				if !errors.As(err, new(*LostError)) || !hasCode(err, "DATA_FOLDER_LOST") {
					t.Fatalf("write: %v", err)
				}
			}
			if len(reports) != 1 || !errors.As(reports[0], new(*LostError)) {
				t.Errorf("reports %v, want one", reports)
			}
			if n := count(t, db); n != 1 && n != 2 {
				t.Errorf("%d rows are read, want the 1 that was written before, and at most the one that found the loss", n)
			}
			if err := db.Close(); !errors.As(err, new(*LostError)) {
				t.Errorf("close: %v", err)
			}
		})
	}
}

// The folder may be lost while a group is on its way to the disk.
func TestNothingIsPromisedOfAGroupDuringWhichTheFolderIsLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	db := openNotes(t, dir)
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return errors.Join(insert(conn, 1), os.RemoveAll(dir)) })
	if !errors.As(err, new(*LostError)) {
		t.Errorf("write: %v", err)
	}
	if err := db.Close(); !errors.As(err, new(*LostError)) {
		t.Errorf("close: %v", err)
	}
}

// A folder that is put back is not trusted: others may have written meanwhile.
func TestALossIsPermanent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	db := openNotes(t, dir)
	check(t, os.Rename(dir, dir+"-moved"))
	first := add(t, db, 1)
	check(t, os.Rename(dir+"-moved", dir))
	if err := add(t, db, 2); !errors.As(first, new(*LostError)) || !errors.As(err, new(*LostError)) {
		t.Errorf("%v, then %v", first, err)
	}
	if err := db.Close(); !errors.As(err, new(*LostError)) {
		t.Errorf("close: %v", err)
	}
}

// A path that cannot be looked at refuses writes while it lasts.
func TestFilesOutOfReach(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "data")
	db := openNotes(t, dir)
	var reports []error
	db.OnFailure(func(err error) { reports = append(reports, err) })
	check(t, os.Rename(dir, dir+"-moved"), os.WriteFile(dir, nil, 0o600)) // "not a directory"
	for id := range 2 {
		if err := add(t, db, 1+id); err == nil || errors.As(err, new(*LostError)) {
			t.Errorf("write: %v", err)
		}
	}
	check(t, os.Remove(dir), os.Rename(dir+"-moved", dir), add(t, db, 3))
	if len(reports) != 1 {
		t.Errorf("reports %v, want one", reports)
	}
	check(t, db.Close())
}

// The database and log that are in the folder when a database that lost it is
// closed are another process's: they stay as they are.
func TestCloseLeavesTheFilesOfAnotherDatabaseAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	db := openNotes(t, dir)
	check(t, add(t, db, 1), os.RemoveAll(dir))
	other := openNotes(t, dir)
	check(t, add(t, other, 7))
	if err := db.Close(); !errors.As(err, new(*LostError)) {
		t.Errorf("close: %v", err)
	}
	check(t, add(t, other, 8))
	if n := rowsAfterCrash(t, dir); n != 2 {
		t.Errorf("%d rows after a crash, want 2", n)
	}
	check(t, other.Close())
}

// What was promised is in the log alone. Where that is removed, the next write
// brings it into the database.
func TestARemovedLogIsRescued(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	check(t, add(t, db, 1), os.Remove(filepath.Join(dir, logName)))
	if err := add(t, db, 2); !errors.As(err, new(*LostError)) {
		t.Errorf("write: %v", err)
	}
	to := t.TempDir()
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	check(t, err, os.WriteFile(filepath.Join(to, fileName), data, 0o600))
	after := open(t, to)
	if n := count(t, after); n != 1 {
		t.Errorf("%d rows in the database alone, want 1", n)
	}
	if err := db.Close(); !errors.As(err, new(*LostError)) {
		t.Errorf("close: %v", err)
	}
	check(t, after.Close())
}

func hasCode(err error, code string) bool {
	var coded interface{ ErrorCode() string }
	return errors.As(err, &coded) && coded.ErrorCode() == code
}
