package conformance

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// noon has a nanosecond in it, so that a store that rounds is found out.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 123456789, time.UTC)

func newRecord() async.Record {
	return async.Record{
		ID: rand.Text(),
		State: async.State{
			Status: api.NotStarted, CustomStatus: "Received", Message: "The talk has been received.",
		},
		Payload:   json.RawMessage(`{"title":"Durable things","speaker":{"name":"Ana"}}`),
		Decisions: map[string]string{},
		Created:   noon,
		Updated:   noon,
		Deadline:  noon.Add(time.Hour),
		Expires:   time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second),
	}
}

func create(t *testing.T, s async.Store, r async.Record) {
	t.Helper()
	if err := s.Create(t.Context(), r); err != nil {
		t.Fatalf("create: %v", err)
	}
}

func created(t *testing.T, s async.Store) async.Record {
	t.Helper()
	r := newRecord()
	create(t, s, r)
	return r
}

func get(t *testing.T, s async.Store, id string) async.Record {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	return r
}

// moved is the change that takes r to rank within its run.
func moved(r async.Record, rank int) async.Change {
	return async.Change{
		State: &async.State{
			Status: api.Running, CustomStatus: "Moderation", Message: "The talk is being moderated.",
			Redrive: r.Redrive, Rank: rank,
		},
		At: r.Updated.Add(time.Duration(rank) * time.Second),
	}
}

// ended is the change that ends r's run with status.
func ended(r async.Record, status api.Status) async.Change {
	c := moved(r, 100)
	c.State.Status, c.State.CustomStatus = status, string(status)
	if status == api.Failed {
		c.State.Error = &api.Error{Code: "ProcessingFailed", Message: "The process failed."}
	}
	return c
}

// applied is r after c by the port's own rule.
func applied(t *testing.T, r async.Record, c async.Change) async.Record {
	t.Helper()
	r, err := c.Apply(r)
	wantErr(t, err, nil)
	return r
}

func mustAdvance(t *testing.T, s async.Store, id string, c async.Change) async.Record {
	t.Helper()
	r, err := s.Advance(t.Context(), id, c)
	if err != nil {
		t.Fatalf("advance: %v", err)
	}
	return r
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got error %v, want %v", got, want)
	}
}

func wantRecord(t *testing.T, got, want async.Record) {
	t.Helper()
	wantTime(t, "Created", got.Created, want.Created)
	wantTime(t, "Updated", got.Updated, want.Updated)
	wantTime(t, "Deadline", got.Deadline, want.Deadline)
	wantTime(t, "Expires", got.Expires, want.Expires)
	if got.ID != want.ID || !reflect.DeepEqual(got.State, want.State) {
		t.Errorf("got %s %+v, want %s %+v", got.ID, got.State, want.ID, want.State)
	}
	if !bytes.Equal(got.Payload, want.Payload) {
		t.Errorf("payload: got %d bytes %.80q, want %d bytes %.80q", len(got.Payload), got.Payload, len(want.Payload), want.Payload)
	}
	if !maps.Equal(got.Decisions, want.Decisions) {
		t.Errorf("decisions: got %v, want %v", got.Decisions, want.Decisions)
	}
}

func wantTime(t *testing.T, member string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s: got %v, want %v", member, got, want)
	}
	if !got.IsZero() && got.Location() != time.UTC {
		t.Errorf("%s is in %v, want UTC", member, got.Location())
	}
}
