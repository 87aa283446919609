package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"zombiezen.com/go/sqlite"
)

// A backup that is made amid writes has all that was written before it, and
// nothing of a transaction that it does not have as a whole. It is a data folder.
func TestBackupOfAFolderInUse(t *testing.T) {
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "a", "backup")
	db := openNotes(t, dir)
	defer db.Close()
	for id := range 50 {
		addText(t, db, 2*id, 2000)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "results"), 0o700), os.WriteFile(filepath.Join(dir, "results", "r"), []byte("result"), 0o600)); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for id := 1001; ; id += 2 {
			select {
			case <-stop:
				return
			default:
			}
			if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return errors.Join(insert(conn, id), insert(conn, id+1)) }); err != nil {
				t.Error(err)
				return
			}
		}
	})
	err := Backup(t.Context(), dir, to)
	close(stop)
	writing.Wait()
	if err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(to)
	if err != nil || len(names) != 2 {
		t.Errorf("%v, %v", names, err)
	}
	if info, err := os.Stat(filepath.Join(to, fileName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if text, err := os.ReadFile(filepath.Join(to, "results", "r")); err != nil || string(text) != "result" {
		t.Errorf("%q, %v", text, err)
	}
	copied := open(t, to)
	defer copied.Close()
	if n := count(t, copied); n < 50 || n%2 != 0 {
		t.Errorf("%d rows, want 50 and some pairs", n)
	}
}

func TestBackupOfAFolderThatIsNotInUse(t *testing.T) {
	killed, _ := folders(t)
	to := filepath.Join(t.TempDir(), "backup")
	if err := Backup(t.Context(), killed, to); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{killed, to} {
		db := open(t, dir)
		if n := count(t, db); n != 40 {
			t.Errorf("%d rows", n)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestBackupRefuses(t *testing.T) {
	killed, closed := folders(t)
	if err := overwrite(filepath.Join(killed, logName), 50_000, []byte("damage")); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		dir, to string
		want    error
	}{
		"a damaged folder":  {killed, filepath.Join(t.TempDir(), "to"), ErrDamaged},
		"a full target":     {closed, closed, fs.ErrExist},
		"a folder of files": {t.TempDir(), filepath.Join(t.TempDir(), "to"), ErrUnreadable},
		"none":              {filepath.Join(t.TempDir(), "none"), filepath.Join(t.TempDir(), "to"), ErrUnreadable},
	} {
		if err := Backup(t.Context(), test.dir, test.to); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if _, err := os.Stat(filepath.Join(test.to, fileName)); err == nil && test.to != closed {
			t.Errorf("%s: there is a database", name)
		}
	}
}

// A process that ends while its folder is copied leaves the log to the next one.
func TestBackupOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	addText(t, db, 1, 20_000)
	conn, err := sqlite.OpenConn(filepath.Join(dir, fileName), sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	if err := Each(conn, "SELECT count(*) FROM notes", func(*sqlite.Stmt) {}); err != nil {
		t.Fatal(err)
	}
	before := copyFolder(t, dir)
	if err := errors.Join(db.Close(), conn.Close()); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{before, dir} {
		after := open(t, dir)
		if n := count(t, after); n != 1 {
			t.Errorf("%d rows", n)
		}
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}
}
