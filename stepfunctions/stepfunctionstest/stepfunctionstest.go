// Package stepfunctionstest has parts of an engine for tests: a clock that a
// test moves, functions that a test ends, and a journal in memory.
package stepfunctionstest

import (
	"time"

	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

// Clock is a stepfunctions.Clock that stands still until it is advanced.
type Clock = enginetest.Clock

// NewClock returns a clock that shows t.
func NewClock(t time.Time) *Clock { return enginetest.NewClock(t) }

// Holder is a stepfunctions.Invoker whose calls last until a test ends them.
type Holder = enginetest.Holder

// NewJournal returns an empty journal in memory.
func NewJournal() stepfunctions.Journal { return enginetest.NewJournal() }
