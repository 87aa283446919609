package asynctest

import (
	"crypto/rand"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
)

func newReservation() async.Reservation {
	now := time.Now().UTC()
	return async.Reservation{
		Key: rand.Text(), Fingerprint: "fingerprint", ID: rand.Text(), Cancel: "secret",
		Now: now, Lease: now.Add(time.Minute), Expires: now.Add(time.Hour).Truncate(time.Second),
	}
}

// again is a later request under r's key, with a new id.
func again(r async.Reservation, after time.Duration) async.Reservation {
	r.ID = rand.Text()
	r.Now = r.Now.Add(after)
	r.Lease = r.Now.Add(time.Minute)
	r.Expires = r.Now.Add(time.Hour).Truncate(time.Second)
	return r
}

func reserved(t *testing.T, s async.Store) async.Reservation {
	t.Helper()
	r := newReservation()
	wantReserve(t, s, r, r, true)
	return r
}

// wantReserve reserves and compares what is stored then.
func wantReserve(t *testing.T, s async.Store, r, want async.Reservation, wantMine bool) {
	t.Helper()
	got, mine, err := s.Reserve(t.Context(), r)
	if err != nil {
		t.Fatalf("reserve: %v", err)
	}
	if mine != wantMine {
		t.Errorf("mine is %v, want %v", mine, wantMine)
	}
	wantTime(t, "Lease", got.Lease, want.Lease)
	wantTime(t, "Expires", got.Expires, want.Expires)
	if got.Key != want.Key || got.Fingerprint != want.Fingerprint || got.ID != want.ID || got.Cancel != want.Cancel || got.Settled != want.Settled {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !got.Now.IsZero() {
		t.Errorf("Now is %v, which is not the reservation's", got.Now)
	}
}

// wantHeld shows that r is still stored as it is: a request in time only sees it.
func wantHeld(t *testing.T, s async.Store, r async.Reservation) {
	t.Helper()
	wantReserve(t, s, again(r, 0), r, false)
}

func reserve(t *testing.T, s async.Store) {
	r := reserved(t, s)
	wantHeld(t, s, r)
	wantErr(t, s.Settle(t.Context(), r.Key, r.ID), nil)
	wantErr(t, s.Settle(t.Context(), r.Key, r.ID), nil)
	r.Settled = true
	wantHeld(t, s, r)
}

func reserveUnderLease(t *testing.T, s async.Store) {
	r := reserved(t, s)
	wantReserve(t, s, again(r, time.Minute), r, false)
	other := again(r, time.Second)
	other.Fingerprint = "another payload"
	wantReserve(t, s, other, r, false)
}

func reserveAbandoned(t *testing.T, s async.Store) {
	r := reserved(t, s)
	other := again(r, 2*time.Minute)
	other.Fingerprint = "another payload"
	wantReserve(t, s, other, r, false)

	late := again(r, 2*time.Minute)
	kept := late
	kept.ID = r.ID
	wantReserve(t, s, late, kept, true)
	wantReserve(t, s, again(r, 3*time.Minute), kept, false)
	wantErr(t, s.Settle(t.Context(), r.Key, r.ID), nil)
}

func reserveSettled(t *testing.T, s async.Store) {
	r := reserved(t, s)
	wantErr(t, s.Settle(t.Context(), r.Key, r.ID), nil)
	r.Settled = true
	wantReserve(t, s, again(r, 30*time.Minute), r, false)
}

func reserveExpired(t *testing.T, s async.Store) {
	r := reserved(t, s)
	wantErr(t, s.Settle(t.Context(), r.Key, r.ID), nil)
	late := again(r, 2*time.Hour)
	late.Fingerprint = "another payload"
	wantReserve(t, s, late, late, true)
	wantErr(t, s.Settle(t.Context(), r.Key, r.ID), async.ErrStale)
	wantReserve(t, s, again(late, 0), late, false)
}

func reserveRaces(t *testing.T, s async.Store) {
	r := newReservation()
	ids := make([]string, racers)
	shown := make([]string, racers)
	won := race(t, func(i int) (bool, error) {
		mine := again(r, 0)
		ids[i] = mine.ID
		got, held, err := s.Reserve(t.Context(), mine)
		shown[i] = got.ID
		return held, err
	})
	for _, id := range shown {
		if id != ids[won] {
			t.Errorf("a racer was shown id %s, but %s is reserved", id, ids[won])
		}
	}
}

func takeoverRaces(t *testing.T, s async.Store) {
	for name, after := range map[string]time.Duration{"abandoned": 2 * time.Minute, "expired": 2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			r := reserved(t, s)
			race(t, func(int) (bool, error) {
				_, held, err := s.Reserve(t.Context(), again(r, after))
				return held, err
			})
		})
	}
}

func settleRefuses(t *testing.T, s async.Store) {
	r := reserved(t, s)
	wantErr(t, s.Settle(t.Context(), r.Key, "another-id"), async.ErrStale)
	wantErr(t, s.Settle(t.Context(), newReservation().Key, r.ID), async.ErrNotFound)
	wantHeld(t, s, r)
}

func release(t *testing.T, s async.Store) {
	r := reserved(t, s)
	wantErr(t, s.Release(t.Context(), r.Key, r.ID, false), nil)
	wantErr(t, s.Release(t.Context(), r.Key, r.ID, false), nil)
	next := again(r, 0)
	wantReserve(t, s, next, next, true)
}

func releaseKeepingID(t *testing.T, s async.Store) {
	r := reserved(t, s)
	wantErr(t, s.Release(t.Context(), r.Key, r.ID, true), nil)
	next := again(r, 0)
	kept := next
	kept.ID = r.ID
	wantReserve(t, s, next, kept, true)
}

func releaseLeavesOthersAlone(t *testing.T, s async.Store) {
	for _, keepID := range []bool{false, true} {
		r := reserved(t, s)
		wantErr(t, s.Release(t.Context(), r.Key, "another-id", keepID), nil)
		wantErr(t, s.Release(t.Context(), newReservation().Key, r.ID, keepID), nil)
		wantHeld(t, s, r)
		wantErr(t, s.Settle(t.Context(), r.Key, r.ID), nil)
		wantErr(t, s.Release(t.Context(), r.Key, r.ID, keepID), nil)
		r.Settled = true
		wantHeld(t, s, r)
	}
}

// namesDoNotCollide: a submission and a reservation of one name are two things.
func namesDoNotCollide(t *testing.T, s async.Store) {
	r := created(t, s)
	key := newReservation()
	key.Key = r.ID
	wantReserve(t, s, key, key, true)
	wantRecord(t, get(t, s, r.ID), r)
	wantErr(t, s.Release(t.Context(), key.Key, key.ID, false), nil)
	wantRecord(t, get(t, s, r.ID), r)
}
