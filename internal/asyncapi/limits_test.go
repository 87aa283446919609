package asyncapi_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/asyncapi"
)

func TestValid(t *testing.T) {
	long := strings.Repeat("x", asyncapi.MaxText+1)
	state := asyncapi.State{Status: api.Running, CustomStatus: strings.Repeat("x", asyncapi.MaxText)}
	type validator interface{ Valid() error }
	tests := []struct {
		name  string
		value validator
		want  string
	}{
		{"whole record", asyncapi.Record{ID: "a", State: state, Decisions: map[string]string{"s": ""}}, ""},
		{"no id", asyncapi.Record{State: state}, "id has to have"},
		{"long id", asyncapi.Record{ID: strings.Repeat("x", asyncapi.MaxName+1), State: state}, "id has to have"},
		{"payload", asyncapi.Record{ID: "a", State: state, Payload: make([]byte, asyncapi.MaxPayload+1)}, "payload is longer"},
		{"decision", asyncapi.Record{ID: "a", State: state, Decisions: map[string]string{"s": long}}, "decision is longer"},
		{"no status", asyncapi.State{}, "status is empty"},
		{"negative rank", asyncapi.State{Status: api.Running, Rank: -1}, "negative"},
		{"error", asyncapi.State{Status: api.Failed, Error: &api.Error{Message: long}}, "error message is longer"},
		{"empty change", asyncapi.Change{}, ""},
		{"change of state", asyncapi.Change{State: &asyncapi.State{Status: api.Running, Message: long}}, "message is longer"},
		{"decision without stage", asyncapi.Change{Decision: "Approved"}, "stage of a decision is empty"},
		{"reservation", asyncapi.Reservation{Key: "k", ID: "a", Fingerprint: "f"}, ""},
		{"reservation without key", asyncapi.Reservation{ID: "a", Fingerprint: "f"}, "key has to have"},
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
			if !errors.Is(err, asyncapi.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want ErrInvalid naming %q", err, tt.want)
			}
		})
	}
}
