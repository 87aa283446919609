package asynctest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"example.org/asynchttpapi/async"
)

var _ async.Paces = (*Store)(nil)

// Pace implements async.Paces.
func (s *Store) Pace(ctx context.Context, job string) ([]byte, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return bytes.Clone(s.paces[job]), nil
}

// SavePace implements async.Paces.
func (s *Store) SavePace(ctx context.Context, job string, was, now []byte) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if !bytes.Equal(s.paces[job], was) {
		return async.ErrStale
	}
	s.paces[job] = bytes.Clone(now)
	return nil
}

// paces is the suite of a Store that implements async.Paces.
func paces(t *testing.T, s async.Store) {
	p, ok := s.(async.Paces)
	if !ok {
		t.Skip("it keeps no Pace: each process learns for itself")
	}
	job := "pace-" + async.NewSecret()
	want := func(text string) {
		t.Helper()
		if got, err := p.Pace(t.Context(), job); err != nil || string(got) != text {
			t.Errorf("got %q, %v; want %q", got, err, text)
		}
	}
	save := func(was, now string, wantErr error) {
		t.Helper()
		var before []byte
		if was != "" {
			before = []byte(was)
		}
		if err := p.SavePace(t.Context(), job, before, []byte(now)); !errors.Is(err, wantErr) {
			t.Errorf("from %q to %q: %v, want %v", was, now, err, wantErr)
		}
	}
	want("")
	save("other", "one", async.ErrStale)
	want("")
	save("", "one", nil)
	want("one")
	save("", "two", async.ErrStale)
	save("other", "two", async.ErrStale)
	want("one")
	save("one", "two", nil)
	want("two")
}
