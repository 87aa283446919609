// Package conformance holds one test suite for each port of async. Every
// adapter runs it, so that a handler need not know which world it is in.
package conformance

import (
	"testing"

	"example.org/asynchttpapi/async"
)

// Store runs the suite of async.Store. open is called for each test and may
// return the same store each time: the tests share no names.
func Store(t *testing.T, open func(t *testing.T) async.Store) {
	tests := []struct {
		name string
		run  func(t *testing.T, s async.Store)
	}{
		{"create then get", createThenGet},
		{"create twice", createTwice},
		{"create races", createRaces},
		{"get of nothing", getOfNothing},
		{"content survives", contentSurvives},
		{"times survive", timesSurvive},
		{"zero values survive", zeroValuesSurvive},
		{"past retention", pastRetention},
		{"invalid is refused", invalidIsRefused},
		{"cancelled context", cancelledContext},
		{"advance", advance},
		{"advance refuses", advanceRefuses},
		{"advance of nothing", advanceOfNothing},
		{"advance clears the error", advanceClearsError},
		{"terminal once", terminalOnce},
		{"redrive reopens", redriveReopens},
		{"decision once", decisionOnce},
		{"decision with state", decisionWithState},
		{"deadline alone", deadlineAlone},
		{"advance races", advanceRaces},
		{"terminal races", terminalRaces},
		{"decision races", decisionRaces},
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
		{"names do not collide", namesDoNotCollide},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, open(t)) })
	}
}

// UnknownMembers shows that a record with members that this version does not
// know, as a newer one may write, is read, and that writes leave them alone.
// plant adds such members to the stored record and returns the check that they
// are there.
func UnknownMembers(t *testing.T, s async.Store, plant func(t *testing.T, id string) (check func(t *testing.T))) {
	r := newRecord()
	create(t, s, r)
	check := plant(t, r.ID)
	check(t)
	wantRecord(t, get(t, s, r.ID), r)

	c := moved(r, 1)
	c.Stage, c.Decision = "moderation", "Approved"
	got, err := s.Advance(t.Context(), r.ID, c)
	wantErr(t, err, nil)
	want := applied(t, r, c)
	wantRecord(t, got, want)
	wantRecord(t, get(t, s, r.ID), want)
	check(t)
}
