package sqlite

import (
	"testing"

	"zombiezen.com/go/sqlite"
)

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
