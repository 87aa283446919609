package fake

import (
	"testing"

	"example.org/asynchttpapi/internal/conformance/journal"
	"example.org/asynchttpapi/internal/engine"
)

func TestJournal(t *testing.T) {
	journal.Run(t, func(*testing.T) engine.Journal { return NewJournal() })
}
