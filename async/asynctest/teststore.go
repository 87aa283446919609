package asynctest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// TestStore runs the conformance suite of async.Store. newStore is called for
// each test and may return the same store each time: the tests share no names.
func TestStore(t *testing.T, newStore func(*testing.T) async.Store) {
	tests := []struct {
		name string
		run  func(t *testing.T, s async.Store)
	}{
		{"create then get", createThenGet},
		{"create twice", createTwice},
		{"create races", createRaces},
		{"get of nothing", getOfNothing},
		{"input apart", inputApart},
		{"content survives", contentSurvives},
		{"times survive", timesSurvive},
		{"zero values survive", zeroValuesSurvive},
		{"past retention", pastRetention},
		{"invalid is refused", invalidIsRefused},
		{"canceled context", canceledContext},
		{"advance", advance},
		{"advance refuses", advanceRefuses},
		{"advance of nothing", advanceOfNothing},
		{"advance clears the error", advanceClearsError},
		{"terminal once", terminalOnce},
		{"redrive reopens", redriveReopens},
		{"outcome once", outcomeOnce},
		{"outcome with state", outcomeWithState},
		{"outcome with results", outcomeWithResults},
		{"no outcome after an end", noOutcomeAfterEnd},
		{"values add up", valuesAddUp},
		{"waiting", waiting},
		{"waiting refused", waitingRefused},
		{"waiting with state", waitingWithState},
		{"late attempts", lateAttempts},
		{"percent", percent},
		{"state keeps percent", stateKeepsPercent},
		{"deadline alone", deadlineAlone},
		{"overdue once", overdueOnce},
		{"advance races", advanceRaces},
		{"terminal races", terminalRaces},
		{"outcome races", outcomeRaces},
		{"overdue races", overdueRaces},
		{"cancel races outcomes", cancelRacesOutcomes},
		{"readers never see a step back", readersSeeNoStepBack},
		{"discard", discard},
		{"discard refuses", discardRefuses},
		{"discard races advance", discardRacesAdvance},
		{"reserve", reserve},
		{"reserve under lease", reserveUnderLease},
		{"reserve abandoned", reserveAbandoned},
		{"reserve settled", reserveSettled},
		{"reserve expired", reserveExpired},
		{"reserve races", reserveRaces},
		{"takeover races", takeoverRaces},
		{"settle races takeover", settleRacesTakeover},
		{"settle refuses", settleRefuses},
		{"release", release},
		{"release keeping the id", releaseKeepingID},
		{"release leaves others alone", releaseLeavesOthersAlone},
		{"callbacks", callbacks},
		{"paces", paces},
		{"names do not collide", namesDoNotCollide},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, newStore(t)) })
	}
}

// TestUnknownMembers shows that a record with members that this version does not
// know, as a newer one may write, is read, and that writes leave them alone.
// plant adds such members to the stored record and returns the check that they
// are there.
func TestUnknownMembers(t *testing.T, s async.Store, plant func(t *testing.T, id string) (check func(t *testing.T))) {
	r := created(t, s)
	check := plant(t, r.ID)
	check(t)
	wantRecord(t, get(t, s, r.ID), r)

	c := moved(r, 1)
	c.Stage, c.Outcome = "packing", "Shipped"
	got, err := s.Advance(t.Context(), r.ID, c)
	wantErr(t, err, nil)
	want := applied(t, r, c)
	wantRecord(t, got, want)
	wantRecord(t, get(t, s, r.ID), want)
	check(t)
}

// noon has a nanosecond in it, so that a store that rounds is found out.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 123456789, time.UTC)

var testInput = json.RawMessage(`{"title":"Durable things","speaker":{"name":"Ana"}}`)

func newRecord() async.Record {
	return async.Record{
		ID:  rand.Text(),
		Job: "call",
		State: async.State{
			Status: api.NotStarted, CustomStatus: "Received", Message: "The talk has been received.", Began: noon, Due: noon,
		},
		Created:  noon,
		Updated:  noon,
		Deadline: noon.Add(time.Hour),
		Expires:  time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second),
	}
}

func create(t *testing.T, s async.Store, r async.Record) {
	t.Helper()
	if err := s.Create(t.Context(), r, testInput); err != nil {
		t.Fatalf("create: %v", err)
	}
}

