package async_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func TestValid(t *testing.T) {
	long := strings.Repeat("x", async.MaxText+1)
	state := async.State{Status: api.Running, CustomStatus: strings.Repeat("x", async.MaxText)}
	type validator interface{ Valid() error }
	tests := []struct {
		name  string
		value validator
		want  string
	}{
		{"whole record", async.Record{ID: "a", State: state, Decisions: map[string]string{"s": ""}}, ""},
		{"no id", async.Record{State: state}, "id has to have"},
		{"long id", async.Record{ID: strings.Repeat("x", async.MaxName+1), State: state}, "id has to have"},
		{"payload", async.Record{ID: "a", State: state, Payload: make([]byte, async.MaxPayload+1)}, "payload is longer"},
		{"decision", async.Record{ID: "a", State: state, Decisions: map[string]string{"s": long}}, "decision is longer"},
		{"no status", async.State{}, "status is empty"},
		{"negative rank", async.State{Status: api.Running, Rank: -1}, "negative"},
		{"error", async.State{Status: api.Failed, Error: &api.Error{Message: long}}, "error message is longer"},
		{"empty change", async.Change{}, ""},
		{"change of state", async.Change{State: &async.State{Status: api.Running, Message: long}}, "message is longer"},
		{"decision without stage", async.Change{Decision: "Approved"}, "stage of a decision is empty"},
		{"reservation", async.Reservation{Key: "k", ID: "a", Fingerprint: "f"}, ""},
		{"reservation without key", async.Reservation{ID: "a", Fingerprint: "f"}, "key has to have"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.value.Valid()
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, async.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want ErrInvalid naming %q", err, tt.want)
			}
		})
	}
}
