// Package journal holds the test suite of the engine's port Journal. Every
// adapter runs it.
package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asynchttpapi/internal/engine"
)

// Run runs the suite. open is called for each test and
// gives an empty journal.
func Run(t *testing.T, open func(t *testing.T) engine.Journal) {
	tests := []struct {
		name string
		run  func(t *testing.T, j engine.Journal)
	}{
		{"record survives", recordSurvives},
		{"nothing there", nothingThere},
		{"name is taken", nameIsTaken},
		{"expired name is free", expiredNameIsFree},
		{"create races", createRaces},
		{"append in order", appendInOrder},
		{"append refuses a wrong place", appendRefusesWrongPlace},
		{"append with head is one write", appendWithHead},
		{"announced", announced},
		{"unfinished", unfinishedOnly},
		{"list", listPages},
		{"expire", expireOldest},
		{"last id", lastID},
		{"machines", machinesSurvive},
		{"cancelled context", cancelledContext},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, open(t)) })
	}
}

const machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:m"

var start = time.UnixMilli(1_700_000_000_123).UTC()

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
	if err := j.Create(t.Context(), r, blobs(entries), time.Time{}); err != nil {
		t.Fatal(err)
	}
}

func blobs(texts []string) (b [][]byte) {
	for _, s := range texts {
		b = append(b, []byte(s))
	}
	return b
}

// closed is the head of an execution that has ended.
func closed(at time.Time) *engine.Head {
	return &engine.Head{Status: engine.Failed, Stopped: at, Error: "E", Cause: "because"}
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
		wantEntries(t, j, want.ID, 0, "one", "", "three")
		wantEntries(t, j, want.ID, 1, "one")
	}
}

func wantEntries(t *testing.T, j engine.Journal, id int64, limit int, want ...string) {
	t.Helper()
	got, err := j.Entries(t.Context(), id, limit)
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
	_, err = j.Entries(t.Context(), 1, 0)
	wantError(t, "entries", err, engine.ErrNotFound)
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

func nameIsTaken(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "n"), "kept")
	wantError(t, "same name", j.Create(t.Context(), newRecord(2, "n"), blobs([]string{"lost"}), start.Add(time.Hour)), engine.ErrExists)
	wantEntries(t, j, 1, 0, "kept")
	other := newRecord(3, "n")
	other.MachineARN += "2"
	create(t, j, other)
	_, err := j.Record(t.Context(), 2)
	wantError(t, "the refused one", err, engine.ErrNotFound)
}

func expiredNameIsFree(t *testing.T, j engine.Journal) {
	old := newRecord(1, "n")
	old.Head = *closed(start)
	create(t, j, old, "a", "b")
	next := newRecord(2, "n")
	wantError(t, "not yet expired", j.Create(t.Context(), next, blobs([]string{"c"}), start), engine.ErrExists)
	if err := j.Create(t.Context(), next, blobs([]string{"c"}), start.Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, j, 2, 0, "c")
	_, err := j.Entries(t.Context(), 1, 0)
	wantError(t, "entries of the old one", err, engine.ErrNotFound)
}

func createRaces(t *testing.T, j engine.Journal) {
	var wins atomic.Int32
	var wg sync.WaitGroup
	for id := range int64(16) {
		wg.Go(func() {
			switch err := j.Create(t.Context(), newRecord(id+1, "n"), blobs([]string{"x"}), time.Time{}); {
			case err == nil:
				wins.Add(1)
			case !errors.Is(err, engine.ErrExists):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := wins.Load(); n != 1 {
		t.Errorf("%d creations won, want 1", n)
	}
}

func appendInOrder(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "a"), "1")
	create(t, j, newRecord(2, "b"), "x")
	for _, step := range []struct {
		seq     int
		entries []string
	}{{1, []string{"2", "3"}}, {3, []string{"4"}}} {
		if err := j.Append(t.Context(), 1, step.seq, blobs(step.entries), nil); err != nil {
			t.Fatal(err)
		}
	}
	wantEntries(t, j, 1, 0, "1", "2", "3", "4")
	wantEntries(t, j, 2, 0, "x")
}

func appendRefusesWrongPlace(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "a"), "1", "2")
	for _, seq := range []int{0, 1, 3} {
		if err := j.Append(t.Context(), 1, seq, blobs([]string{"x"}), closed(start)); err == nil {
			t.Errorf("append after %d entries of 2 succeeded", seq)
		}
	}
	wantEntries(t, j, 1, 0, "1", "2")
	if r, err := j.Record(t.Context(), 1); err != nil || r.Status != engine.Running {
		t.Errorf("status %s, %v: a refused append has left its head", r.Status, err)
	}
}

func appendWithHead(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "a"), "1")
	head := closed(start.Add(time.Second))
	if err := j.Append(t.Context(), 1, 1, blobs([]string{"2"}), head); err != nil {
		t.Fatal(err)
	}
	r, err := j.Record(t.Context(), 1)
	if err != nil || !reflect.DeepEqual(r.Head, *head) {
		t.Errorf("head %+v, %v, want %+v", r.Head, err, *head)
	}
	wantEntries(t, j, 1, 0, "1", "2")
	reopened := engine.Head{Status: engine.Running, RedriveCount: 1, Redriven: start.Add(time.Minute)}
	if err := j.Append(t.Context(), 1, 2, blobs([]string{"3"}), &reopened); err != nil {
		t.Fatal(err)
	}
	if r, err := j.Record(t.Context(), 1); err != nil || !reflect.DeepEqual(r.Head, reopened) {
		t.Errorf("head %+v, %v, want %+v", r.Head, err, reopened)
	}
}

