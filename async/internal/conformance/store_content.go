package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func contentSurvives(t *testing.T, s async.Store) {
	longest := strings.Repeat("é", async.MaxText/2)
	tests := map[string]struct{ text, payload string }{
		"plain":     {"Moderation", `{"a":1}`},
		"unicode":   {"Ñandú 日本語 🦔 \u200f\u2028", `{"name":"Žižek 🦔","x":"\u0000\ud83e"}`},
		"quotes":    {`'";--\` + "\n\t\x01", `{"a":"'\";--"}`},
		"spacing":   {" two  spaces ", " {\n \"a\" : [ 1.0e2 ] } "},
		"longest":   {longest, `"` + strings.Repeat("x", async.MaxPayload-2) + `"`},
		"not utf-8": {"fine", "\"\xff\xfe\""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRecord()
			r.Payload = json.RawMessage(tt.payload)
			r.Status, r.CustomStatus, r.Message = api.Failed, tt.text, tt.text
			r.Error = &api.Error{Code: tt.text, Message: tt.text}
			r.Decisions = map[string]string{tt.text: tt.text, "other": ""}
			create(t, s, r)
			wantRecord(t, get(t, s, r.ID), r)
		})
	}
}

func timesSurvive(t *testing.T, s async.Store) {
	r := newRecord()
	east := time.FixedZone("east", 5*3600+1800)
	r.Created = time.Date(1999, 12, 31, 23, 59, 59, 999999999, east)
	r.Updated = time.Date(2026, 2, 28, 0, 0, 0, 100, east)
	r.Deadline = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	r.Expires = time.Date(2500, 1, 1, 0, 0, 0, 1, east)
	create(t, s, r)
	want := r
	want.Expires = time.Date(2500, 1, 1, 0, 0, 1, 0, east)
	got := get(t, s, r.ID)
	wantRecord(t, got, want)
	if got.Created.Format(time.RFC3339Nano) != "1999-12-31T18:29:59.999999999Z" {
		t.Errorf("created is %v", got.Created)
	}
}

func zeroValuesSurvive(t *testing.T, s async.Store) {
	r := async.Record{ID: newRecord().ID, State: async.State{Status: api.NotStarted}}
	create(t, s, r)
	wantRecord(t, get(t, s, r.ID), r)

	c := async.Change{Stage: "moderation", Decision: "Approved"}
	want := applied(t, r, c)
	wantRecord(t, mustAdvance(t, s, r.ID, c), want)
	wantRecord(t, get(t, s, r.ID), want)
}

// pastRetention: readers check the time themselves, so that they can say
// "gone" as long as the record is there.
func pastRetention(t *testing.T, s async.Store) {
	r := newRecord()
	r.Expires = time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	create(t, s, r)
	wantRecord(t, get(t, s, r.ID), r)
	wantErr(t, s.Create(t.Context(), r), async.ErrExists)
	wantRecord(t, mustAdvance(t, s, r.ID, moved(r, 1)), applied(t, r, moved(r, 1)))
}

func invalidIsRefused(t *testing.T, s async.Store) {
	tooLong := strings.Repeat("x", async.MaxText+1)
	r := newRecord()
	r.Message = tooLong
	wantErr(t, s.Create(t.Context(), r), async.ErrInvalid)
	_, err := s.Get(t.Context(), r.ID)
	wantErr(t, err, async.ErrNotFound)
	wantErr(t, s.Create(t.Context(), async.Record{}), async.ErrInvalid)

	r = created(t, s)
	c := moved(r, 1)
	c.State.CustomStatus = tooLong
	_, err = s.Advance(t.Context(), r.ID, c)
	wantErr(t, err, async.ErrInvalid)
	wantRecord(t, get(t, s, r.ID), r)

	_, _, err = s.Reserve(t.Context(), async.Reservation{})
	wantErr(t, err, async.ErrInvalid)
}

// cancelledContext: no method acts, and none mistakes its own cancellation for
// an answer about the record.
func cancelledContext(t *testing.T, s async.Store) {
	r, unmade, held := created(t, s), newRecord(), reserved(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"create":  func() error { return s.Create(ctx, unmade) },
		"get":     func() error { _, err := s.Get(ctx, r.ID); return err },
		"advance": func() error { _, err := s.Advance(ctx, r.ID, moved(r, 1)); return err },
		"discard": func() error { return s.Discard(ctx, r.ID) },
		"reserve": func() error { _, _, err := s.Reserve(ctx, newReservation()); return err },
		"settle":  func() error { return s.Settle(ctx, held.Key, held.ID) },
		"release": func() error { return s.Release(ctx, held.Key, held.ID, false) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
	wantRecord(t, get(t, s, r.ID), r)
	_, err := s.Get(t.Context(), unmade.ID)
	wantErr(t, err, async.ErrNotFound)
	wantHeld(t, s, held)
}
