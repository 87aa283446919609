// Package stepfunctionstest runs state machines in tests, in the test's own
// process: Start gives an endpoint for AWS's SDK, with Go functions in the place
// of Lambda functions, and mocks in the place of other services.
//
// Time need not pass. In a bubble of testing/synctest it is the bubble's own: a
// test that waits for an execution of a year has its end at once. The SDK's
// client then has to call without a socket, by Endpoint.HTTPClient. Outside of a
// bubble Options.Clock stands still until Endpoint.Advance moves it.
//
// The package also has parts of an engine for tests of programs that make their
// own: a clock, functions that a test ends, and a journal in memory.
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
