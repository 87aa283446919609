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
	"example.org/asynchttpapi/stepfunctions/internal/lambdainvoke"
)

// Clock is a stepfunctions.Clock that stands still until it is advanced.
type Clock = enginetest.Clock

// NewClock returns a clock that shows t.
func NewClock(t time.Time) *Clock { return enginetest.NewClock(t) }

// Holder is a stepfunctions.Invoker whose calls last until a test ends them.
type Holder = enginetest.Holder

// NewJournal returns an empty journal in memory.
func NewJournal() stepfunctions.Journal { return enginetest.NewJournal() }

// NewLambdaInvoker returns an Invoker that calls functions over Lambda's Invoke
// API at an endpoint such as http://127.0.0.1:3001, as the command stepfunctions
// does. The error says what is wrong with the address.
func NewLambdaInvoker(endpoint string) (stepfunctions.Invoker, error) {
	return lambdainvoke.New(endpoint)
}
