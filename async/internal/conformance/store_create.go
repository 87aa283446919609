package conformance

import (
	"testing"

	"example.org/asynchttpapi/async"
)

func createThenGet(t *testing.T, s async.Store) {
	r := created(t, s)
	wantRecord(t, get(t, s, r.ID), r)
}

func createTwice(t *testing.T, s async.Store) {
	r := created(t, s)
	wantErr(t, s.Create(t.Context(), r), async.ErrExists)

	other := newRecord()
	other.ID, other.Message = r.ID, "Somebody else's."
	wantErr(t, s.Create(t.Context(), other), async.ErrExists)
	wantRecord(t, get(t, s, r.ID), r)

	mustAdvance(t, s, r.ID, moved(r, 1))
	wantErr(t, s.Create(t.Context(), r), async.ErrExists)
	wantRecord(t, get(t, s, r.ID), applied(t, r, moved(r, 1)))
}

func createRaces(t *testing.T, s async.Store) {
	r := newRecord()
	won := race(t, func(i int) (bool, error) {
		mine := r
		mine.Rank = i
		return wins(s.Create(t.Context(), mine), async.ErrExists)
	})
	if got := get(t, s, r.ID); got.Rank != won {
		t.Errorf("stored is %d's record, but %d was told so", got.Rank, won)
	}
}

func getOfNothing(t *testing.T, s async.Store) {
	_, err := s.Get(t.Context(), newRecord().ID)
	wantErr(t, err, async.ErrNotFound)
}

func discard(t *testing.T, s async.Store) {
	r := created(t, s)
	wantErr(t, s.Discard(t.Context(), r.ID), nil)
	_, err := s.Get(t.Context(), r.ID)
	wantErr(t, err, async.ErrNotFound)
	wantErr(t, s.Discard(t.Context(), r.ID), nil)

	create(t, s, r)
	wantRecord(t, get(t, s, r.ID), r)
}

func discardRefuses(t *testing.T, s async.Store) {
	r := created(t, s)
	mustAdvance(t, s, r.ID, moved(r, 1))
	wantErr(t, s.Discard(t.Context(), r.ID), async.ErrStale)
	wantRecord(t, get(t, s, r.ID), applied(t, r, moved(r, 1)))

	redriven := created(t, s)
	c := moved(redriven, 0)
	c.State.Redrive = 1
	mustAdvance(t, s, redriven.ID, c)
	wantErr(t, s.Discard(t.Context(), redriven.ID), async.ErrStale)
}

// discardRacesAdvance: either the record goes and the advance finds nothing,
// or it has moved and stays.
func discardRacesAdvance(t *testing.T, s async.Store) {
	for range 8 {
		r := created(t, s)
		advanced := make(chan error)
		go func() {
			_, err := s.Advance(t.Context(), r.ID, moved(r, 1))
			advanced <- err
		}()
		discarded := s.Discard(t.Context(), r.ID)
		if err := <-advanced; err == nil {
			wantErr(t, discarded, async.ErrStale)
			wantRecord(t, get(t, s, r.ID), applied(t, r, moved(r, 1)))
		} else {
			wantErr(t, err, async.ErrNotFound)
			wantErr(t, discarded, nil)
		}
	}
}
