package asynctest

import "example.org/asynchttpapi/internal/asyncapi"

// The fakes are what they stand in for.
var (
	_ asyncapi.Store     = (*Store)(nil)
	_ asyncapi.Store     = FaultyStore{}
	_ asyncapi.Workflows = (*Workflows)(nil)
	_ asyncapi.Workflows = FaultyWorkflows{}
	_ asyncapi.Clock     = (*Clock)(nil)
)
