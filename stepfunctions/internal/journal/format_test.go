package journal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// formats are the hashes of the journal's tables in each format. A program that
// makes other tables writes another format: earlier programs refuse it, and
// folders of the earlier ones are migrated. Raise database.FormatVersion, keep a
// folder of the format before in stepfunctions/internal/server/testdata, and
// write the migration.
var formats = map[int]string{
	3: "0675a03fc51691f3",
}

func TestTablesBelongToTheFormat(t *testing.T) {
	if hash := fmt.Sprintf("%x", sha256.Sum256([]byte(Schema.Script())))[:16]; hash != formats[database.FormatVersion] {
		t.Errorf("format %d has the tables %s, these are %s", database.FormatVersion, formats[database.FormatVersion], hash)
	}
}

// Migrated tables have the columns of new ones, and rows that can be read.
func TestMigration(t *testing.T) {
	columns := func(dir string) (text string) {
		db := open(t, dir)
		defer db.Close()
		err := db.Read(t.Context(), func(conn *sqlite.Conn) error {
			return database.Each(conn, `SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_schema m, pragma_table_info(m.name) c
				WHERE m.type = 'table' ORDER BY m.name, c.name`, func(stmt *sqlite.Stmt) {
				text += fmt.Sprintln(stmt.ColumnText(0), stmt.ColumnText(1), stmt.ColumnText(2), stmt.ColumnText(3))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	want := columns(t.TempDir())
	for _, format := range []string{"format1", "format2"} {
		old := t.TempDir()
		if err := os.CopyFS(old, os.DirFS(filepath.Join("..", "server", "testdata", format))); err != nil {
			t.Fatal(err)
		}
		if got := columns(old); got != want {
			t.Errorf("migrated from %s:\n%s\nnew:\n%s", format, got, want)
		}
	}
}

// A row that was damaged before a migration is damaged after it.
func TestMigrationKeepsDamage(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "server", "testdata", "format2"))); err != nil {
		t.Fatal(err)
	}
	old, err := database.Open(dir) // without the journal's part nothing is migrated
	if err != nil {
		t.Fatal(err)
	}
	err = old.Write(t.Context(), func(conn *sqlite.Conn) error {
		return database.Script(conn, "UPDATE entries SET entry = x'00' WHERE seq = 1")
	})
	if err := errors.Join(err, old.Close()); err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	defer db.Close()
	if _, err := New(db).Entries(t.Context(), 1, 0, 1); err != nil {
		t.Errorf("the whole row: %v", err)
	}
	if _, err := New(db).Entries(t.Context(), 1, 1, 1); !errors.Is(err, database.ErrDamaged) {
		t.Errorf("the damaged row: %v", err)
	}
}

// A row that was changed under the program is an error, and not data.
func TestChangedRows(t *testing.T) {
	for change, read := range map[string]func(j *Journal) error{
		"UPDATE entries SET entry = x'00' WHERE seq = 0": func(j *Journal) error { _, err := j.Entries(t.Context(), 1, 0, 100); return err },
		"UPDATE entries SET seq = 7 WHERE seq = 0":       func(j *Journal) error { _, err := j.Entries(t.Context(), 1, 0, 100); return err },
		"UPDATE entries SET count = 2":                   func(j *Journal) error { _, err := j.Entries(t.Context(), 1, 0, 100); return err },
		"UPDATE executions SET machine = 'n'":            func(j *Journal) error { _, err := j.Record(t.Context(), 1); return err },
		"UPDATE executions SET output = '{}'":            func(j *Journal) error { _, err := j.Record(t.Context(), 1); return err },
		"UPDATE executions SET status = 'FAILED'": func(j *Journal) error {
			_, err := j.List(t.Context(), engine.Filter{MachineARN: "m", Limit: 9})
			return err
		},
		"UPDATE machines SET document = '{}'":             func(j *Journal) error { _, err := j.Machines(t.Context()); return err },
		"UPDATE revisions SET document = x'007b'":         func(j *Journal) error { _, err := j.Revision(t.Context(), "r"); return err },
		"UPDATE revisions SET id = 's'; SELECT 1":         func(j *Journal) error { _, err := j.Revision(t.Context(), "s"); return err },
		"UPDATE executions SET stopped = 99 WHERE id = 1": func(j *Journal) error { _, err := j.Find(t.Context(), "m", "0"); return err },
	} {
		db := open(t, t.TempDir())
		j := New(db)
		closed(t, j, 3)
		if err := j.SaveMachine(t.Context(), "m", []byte(`{"a":1}`), &engine.StoredRevision{ID: "r", Document: []byte(`{"b":2}`)}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(change, "'s'") || read(j) == nil {
			if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return database.Script(conn, change) }); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Errorf("%s: an error before", change)
		}
		if err := read(j); !errors.Is(err, database.ErrDamaged) {
			t.Errorf("%s: %v", change, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A row that is missing is an error wherever it shows, and the others can be read.
func TestMissingRows(t *testing.T) {
	for _, missing := range []int{0, maxPacked, 2 * maxPacked} {
		db := open(t, t.TempDir())
		j := New(db)
		closed(t, j, 4*maxPacked)
		err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
			return database.Exec(conn, "DELETE FROM entries WHERE seq = ?", missing)
		})
		if err != nil {
			t.Fatal(err)
		}
		for after := 0; after < 4*maxPacked; after += maxPacked / 4 {
			for _, limit := range []int{1, maxPacked} {
				entries, err := j.Entries(t.Context(), 1, after, limit)
				switch whole := after+limit <= missing || after >= missing+maxPacked; {
				case !whole && !errors.Is(err, database.ErrDamaged):
					t.Errorf("without row %d, %d after %d: %d, %v", missing, limit, after, len(entries), err)
				case whole && (err != nil || len(entries) != min(limit, 4*maxPacked-after)):
					t.Errorf("without row %d, %d after %d, which are there: %d, %v", missing, limit, after, len(entries), err)
				}
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What retention removes is overwritten, and its room is given back.
func TestExpiredDataIsGone(t *testing.T) {
	const secret = "a name that must not stay"
	dir := t.TempDir()
	db := open(t, dir)
	j := New(db)
	size := func() (n int64, found bool) {
		for _, name := range []string{"data.db", "data.db-wal"} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			n += int64(len(data))
			found = found || strings.Contains(string(data), secret)
		}
		return n, found
	}
	for id := range 200 {
		r := engine.Record{ID: int64(id + 1), MachineARN: "m", Name: fmt.Sprint(id), Started: time.UnixMilli(1),
			Head: engine.Head{Status: engine.Succeeded, Stopped: time.UnixMilli(2)}}
		entry := []byte(strings.Repeat(secret, 200))
		if err := j.Create(t.Context(), r, [][]byte{entry}, engine.Past{}); err != nil {
			t.Fatal(err)
		}
	}
	before, found := size()
	if !found {
		t.Fatal("it was never there")
	}
	for removed := 1; removed > 0; {
		var err error
		if removed, err = j.Expire(t.Context(), time.UnixMilli(3), 50); err != nil {
			t.Fatal(err)
		}
	}
	if after, found := size(); found || after > before/5 {
		t.Errorf("%d bytes, %d before, found %v", after, before, found)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
