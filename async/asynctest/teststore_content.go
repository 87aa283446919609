package asynctest

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

func createThenGet(t *testing.T, s async.Store) {
	r := created(t, s)
	wantRecord(t, get(t, s, r.ID), r)
	wantInput(t, s, r.ID, testInput)
}

func createTwice(t *testing.T, s async.Store) {
	r := created(t, s)
	wantErr(t, s.Create(t.Context(), r, testInput), async.ErrExists)

	other := newRecord()
	other.ID, other.Message = r.ID, "Another one."
	wantErr(t, s.Create(t.Context(), other, json.RawMessage(`{"another":"input"}`)), async.ErrExists)
	wantRecord(t, get(t, s, r.ID), r)
	wantInput(t, s, r.ID, testInput)

	r = wantAdvanced(t, s, r, moved(r, 1))
	wantErr(t, s.Create(t.Context(), r, testInput), async.ErrExists)
	wantRecord(t, get(t, s, r.ID), r)
}

func createRaces(t *testing.T, s async.Store) {
	r := newRecord()
	won := race(t, func(i int) (bool, error) {
		mine := r
		mine.Rank = i
		return wins(s.Create(t.Context(), mine, testInput), async.ErrExists)
	})
	if got := get(t, s, r.ID); got.Rank != won {
		t.Errorf("stored is %d's record, but %d won", got.Rank, won)
	}
}

func getOfNothing(t *testing.T, s async.Store) {
	_, err := s.Get(t.Context(), newRecord().ID)
	wantErr(t, err, async.ErrNotFound)
	_, err = s.Input(t.Context(), newRecord().ID)
	wantErr(t, err, async.ErrNotFound)
	_, err = s.Callback(t.Context(), newRecord().ID)
	wantErr(t, err, async.ErrNotFound)
}

// inputApart: the input is there whatever happens to the record, and only there.
func inputApart(t *testing.T, s async.Store) {
	r := created(t, s)
	r = wantAdvanced(t, s, r, moved(r, 1))
	wantInput(t, s, r.ID, testInput)
	r = wantAdvanced(t, s, r, ended(r, api.Canceled))
	wantInput(t, s, r.ID, testInput)
}

