package asynctest

import "example.org/asynchttpapi/async"

// The fakes are what they stand in for.
var (
	_ async.Store     = (*Store)(nil)
	_ async.Store     = FaultyStore{}
	_ async.Workflows = (*Workflows)(nil)
	_ async.Workflows = FaultyWorkflows{}
	_ async.Clock     = (*Clock)(nil)
)
