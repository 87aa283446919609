package journaltest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func nameIsTaken(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "n"), "kept")
	wantError(t, "same name", j.Create(t.Context(), newRecord(2, "n"), blobs([]string{"lost"}), engine.Past{ClosedBefore: start.Add(time.Hour), UpTo: 1}), engine.ErrExists)
	wantEntries(t, j, 1, 0, 100, "kept")
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
	wantError(t, "not yet expired", j.Create(t.Context(), next, blobs([]string{"c"}), engine.Past{ClosedBefore: start}), engine.ErrExists)
	if err := j.Create(t.Context(), next, blobs([]string{"c"}), engine.Past{ClosedBefore: start.Add(time.Millisecond)}); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, j, 2, 0, 100, "c")
	_, err := j.Entries(t.Context(), 1, 0, 100)
	wantError(t, "entries of the old one", err, engine.ErrNotFound)
}

func nameOfAnEarlierMachineIsFree(t *testing.T, j engine.Journal) {
	old := newRecord(7, "n")
	old.Head = *closed(start)
	create(t, j, old, "a")
	next := newRecord(8, "n")
	wantError(t, "of the same machine", j.Create(t.Context(), next, blobs([]string{"c"}), engine.Past{UpTo: 6}), engine.ErrExists)
	if err := j.Create(t.Context(), next, blobs([]string{"c"}), engine.Past{UpTo: 7}); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, j, 8, 0, 100, "c")
	_, err := j.Record(t.Context(), 7)
	wantError(t, "the old one", err, engine.ErrNotFound)
}

func createRaces(t *testing.T, j engine.Journal) {
	var wins atomic.Int32
	var wg sync.WaitGroup
	for id := range int64(16) {
		wg.Go(func() {
			switch err := j.Create(t.Context(), newRecord(id+1, "n"), blobs([]string{"x"}), engine.Past{}); {
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
