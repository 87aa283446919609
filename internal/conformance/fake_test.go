package conformance_test

import (
	"testing"

	"asynchttpapi/internal/asyncapi"
	"asynchttpapi/internal/asyncapi/fake"
	"asynchttpapi/internal/conformance"
)

// The fakes that other tests stand on keep the same promises as the adapters.
func TestFakeStore(t *testing.T) {
	conformance.Store(t, func(*testing.T) asyncapi.Store { return &fake.Store{} })
}
