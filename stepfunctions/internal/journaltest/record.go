package journaltest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func newRecord(id int64, name string) engine.Record {
	return engine.Record{
		ID: id, MachineARN: machineARN, Name: name, Revision: "r1", Seed: [16]byte{1, byte(id)},
		Started: start, Head: engine.Head{Status: engine.Running},
	}
}

func create(t *testing.T, j engine.Journal, r engine.Record, entries ...string) {
	t.Helper()
	if len(entries) == 0 {
		entries = []string{"first"}
	}
	if err := j.Create(t.Context(), r, blobs(entries), engine.Past{}); err != nil {
		t.Fatal(err)
	}
}

func blobs(texts []string) (b [][]byte) {
	for _, s := range texts {
		b = append(b, []byte(s))
	}
	return b
}

// closed returns the head of an execution that has ended.
func closed(at time.Time) *engine.Head {
	return &engine.Head{Status: engine.Failed, Stopped: at, Error: "E", Cause: "because"}
}

func wantLength(t *testing.T, j engine.Journal, id int64, want int) {
	t.Helper()
	if got, err := j.Length(t.Context(), id); err != nil || got != want {
		t.Errorf("%d entries of %d, %v, want %d", got, id, err, want)
	}
}

func recordSurvives(t *testing.T, j engine.Journal) {
	full := newRecord(7, "ünïcode")
	full.VersionARN, full.AliasARN = machineARN+":3", machineARN+":live"
	full.Parent = &engine.Parent{ID: 5, Ref: 1 << 40}
	full.Head = engine.Head{
		Status: engine.Succeeded, Stopped: start.Add(time.Hour), Output: []byte(`{"a":"\u0000é"}`),
		Unannounced: true, RedriveCount: 2, Redriven: start.Add(time.Minute),
	}
	for _, want := range []engine.Record{newRecord(1, "plain"), full} {
		create(t, j, want, "one", "", "three")
		byID, err := j.Record(t.Context(), want.ID)
		if err != nil || !reflect.DeepEqual(byID, want) {
			t.Errorf("by id: %+v, %v, want %+v", byID, err, want)
		}
		byName, err := j.Find(t.Context(), want.MachineARN, want.Name)
		if err != nil || !reflect.DeepEqual(byName, want) {
			t.Errorf("by name: %+v, %v, want %+v", byName, err, want)
		}
		wantEntries(t, j, want.ID, 0, 100, "one", "", "three")
		wantEntries(t, j, want.ID, 0, 1, "one")
		wantEntries(t, j, want.ID, 2, 1, "three")
		wantEntries(t, j, want.ID, 1, 100, "", "three")
		wantEntries(t, j, want.ID, 3, 100)
		wantLength(t, j, want.ID, 3)
	}
}

func wantEntries(t *testing.T, j engine.Journal, id int64, after, limit int, want ...string) {
	t.Helper()
	got, err := j.Entries(t.Context(), id, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.Join(got, []byte("|")), bytes.Join(blobs(want), []byte("|"))) {
		t.Errorf("entries %q, want %q", got, want)
	}
}

func nothingThere(t *testing.T, j engine.Journal) {
	_, err := j.Record(t.Context(), 1)
	wantError(t, "record", err, engine.ErrNotFound)
	_, err = j.Find(t.Context(), machineARN, "none")
	wantError(t, "find", err, engine.ErrNotFound)
	_, err = j.Entries(t.Context(), 1, 0, 100)
	wantError(t, "entries", err, engine.ErrNotFound)
	_, err = j.Length(t.Context(), 1)
	wantError(t, "length", err, engine.ErrNotFound)
	_, err = j.Revision(t.Context(), "none")
	wantError(t, "revision", err, engine.ErrNotFound)
	wantError(t, "append", j.Append(t.Context(), 1, 0, blobs([]string{"x"}), nil), engine.ErrNotFound)
	if id, err := j.LastID(t.Context()); id != 0 || err != nil {
		t.Errorf("last id %d, %v, want 0", id, err)
	}
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func lastID(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(3, "a"))
	create(t, j, newRecord(2, "b"))
	if id, err := j.LastID(t.Context()); id != 3 || err != nil {
		t.Errorf("last id %d, %v, want 3", id, err)
	}
}

func canceledContext(t *testing.T, j engine.Journal) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, "create", j.Create(ctx, newRecord(1, "a"), blobs([]string{"x"}), engine.Past{}), context.Canceled)
	_, err := j.Record(t.Context(), 1)
	wantError(t, "record", err, engine.ErrNotFound)
}
