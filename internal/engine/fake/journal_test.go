package fake

import (
	"testing"

	"asynchttpapi/internal/conformance/journal"
	"asynchttpapi/internal/engine"
)

func TestJournal(t *testing.T) {
	journal.Run(t, func(*testing.T) engine.Journal { return NewJournal() })
}
