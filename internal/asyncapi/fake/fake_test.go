package fake

import "asynchttpapi/internal/asyncapi"

// Both fakes are what they stand in for.
var (
	_ asyncapi.Store     = (*Store)(nil)
	_ asyncapi.Workflows = (*Workflows)(nil)
)
