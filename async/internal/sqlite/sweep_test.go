package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/sqlite"
)

func TestSweep(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	results := &asynctest.Results{}
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	const batches = 450 // more than two batches
	ages := map[string]time.Duration{"alive": -time.Hour, "gone": time.Hour, "forgotten": 72 * time.Hour}
	for i := range batches {
		ages[fmt.Sprint("old", i)] = 100 * time.Hour
	}
	for id, age := range ages {
		file, err := results.Create(t.Context(), id, "text/plain", "")
		if err == nil {
			_, _, err = file.Commit()
		}
		r := async.Record{ID: id, State: async.State{Status: api.Succeeded}, Expires: now.Add(-age), Large: &async.ResultInfo{Key: id}}
		// A callback that is of effect for longer goes with its record all the same.
		back := async.CallbackRef{ID: id, Stage: "Review", Expires: now.Add(time.Hour)}
		if err := errors.Join(err, s.Create(t.Context(), r, []byte("{}")), s.PutCallback(t.Context(), "hash-"+id, back)); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Reserve(t.Context(), async.Reservation{Key: id, ID: id, Fingerprint: "f", Now: now.Add(-200 * time.Hour), Expires: now.Add(-age)})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{2*batches + 3, 0} {
		if removed, err := s.Sweep(t.Context(), now, results); err != nil || removed != want {
			t.Fatalf("removed %d, %v; want %d", removed, err, want)
		}
	}
	for id, want := range map[string]error{"alive": nil, "gone": nil, "forgotten": async.ErrNotFound, "old7": async.ErrNotFound} {
		_, err := s.Get(t.Context(), id)
		_, inputErr := s.Input(t.Context(), id)
		_, backErr := s.Callback(t.Context(), "hash-"+id)
		for what, err := range map[string]error{"record": err, "input": inputErr, "callback": backErr} {
			if !errors.Is(err, want) {
				t.Errorf("%s of %s: got %v, want %v", what, id, err, want)
			}
		}
		if has, err := s.HasResult(t.Context(), id); err != nil || has != (want == nil) {
			t.Errorf("%s has a result: %v, %v", id, has, err)
		}
	}
	keys := results.Keys()
	slices.Sort(keys)
	if want := []string{"alive", "gone"}; !slices.Equal(keys, want) {
		t.Errorf("results %q are left, want %q", keys, want)
	}
}

// Callbacks without a record go when they have expired.
func TestSweepOfCallbacks(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	for hash, age := range map[string]time.Duration{"recent": time.Hour, "old": 72 * time.Hour} {
		if err := s.PutCallback(t.Context(), hash, async.CallbackRef{ID: "a", Stage: "Review", Expires: now.Add(-age)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Sweep(t.Context(), now, nil); err != nil {
		t.Fatal(err)
	}
	_, recent := s.Callback(t.Context(), "recent")
	_, old := s.Callback(t.Context(), "old")
	if recent != nil || !errors.Is(old, async.ErrNotFound) {
		t.Errorf("recent: %v, old: %v", recent, old)
	}
}

// deleting are results of which Delete fails with err.
type deleting struct {
	async.Results
	err error
}

func (d deleting) Delete(context.Context, string) error { return d.err }

// A record whose result could not be removed stays, and is swept the next time.
func TestSweepKeepsWhatHasAResultLeft(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	now := time.Now()
	r := async.Record{ID: "a", State: async.State{Status: api.Succeeded}, Expires: now.Add(-100 * time.Hour), Large: &async.ResultInfo{Key: "k"}}
	if err := s.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []error{asynctest.ErrDown, nil} {
		if _, err := s.Sweep(t.Context(), now, deleting{&asynctest.Results{}, want}); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		_, err := s.Get(t.Context(), "a")
		if kept := err == nil; kept != (want != nil) {
			t.Errorf("after %v the record is kept: %v", want, kept)
		}
	}
}

// Most submissions have no large result.
func TestSweepOfWhatHasNoLargeResult(t *testing.T) {
	s := sqlite.NewStore(openDB(t, t.TempDir()))
	now := time.Now().UTC()
	r := async.Record{ID: "a", State: async.State{Status: api.Succeeded}, Expires: now.Add(-100 * time.Hour)}
	if err := s.Create(t.Context(), r, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Sweep(t.Context(), now, nil); err != nil || n != 1 {
		t.Errorf("%d removed, %v", n, err)
	}
}
