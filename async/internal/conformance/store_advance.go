package conformance

import (
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func advance(t *testing.T, s async.Store) {
	r := created(t, s)
	for _, rank := range []int{1, 2, 7} {
		c := moved(r, rank)
		want := applied(t, r, c)
		wantRecord(t, mustAdvance(t, s, r.ID, c), want)
		wantRecord(t, get(t, s, r.ID), want)
		r = want
	}
}

func advanceRefuses(t *testing.T, s async.Store) {
	r := created(t, s)
	c := moved(r, 3)
	c.State.Redrive = 1
	r = mustAdvance(t, s, r.ID, c)
	for name, position := range map[string]struct{ redrive, rank int }{
		"the same again":  {1, 3},
		"an earlier rank": {1, 2},
		"an earlier run":  {0, 9},
	} {
		t.Run(name, func(t *testing.T) {
			c := moved(r, position.rank)
			c.State.Redrive = position.redrive
			c.Stage, c.Decision, c.Deadline = "moderation", "Approved", noon.Add(9*time.Hour)
			got, err := s.Advance(t.Context(), r.ID, c)
			wantErr(t, err, async.ErrStale)
			wantRecord(t, got, r)
			wantRecord(t, get(t, s, r.ID), r)
		})
	}
}

func advanceOfNothing(t *testing.T, s async.Store) {
	r := newRecord()
	for name, c := range map[string]async.Change{
		"state":    moved(r, 1),
		"decision": {Stage: "moderation", Decision: "Approved"},
		"deadline": {Deadline: noon},
		"nothing":  {},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Advance(t.Context(), r.ID, c)
			wantErr(t, err, async.ErrNotFound)
			_, err = s.Get(t.Context(), r.ID)
			wantErr(t, err, async.ErrNotFound)
		})
	}
}

func advanceClearsError(t *testing.T, s async.Store) {
	r := created(t, s)
	r = mustAdvance(t, s, r.ID, ended(r, api.Failed))
	if r.Error == nil || r.Error.Code != "ProcessingFailed" {
		t.Fatalf("error is %+v", r.Error)
	}
	c := moved(r, 1)
	c.State.Redrive = 1
	if r = mustAdvance(t, s, r.ID, c); r.Error != nil {
		t.Errorf("error is %+v after a redrive", r.Error)
	}
	wantRecord(t, get(t, s, r.ID), r)
}

func terminalOnce(t *testing.T, s async.Store) {
	for _, first := range []api.Status{api.Succeeded, api.Failed, api.Canceled} {
		t.Run(string(first), func(t *testing.T) {
			r := created(t, s)
			r = mustAdvance(t, s, r.ID, ended(r, first))
			for _, next := range []api.Status{api.Running, api.Succeeded, api.Failed, api.Canceled} {
				c := ended(r, next)
				c.State.Rank++
				got, err := s.Advance(t.Context(), r.ID, c)
				wantErr(t, err, async.ErrStale)
				wantRecord(t, got, r)
			}
			wantRecord(t, get(t, s, r.ID), r)
		})
	}
}

func redriveReopens(t *testing.T, s async.Store) {
	r := created(t, s)
	decided := ended(r, api.Failed)
	decided.Stage, decided.Decision = "moderation", "Approved"
	r = mustAdvance(t, s, r.ID, decided)

	c := moved(r, 1)
	c.State.Redrive, c.Deadline = 1, noon.Add(48*time.Hour)
	want := applied(t, r, c)
	wantRecord(t, mustAdvance(t, s, r.ID, c), want)
	wantRecord(t, get(t, s, r.ID), want)

	late := ended(r, api.Failed)
	late.State.Redrive, late.State.Rank = 0, 1000
	_, err := s.Advance(t.Context(), r.ID, late)
	wantErr(t, err, async.ErrStale)

	again := ended(want, api.Succeeded)
	wantRecord(t, mustAdvance(t, s, r.ID, again), applied(t, want, again))
}

func decisionOnce(t *testing.T, s async.Store) {
	r := created(t, s)
	c := async.Change{Stage: "moderation", Decision: "Approved", At: noon.Add(time.Minute)}
	r2 := applied(t, r, c)
	wantRecord(t, mustAdvance(t, s, r.ID, c), r2)

	for _, decision := range []string{"Approved", "Rejected", ""} {
		c.Decision, c.At, c.Deadline = decision, noon.Add(time.Hour), noon.Add(9*time.Hour)
		got, err := s.Advance(t.Context(), r.ID, c)
		wantErr(t, err, async.ErrStale)
		wantRecord(t, got, r2)
	}
	empty := async.Change{Stage: "shortlisting", Decision: ""}
	r3 := applied(t, r2, empty)
	wantRecord(t, mustAdvance(t, s, r.ID, empty), r3)
	_, err := s.Advance(t.Context(), r.ID, empty)
	wantErr(t, err, async.ErrStale)
	wantRecord(t, get(t, s, r.ID), r3)
}

// decisionWithState: both conditions hold, or nothing is written.
func decisionWithState(t *testing.T, s async.Store) {
	r := created(t, s)
	c := moved(r, 1)
	c.Stage, c.Decision = "moderation", "Approved"
	want := applied(t, r, c)
	wantRecord(t, mustAdvance(t, s, r.ID, c), want)

	staleState := c
	staleState.Stage = "shortlisting"
	staleDecision := moved(r, 2)
	staleDecision.Stage, staleDecision.Decision = "moderation", "Rejected"
	for _, c := range []async.Change{staleState, staleDecision} {
		got, err := s.Advance(t.Context(), r.ID, c)
		wantErr(t, err, async.ErrStale)
		wantRecord(t, got, want)
	}
	wantRecord(t, get(t, s, r.ID), want)
}

func deadlineAlone(t *testing.T, s async.Store) {
	r := created(t, s)
	r = mustAdvance(t, s, r.ID, ended(r, api.Succeeded))
	c := async.Change{Deadline: noon.Add(72 * time.Hour)}
	want := applied(t, r, c)
	wantRecord(t, mustAdvance(t, s, r.ID, c), want)
	wantRecord(t, mustAdvance(t, s, r.ID, async.Change{}), want)
	wantRecord(t, get(t, s, r.ID), want)
}
