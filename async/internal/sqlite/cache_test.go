package sqlite_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/sqlite"
)

func running(t testing.TB, s *sqlite.Store) string {
	t.Helper()
	id, now := rand.Text(), time.Now().UTC()
	r := async.Record{ID: id, Job: "errand", State: async.State{Status: api.Running, CustomStatus: "First", Rank: 1},
		Created: now, Updated: now, Deadline: now.Add(time.Hour), Expires: now.Add(time.Hour)}
	if err := s.Create(t.Context(), r, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	return id
}

// Of concurrent writes and reads, no read goes back, and each sees at least what
// was written before it began.
func TestReadsNeverGoBack(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	id := running(t, s)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			last := 0
			for range 100 {
				now, err := s.Advance(t.Context(), id, async.Change{Percent: min(last+1, 100), Rank: 1})
				if err != nil {
					t.Error(err)
					return
				}
				for range 3 {
					r, err := s.Get(t.Context(), id)
					if err != nil || r.Percent < now.Percent || r.Percent < last {
						t.Errorf("%d percent after %d and %d, %v", r.Percent, last, now.Percent, err)
						return
					}
					last = r.Percent
				}
			}
		})
	}
	all.Wait()
}

// A write that is refused or undone is not seen.
func TestRefusedWritesAreNotSeen(t *testing.T) {
	db := openDB(t, t.TempDir())
	s := sqlite.NewStore(db)
	id := running(t, s)
	if _, err := s.Advance(t.Context(), id, async.Change{Percent: 10, Rank: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Advance(t.Context(), id, async.Change{Percent: 20, Rank: 2}); !errors.Is(err, async.ErrStale) {
		t.Errorf("got %v", err)
	}
	execute(t, db, `CREATE TRIGGER refuse BEFORE UPDATE ON submissions BEGIN SELECT RAISE(ABORT, 'no'); END`)
	if _, err := s.Advance(t.Context(), id, async.Change{Percent: 30, Rank: 1}); err == nil {
		t.Error("the write succeeded")
	}
	if r, err := s.Get(t.Context(), id); err != nil || r.Percent != 10 {
		t.Errorf("%d percent, %v", r.Percent, err)
	}
}

// What is removed is not found, though it was read from memory before.
func TestRemovedRecordsAreNotFound(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	now := time.Now().UTC()
	r := async.Record{ID: "discarded", Job: "errand", State: async.State{Status: api.NotStarted}, Created: now, Updated: now, Expires: now}
	if err := s.Create(t.Context(), r, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Advance(t.Context(), r.ID, async.Change{Deadline: now}); err != nil {
		t.Fatal(err)
	}
	swept := running(t, s)
	if _, err := s.Advance(t.Context(), swept, async.Change{Percent: 1, Rank: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(t.Context(), now.Add(100*time.Hour), nil); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{r.ID, swept} {
		if _, err := s.Get(t.Context(), id); !errors.Is(err, async.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}

// More records than the cache has room for are all found, as they are.
func TestMoreRecordsThanTheCacheKeeps(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	ids := make([]string, 5000)
	var all sync.WaitGroup
	for part := range 50 {
		all.Go(func() {
			for i := part; i < len(ids); i += 50 {
				ids[i] = running(t, s)
				c := async.Change{Percent: 1 + i%99, Rank: 1}
				if _, err := s.Advance(t.Context(), ids[i], c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for i, id := range ids {
		if r, err := s.Get(t.Context(), id); err != nil || r.ID != id || r.Percent != 1+i%99 {
			t.Fatal(fmt.Errorf("%d: %+v, %w", i, r, err))
		}
	}
}

// What is read from memory is what a process that has just started reads.
func TestMemoryAndFileAgree(t *testing.T) {
	db := openDB(t, t.TempDir())
	s, fresh := sqlite.NewStore(db), sqlite.NewStore(db)
	now := time.Now().In(time.FixedZone("east", 3600)) // with a monotonic reading
	r := async.Record{ID: "agrees", Job: "errand", State: async.State{Status: api.NotStarted, CustomStatus: "Received", Began: now, Due: now},
		Created: now, Updated: now, Deadline: now.Add(time.Minute), Expires: now.Add(time.Hour)}
	input := []byte(`{"a":1}`)
	if err := s.Create(t.Context(), r, input); err != nil {
		t.Fatal(err)
	}
	input[1] = ' ' // the caller's
	agree := func() {
		t.Helper()
		kept, err := s.Get(t.Context(), r.ID)
		read, err2 := fresh.Get(t.Context(), r.ID)
		if err := errors.Join(err, err2); err != nil || !reflect.DeepEqual(kept, read) {
			t.Errorf("%v\n%+v\n%+v", err, kept, read)
		}
		in, err := s.Input(t.Context(), r.ID)
		stored, err2 := fresh.Input(t.Context(), r.ID)
		if err := errors.Join(err, err2); err != nil || string(in) != string(stored) || string(in) != `{"a":1}` {
			t.Errorf("%v: %s, %s", err, in, stored)
		}
	}
	agree()
	state := async.State{Status: api.Running, CustomStatus: "First", Rank: 1, Began: now, Due: now}
	if _, err := s.Advance(t.Context(), r.ID, async.Change{State: &state, Updated: now, Deadline: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	agree()
	if _, err := s.Advance(t.Context(), r.ID, async.Change{Stage: "First", Outcome: "Done", Result: []byte(`{"b":2}`)}); err != nil {
		t.Fatal(err)
	}
	agree()
	if _, err := s.Purge(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if in, err := s.Input(t.Context(), r.ID); !errors.Is(err, async.ErrNotFound) {
		t.Errorf("an input that was removed: %s, %v", in, err)
	}
}
