package sqlite

import (
	"testing"

	"asynchttpapi/internal/conformance/journal"
	"asynchttpapi/internal/engine"
)

func TestJournal(t *testing.T) {
	journal.Run(t, func(t *testing.T) engine.Journal {
		db := open(t, t.TempDir())
		t.Cleanup(func() { db.Close() })
		return db.Journal()
	})
}
