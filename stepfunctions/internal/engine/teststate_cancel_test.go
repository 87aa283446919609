package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// A TestState whose caller has left gives the caller's error, and no result.
func TestStateEndsWithItsCaller(t *testing.T) {
	w := newWorld(t)
	m, err := asl.Parse([]byte(`{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"a.$":"$..*"},"End":true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	with := interp.TestStateInput{Input: json.RawMessage(`{}`)}
	if r, err := w.TestState(ctx, m, m.State("P"), with); err != nil || r.Status != interp.StatusSucceeded {
		t.Fatalf("%+v, %v", r, err)
	}
	cancel()
	if r, err := w.TestState(ctx, m, m.State("P"), with); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v, want the context's error", r, err)
	}
}