func contentSurvives(t *testing.T, s async.Store) {
	longest := strings.Repeat("é", async.MaxText/2)
	tests := map[string]struct{ text, input string }{
		"plain":     {"Packing", `{"a":1}`},
		"unicode":   {"Ñandú 日本語 🦔 \u200f\u2028", `{"name":"Žižek 🦔","x":"\u0000\ud83e"}`},
		"quotes":    {`'";--\` + "\n\t\x01", `{"a":"'\";--"}`},
		"spacing":   {" two  spaces ", " {\n \"a\" : [ 1.0e2 ] } "},
		"longest":   {longest, `"` + strings.Repeat("x", async.MaxInput-2) + `"`},
		"not utf-8": {"fine", "\"\xff\xfe\""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRecord()
			r.Status, r.CustomStatus, r.Message = api.Failed, tt.text, tt.text
			r.Error = &api.Error{Code: tt.text, Message: tt.text}
			r.Outcomes = map[string]async.Outcome{tt.text: async.Outcome(tt.text), "other": async.Continue}
			value, err := json.Marshal(map[string]string{"text": tt.text})
			wantErr(t, err, nil)
			r.Values = map[string]json.RawMessage{tt.text: value, "empty": json.RawMessage(`""`)}
			r.Result = value
			r.Large = &async.ResultInfo{Key: tt.text, MediaType: tt.text, FileName: tt.text, ETag: tt.text, Size: 1 << 40}
			r.Waiting = async.Waiting{Stage: tt.text, Token: strings.Repeat("t", 2048), Answer: tt.text, Attempt: 1<<60 + 1}
			if err := s.Create(t.Context(), r, json.RawMessage(tt.input)); err != nil {
				t.Fatal(err)
			}
			wantRecord(t, get(t, s, r.ID), r)
			wantInput(t, s, r.ID, json.RawMessage(tt.input))
		})
	}
}

func timesSurvive(t *testing.T, s async.Store) {
	r := newRecord()
	east := time.FixedZone("east", 5*3600+1800)
	r.Created = time.Date(1999, 12, 31, 23, 59, 59, 999999999, east)
	r.Updated = time.Date(2026, 2, 28, 0, 0, 0, 100, east)
	r.Began = time.Date(2026, 2, 28, 0, 0, 0, 1, east)
	r.Due = time.Date(2027, 2, 28, 0, 0, 0, 999, east)
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
	wantAdvanced(t, s, r, async.Change{Stage: "packing", Outcome: "Shipped"})
}

// pastRetention: readers check the time themselves, so that they can say
// "gone" as long as the record is there.
func pastRetention(t *testing.T, s async.Store) {
	r := newRecord()
	r.Expires = time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	create(t, s, r)
	wantRecord(t, get(t, s, r.ID), r)
	wantErr(t, s.Create(t.Context(), r, testInput), async.ErrExists)
	wantAdvanced(t, s, r, moved(r, 1))
}

func invalidIsRefused(t *testing.T, s async.Store) {
	tooLong := strings.Repeat("x", async.MaxText+1)
	large := func(n int) json.RawMessage { return json.RawMessage(`"` + strings.Repeat("x", n) + `"`) }
	records := map[string]func(*async.Record){
		"nothing": func(r *async.Record) { *r = async.Record{} },
		"message": func(r *async.Record) { r.Message = tooLong },
		"result":  func(r *async.Record) { r.Result = large(async.MaxResult) },
		"values":  func(r *async.Record) { r.Values = map[string]json.RawMessage{"v": large(async.MaxValues)} },
		"percent": func(r *async.Record) { r.Percent = 101 },
	}
	for name, spoil := range records {
		r := newRecord()
		id := r.ID
		spoil(&r)
		if err := s.Create(t.Context(), r, testInput); !errors.Is(err, async.ErrInvalid) {
			t.Errorf("create with %s: got %v, want ErrInvalid", name, err)
		}
		_, err := s.Get(t.Context(), id)
		wantErr(t, err, async.ErrNotFound)
	}
	r := newRecord()
	wantErr(t, s.Create(t.Context(), r, large(async.MaxInput)), async.ErrInvalid)

	r = created(t, s)
	changes := map[string]async.Change{
		"custom status":   {State: &async.State{Status: api.Running, CustomStatus: tooLong, Rank: 1}},
		"no stage":        {Outcome: "Shipped"},
		"result":          {Stage: "packing", Result: large(async.MaxResult)},
		"values":          {Stage: "packing", Values: map[string]json.RawMessage{"v": large(async.MaxValues)}},
		"token":           {Waiting: &async.Waiting{Stage: "packing", Token: strings.Repeat("t", 2049)}},
		"percent":         {Percent: -1},
		"answer no stage": {Answer: "hash"},
	}
	for name, c := range changes {
		if _, err := s.Advance(t.Context(), r.ID, c); !errors.Is(err, async.ErrInvalid) {
			t.Errorf("advance with %s: got %v, want ErrInvalid", name, err)
		}
		wantRecord(t, get(t, s, r.ID), r)
	}
	_, _, err := s.Reserve(t.Context(), async.Reservation{})
	wantErr(t, err, async.ErrInvalid)
}

// canceledContext: no method acts, and none mistakes its own cancellation for
// an answer about the record.
func canceledContext(t *testing.T, s async.Store) {
	r, unmade, held := created(t, s), newRecord(), reserved(t, s)
	ref := async.CallbackRef{ID: r.ID, Stage: "packing", Expires: noon}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"create":       func() error { return s.Create(ctx, unmade, testInput) },
		"get":          func() error { _, err := s.Get(ctx, r.ID); return err },
		"input":        func() error { _, err := s.Input(ctx, r.ID); return err },
		"advance":      func() error { _, err := s.Advance(ctx, r.ID, moved(r, 1)); return err },
		"discard":      func() error { return s.Discard(ctx, r.ID) },
		"reserve":      func() error { _, _, err := s.Reserve(ctx, newReservation()); return err },
		"settle":       func() error { return s.Settle(ctx, held.Key, held.ID) },
		"release":      func() error { return s.Release(ctx, held.Key, held.ID, false) },
		"put callback": func() error { return s.PutCallback(ctx, unmade.ID, ref) },
		"callback":     func() error { _, err := s.Callback(ctx, unmade.ID); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
	wantRecord(t, get(t, s, r.ID), r)
	_, err := s.Get(t.Context(), unmade.ID)
	wantErr(t, err, async.ErrNotFound)
	_, err = s.Callback(t.Context(), unmade.ID)
	wantErr(t, err, async.ErrNotFound)
	wantHeld(t, s, held)
}

func discard(t *testing.T, s async.Store) {
	r := created(t, s)
	wantErr(t, s.Discard(t.Context(), r.ID), nil)
	_, err := s.Get(t.Context(), r.ID)
	wantErr(t, err, async.ErrNotFound)
	_, err = s.Input(t.Context(), r.ID)
	wantErr(t, err, async.ErrNotFound)
	wantErr(t, s.Discard(t.Context(), r.ID), nil)

	other := json.RawMessage(`{"another":"input"}`)
	wantErr(t, s.Create(t.Context(), r, other), nil)
	wantRecord(t, get(t, s, r.ID), r)
	wantInput(t, s, r.ID, other)
}

func discardRefuses(t *testing.T, s async.Store) {
	r := created(t, s)
	r = wantAdvanced(t, s, r, moved(r, 1))
	wantErr(t, s.Discard(t.Context(), r.ID), async.ErrStale)
	wantRecord(t, get(t, s, r.ID), r)
	wantInput(t, s, r.ID, testInput)

	redriven := created(t, s)
	c := moved(redriven, 0)
	c.State.Redrive = 1
	mustAdvance(t, s, redriven.ID, c)
	wantErr(t, s.Discard(t.Context(), redriven.ID), async.ErrStale)
	wantInput(t, s, redriven.ID, testInput)
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
			wantInput(t, s, r.ID, testInput)
		} else {
			wantErr(t, err, async.ErrNotFound)
			wantErr(t, discarded, nil)
		}
	}
}

// callbacks: what is put is found, and putting it again replaces it.
func callbacks(t *testing.T, s async.Store) {
	r := created(t, s)
	hash, other := newRecord().ID, newRecord().ID
	ref := async.CallbackRef{ID: r.ID, Stage: "Underwriting", Expires: time.Now().Add(time.Hour).UTC().Truncate(time.Second)}
	wantCallback := func(hash string, want async.CallbackRef) {
		t.Helper()
		got, err := s.Callback(t.Context(), hash)
		wantErr(t, err, nil)
		wantTime(t, "Expires", got.Expires, want.Expires)
		if got.ID != want.ID || got.Stage != want.Stage {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	wantErr(t, s.PutCallback(t.Context(), hash, ref), nil)
	wantErr(t, s.PutCallback(t.Context(), hash, ref), nil)
	wantCallback(hash, ref)
	_, err := s.Callback(t.Context(), other)
	wantErr(t, err, async.ErrNotFound)

	second := ref
	second.Stage, second.Expires = "Signature", ref.Expires.Add(-time.Nanosecond)
	wantErr(t, s.PutCallback(t.Context(), other, second), nil)
	second.Expires = ref.Expires // rounded up
	wantCallback(other, second)
	wantCallback(hash, ref)
	wantRecord(t, get(t, s, r.ID), r)
}
