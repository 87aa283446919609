package enginetest

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/journaltest"
)

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(*testing.T) engine.Journal { return NewJournal() })
}
