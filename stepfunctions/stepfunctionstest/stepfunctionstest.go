// Package stepfunctionstest has parts of an engine for tests: a clock that a
// test moves, functions that a test ends, and a journal in memory.
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