func announced(t *testing.T, j engine.Journal) {
	r := newRecord(1, "a")
	r.Head = *closed(start)
	r.Unannounced = true
	create(t, j, r)
	for range 2 {
		if err := j.Announced(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	r.Unannounced = false
	if got, err := j.Record(t.Context(), 1); err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("%+v, %v, want %+v", got, err, r)
	}
	if err := j.Announced(t.Context(), 99); err != nil {
		t.Errorf("announcing what expired meanwhile: %v", err)
	}
}

func unfinishedOnly(t *testing.T, j engine.Journal) {
	for id := range int64(9) {
		r := newRecord(id+1, fmt.Sprint(id))
		if id%3 > 0 {
			r.Head = *closed(start)
			r.Unannounced = id%3 == 1
		}
		create(t, j, r)
	}
	var got []int64
	for after := int64(0); ; {
		page, err := j.Unfinished(t.Context(), after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			got = append(got, r.ID)
		}
		after = page[len(page)-1].ID
	}
	if want := []int64{1, 2, 4, 5, 7, 8}; !reflect.DeepEqual(got, want) {
		t.Errorf("ids %v, want %v", got, want)
	}
}

func listPages(t *testing.T, j engine.Journal) {
	for id := range int64(6) {
		r := newRecord(id+1, fmt.Sprint(id))
		if id%2 == 1 {
			r.Head = *closed(start.Add(time.Duration(id) * time.Hour))
			r.VersionARN = machineARN + ":1"
		}
		if id < 2 {
			r.AliasARN = machineARN + ":live"
		}
		create(t, j, r)
	}
	other := newRecord(99, "other")
	other.MachineARN += "2"
	create(t, j, other)
	for _, tt := range []struct {
		name   string
		filter engine.Filter
		want   []int64
	}{
		{"all", engine.Filter{Limit: 10}, []int64{6, 5, 4, 3, 2, 1}},
		{"first page", engine.Filter{Limit: 2}, []int64{6, 5}},
		{"second page", engine.Filter{Limit: 2, Before: 5}, []int64{4, 3}},
		{"by status", engine.Filter{Limit: 10, Status: engine.Failed}, []int64{6, 4, 2}},
		{"by version", engine.Filter{Limit: 2, VersionARN: machineARN + ":1"}, []int64{6, 4}},
		{"by alias", engine.Filter{Limit: 10, AliasARN: machineARN + ":live"}, []int64{2, 1}},
		{"without the old", engine.Filter{Limit: 10, ClosedAfter: start.Add(3 * time.Hour)}, []int64{6, 5, 4, 3, 1}},
	} {
		tt.filter.MachineARN = machineARN
		records, err := j.List(t.Context(), tt.filter)
		var got []int64
		for _, r := range records {
			got = append(got, r.ID)
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
}

func expireOldest(t *testing.T, j engine.Journal) {
	for id := range int64(6) {
		r := newRecord(id+1, fmt.Sprint(id))
		if id > 0 {
			r.Head = *closed(start.Add(time.Duration(id) * time.Hour))
		}
		create(t, j, r)
	}
	until := start.Add(4 * time.Hour)
	for _, want := range []int{2, 1, 0} {
		if n, err := j.Expire(t.Context(), until, 2); n != want || err != nil {
			t.Errorf("expired %d, %v, want %d", n, err, want)
		}
	}
	left, err := j.List(t.Context(), engine.Filter{MachineARN: machineARN, Limit: 10})
	if err != nil || len(left) != 3 || left[0].ID != 6 || left[2].ID != 1 {
		t.Errorf("left %+v, %v, want the open one and the two young ones", left, err)
	}
	_, err = j.Entries(t.Context(), 2, 0)
	wantError(t, "entries of an expired one", err, engine.ErrNotFound)
}

func lastID(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(3, "a"))
	create(t, j, newRecord(2, "b"))
	if id, err := j.LastID(t.Context()); id != 3 || err != nil {
		t.Errorf("last id %d, %v, want 3", id, err)
	}
}

func machinesSurvive(t *testing.T, j engine.Journal) {
	save := func(arn, document string, r *engine.StoredRevision) {
		t.Helper()
		if err := j.SaveMachine(t.Context(), arn, []byte(document), r); err != nil {
			t.Fatal(err)
		}
	}
	save("b", "B", &engine.StoredRevision{ID: "1", Document: []byte("one")})
	save("a", "A", &engine.StoredRevision{ID: "2", Document: []byte("two")})
	save("b", "B2", nil)
	wantMachines(t, j, "A", "B2")
	if err := j.RemoveMachine(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	wantMachines(t, j, "A")
	if got, err := j.Revision(t.Context(), "1"); string(got) != "one" || err != nil {
		t.Errorf("the revision of a removed machine: %q, %v", got, err)
	}
}

func wantMachines(t *testing.T, j engine.Journal, want ...string) {
	t.Helper()
	got, err := j.Machines(t.Context())
	if err != nil || !reflect.DeepEqual(got, blobs(want)) {
		t.Errorf("machines %q, %v, want %q", got, err, want)
	}
}

func cancelledContext(t *testing.T, j engine.Journal) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, "create", j.Create(ctx, newRecord(1, "a"), blobs([]string{"x"}), time.Time{}), context.Canceled)
	_, err := j.Record(t.Context(), 1)
	wantError(t, "record", err, engine.ErrNotFound)
}