func created(t *testing.T, s async.Store) async.Record {
	t.Helper()
	r := newRecord()
	create(t, s, r)
	return r
}

func get(t *testing.T, s async.Store, id string) async.Record {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	return r
}

// moved is the change that takes r to rank within its run.
func moved(r async.Record, rank int) async.Change {
	return async.Change{
		State: &async.State{
			Status: api.Running, CustomStatus: "Packing", Message: "The goods are being packed.",
			Redrive: r.Redrive, Rank: rank, Percent: max(r.Percent, min(rank, 99)),
			Began: noon.Add(time.Duration(rank)), Due: noon.Add(time.Duration(rank) * time.Hour),
		},
		Updated: r.Updated.Add(time.Duration(rank) * time.Second),
	}
}

// ended is the change that ends r's run with status.
func ended(r async.Record, status api.Status) async.Change {
	c := moved(r, 100)
	c.State.Status, c.State.CustomStatus = status, string(status)
	if status == api.Failed {
		c.State.Error = &api.Error{Code: "ProcessingFailed", Message: "The process failed."}
	}
	return c
}

// applied is r after c by the port's own rule.
func applied(t *testing.T, r async.Record, c async.Change) async.Record {
	t.Helper()
	r, err := c.Apply(r)
	wantErr(t, err, nil)
	return r
}

func mustAdvance(t *testing.T, s async.Store, id string, c async.Change) async.Record {
	t.Helper()
	r, err := s.Advance(t.Context(), id, c)
	if err != nil {
		t.Fatalf("advance: %v", err)
	}
	return r
}

// wantAdvanced makes a change that is to be applied, and returns the record then.
func wantAdvanced(t *testing.T, s async.Store, r async.Record, c async.Change) async.Record {
	t.Helper()
	want := applied(t, r, c)
	wantRecord(t, mustAdvance(t, s, r.ID, c), want)
	wantRecord(t, get(t, s, r.ID), want)
	return want
}

// wantStale makes a change that is to be refused, whole, and answered with the
// stored record.
func wantStale(t *testing.T, s async.Store, r async.Record, c async.Change) {
	t.Helper()
	got, err := s.Advance(t.Context(), r.ID, c)
	wantErr(t, err, async.ErrStale)
	wantRecord(t, got, r)
	wantRecord(t, get(t, s, r.ID), r)
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got error %v, want %v", got, want)
	}
}

func wantRecord(t *testing.T, got, want async.Record) {
	t.Helper()
	wantTime(t, "Created", got.Created, want.Created)
	wantTime(t, "Updated", got.Updated, want.Updated)
	wantTime(t, "Deadline", got.Deadline, want.Deadline)
	wantTime(t, "Expires", got.Expires, want.Expires)
	wantTime(t, "Began", got.Began, want.Began)
	wantTime(t, "Due", got.Due, want.Due)
	was, is := want.State, got.State
	was.Began, was.Due, is.Began, is.Due = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if got.ID != want.ID || got.Job != want.Job || !reflect.DeepEqual(is, was) {
		t.Errorf("got %s of %q %+v, want %s of %q %+v", got.ID, got.Job, is, want.ID, want.Job, was)
	}
	if !maps.Equal(got.Outcomes, want.Outcomes) {
		t.Errorf("outcomes: got %v, want %v", got.Outcomes, want.Outcomes)
	}
	if !maps.EqualFunc(got.Values, want.Values, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
		t.Errorf("values: got %s, want %s", got.Values, want.Values)
	}
	if !bytes.Equal(got.Result, want.Result) || !reflect.DeepEqual(got.Large, want.Large) {
		t.Errorf("result: got %s and %+v, want %s and %+v", got.Result, got.Large, want.Result, want.Large)
	}
	if got.Waiting != want.Waiting {
		t.Errorf("waiting: got %+v, want %+v", got.Waiting, want.Waiting)
	}
}

func wantTime(t *testing.T, member string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s: got %v, want %v", member, got, want)
	}
	if !got.IsZero() && got.Location() != time.UTC {
		t.Errorf("%s is in %v, want UTC", member, got.Location())
	}
}

func wantInput(t *testing.T, s async.Store, id string, want json.RawMessage) {
	t.Helper()
	got, err := s.Input(t.Context(), id)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("input: got %d bytes %.80q, %v; want %d bytes %.80q", len(got), got, err, len(want), want)
	}
}
