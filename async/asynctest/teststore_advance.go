package asynctest

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func advance(t *testing.T, s async.Store) {
	r := created(t, s)
	for _, rank := range []int{1, 2, 7} {
		r = wantAdvanced(t, s, r, moved(r, rank))
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
			c.Stage, c.Outcome, c.Deadline = "packing", "Shipped", noon.Add(9*time.Hour)
			wantStale(t, s, r, c)
		})
	}
}

func advanceOfNothing(t *testing.T, s async.Store) {
	r := newRecord()
	for name, c := range map[string]async.Change{
		"state":    moved(r, 1),
		"outcome":  {Stage: "packing", Outcome: "Shipped"},
		"waiting":  {Waiting: &async.Waiting{Stage: "packing", Token: "t"}},
		"percent":  {Percent: 50},
		"deadline": {Deadline: noon},
		"overdue":  {Deadline: noon, Overdue: noon},
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
	c.State.Began, c.State.Due = time.Time{}, time.Time{}
	if r = wantAdvanced(t, s, r, c); r.Error != nil || !r.Due.IsZero() {
		t.Errorf("error is %+v, due %v after a redrive", r.Error, r.Due)
	}
}

func terminalOnce(t *testing.T, s async.Store) {
	for _, first := range []api.Status{api.Succeeded, api.Failed, api.Canceled} {
		t.Run(string(first), func(t *testing.T) {
			r := created(t, s)
			r = mustAdvance(t, s, r.ID, ended(r, first))
			for _, next := range []api.Status{api.Running, api.Succeeded, api.Failed, api.Canceled} {
				c := ended(r, next)
				c.State.Rank++
				wantStale(t, s, r, c)
				c.State.Redrive++
				if first != api.Failed { // only a failure can be redriven
					wantStale(t, s, r, c)
				}
			}
		})
	}
}

func redriveReopens(t *testing.T, s async.Store) {
	r := created(t, s)
	end := ended(r, api.Failed)
	end.Stage, end.Outcome = "packing", "Shipped"
	r = mustAdvance(t, s, r.ID, end)

	c := moved(r, 1)
	c.State.Redrive, c.State.Percent, c.Deadline = 1, 5, noon.Add(48*time.Hour)
	r = wantAdvanced(t, s, r, c)

	late := ended(r, api.Failed)
	late.State.Redrive, late.State.Rank = 0, 1000
	wantStale(t, s, r, late)
	wantAdvanced(t, s, r, ended(r, api.Succeeded))
}

func outcomeOnce(t *testing.T, s async.Store) {
	r := created(t, s)
	c := async.Change{Stage: "packing", Outcome: "Shipped", Updated: noon.Add(time.Minute)}
	r = wantAdvanced(t, s, r, c)
	for _, outcome := range []async.Outcome{"Shipped", "Refused", async.Continue} {
		c.Outcome, c.Updated, c.Deadline = outcome, noon.Add(time.Hour), noon.Add(9*time.Hour)
		wantStale(t, s, r, c)
	}
	proceed := async.Change{Stage: "shipping", Outcome: async.Continue}
	r = wantAdvanced(t, s, r, proceed)
	wantStale(t, s, r, proceed)
}

// outcomeWithState: both conditions hold, or nothing is written.
func outcomeWithState(t *testing.T, s async.Store) {
	r := created(t, s)
	c := moved(r, 1)
	c.Stage, c.Outcome = "packing", "Shipped"
	r = wantAdvanced(t, s, r, c)

	staleState := c
	staleState.Stage = "shipping"
	staleOutcome := moved(r, 2)
	staleOutcome.Stage, staleOutcome.Outcome = "packing", "Refused"
	for _, c := range []async.Change{staleState, staleOutcome} {
		wantStale(t, s, r, c)
	}
}

func outcomeWithResults(t *testing.T, s async.Store) {
	r := created(t, s)
	c := ended(r, api.Succeeded)
	c.Stage, c.Outcome, c.Answer = "Publishing", "Published", "hash of an answer"
	c.Values = map[string]json.RawMessage{"master": json.RawMessage(`{"key":"a\u0000"}`)}
	c.Result = json.RawMessage(`{"url":"https://example.org/\ud83d"}`)
	c.Large = &async.ResultInfo{Key: "k/1", MediaType: "video/mp4", FileName: "talk.mp4", ETag: "e", Size: 5 << 30}
	wantAdvanced(t, s, r, c)

	second := created(t, s)
	c.State = nil
	second = wantAdvanced(t, s, second, c)
	wantAdvanced(t, s, second, async.Change{Stage: "Announcing"}) // leaves both results alone
}

// noOutcomeAfterEnd: a Continue is not recorded after a cancellation, nor is
// anything else, after any end.
func noOutcomeAfterEnd(t *testing.T, s async.Store) {
	for _, end := range []api.Status{api.Succeeded, api.Failed, api.Canceled} {
		r := created(t, s)
		r = wantAdvanced(t, s, r, ended(r, end))
		for _, outcome := range []async.Outcome{async.Continue, "Shipped"} {
			wantStale(t, s, r, async.Change{
				Stage: "packing", Outcome: outcome, Updated: noon.Add(time.Hour),
				Values: map[string]json.RawMessage{"a": json.RawMessage(`1`)}, Result: json.RawMessage(`2`),
			})
		}
	}
}

// valuesAddUp: those of later stages are added to those of earlier ones.
func valuesAddUp(t *testing.T, s async.Store) {
	r := created(t, s)
	for i, values := range []map[string]json.RawMessage{
		{"a": json.RawMessage(`1`), "b": json.RawMessage(`2`)}, nil, {"b": json.RawMessage(`3`), "c": json.RawMessage(`4`)},
	} {
		r = wantAdvanced(t, s, r, async.Change{Stage: fmt.Sprint("stage", i), Values: values})
	}
	want := map[string]string{"a": "1", "b": "3", "c": "4"}
	got := map[string]string{}
	for name, value := range r.Values {
		got[name] = string(value)
	}
	if !maps.Equal(got, want) {
		t.Errorf("values are %v, want %v", got, want)
	}
}

// waiting: a token replaces an earlier one, and the answer is recorded with the
// outcome and leaves the token.
func waiting(t *testing.T, s async.Store) {
	r := created(t, s)
	r = wantAdvanced(t, s, r, moved(r, 2))
	for _, token := range []string{"first", "second"} {
		r = wantAdvanced(t, s, r, async.Change{
			Waiting: &async.Waiting{Stage: "Underwriting", Token: token}, Redrive: r.Redrive, Rank: r.Rank,
		})
	}
	r = wantAdvanced(t, s, r, async.Change{Stage: "Underwriting", Answer: "hash of the answer"})
	if r.Waiting != (async.Waiting{Stage: "Underwriting", Token: "second", Answer: "hash of the answer"}) {
		t.Errorf("waiting is %+v", r.Waiting)
	}
	// A stage that does not wait leaves the answer, which may be repeated.
	r = wantAdvanced(t, s, r, moved(r, 3))
	r = wantAdvanced(t, s, r, async.Change{Stage: "Offering"})
	if r.Waiting.Answer != "hash of the answer" {
		t.Errorf("waiting is %+v after the next stage", r.Waiting)
	}
	// Another stage waits, in the next write already.
	r = wantAdvanced(t, s, r, moved(r, 4))
	wantAdvanced(t, s, r, async.Change{Waiting: &async.Waiting{Stage: "Signature", Token: "third"}, Redrive: r.Redrive, Rank: r.Rank})
}

// waitingRefused: not in another run or at another stage, not after an end, and
// not once the stage has an outcome.
func waitingRefused(t *testing.T, s async.Store) {
	r := created(t, s)
	c := moved(r, 2)
	c.State.Redrive = 1
	r = wantAdvanced(t, s, r, c)
	wait := func(redrive, rank int) async.Change {
		return async.Change{Waiting: &async.Waiting{Stage: "Underwriting", Token: "t"}, Redrive: redrive, Rank: rank, Updated: noon.Add(time.Hour)}
	}
	for _, position := range [][2]int{{1, 1}, {1, 3}, {0, 2}, {2, 2}} {
		wantStale(t, s, r, wait(position[0], position[1]))
	}
	answered := wantAdvanced(t, s, r, async.Change{Stage: "Underwriting"})
	wantStale(t, s, answered, wait(1, 2))

	over := created(t, s)
	over = wantAdvanced(t, s, over, ended(over, api.Canceled))
	wantStale(t, s, over, wait(over.Redrive, over.Rank))
}

// lateAttempts: of the tasks that wait the latest keeps its token, whichever comes
// last; the same one again is no later one.
func lateAttempts(t *testing.T, s async.Store) {
	r := created(t, s)
	r = wantAdvanced(t, s, r, moved(r, 2))
	wait := func(token string, attempt int64) async.Change {
		return async.Change{Waiting: &async.Waiting{Stage: "Underwriting", Token: token, Attempt: attempt}, Redrive: r.Redrive, Rank: r.Rank}
	}
	const later = 5<<40 | 7 // more than 32 bits
	r = wantAdvanced(t, s, r, wait("second", later))
	for _, late := range []int64{0, 6, later - 1} {
		wantStale(t, s, r, wait("first", late))
		none := wait("", late)
		none.Waiting.Stage = ""
		wantStale(t, s, r, none)
	}
	r = wantAdvanced(t, s, r, wait("second", later))
	r = wantAdvanced(t, s, r, wait("third", later+1))

	refused := ended(r, api.Failed)
	refused.Waiting, refused.Redrive, refused.Rank = &async.Waiting{Stage: "Underwriting", Token: "second", Attempt: later, Answer: "hash"}, r.Redrive, r.Rank
	wantStale(t, s, r, refused)

	r = wantAdvanced(t, s, r, async.Change{Stage: "Underwriting", Answer: "hash"})
	if r.Waiting != (async.Waiting{Stage: "Underwriting", Token: "third", Attempt: later + 1, Answer: "hash"}) {
		t.Errorf("waiting is %+v", r.Waiting)
	}
	none := wait("", later+1)
	none.Waiting.Stage = ""
	wantAdvanced(t, s, r, none)
}

// stateKeepsPercent: an end that does not know how much is done leaves it alone.
func stateKeepsPercent(t *testing.T, s async.Store) {
	r := created(t, s)
	r = wantAdvanced(t, s, r, moved(r, 40))
	c := ended(r, api.Failed)
	c.State.Percent = 0
	if r = wantAdvanced(t, s, r, c); r.Percent != 40 {
		t.Errorf("percent is %d after a failure at 40", r.Percent)
	}
}

// waitingWithState: an end can be recorded with the answer that brought it, and
// then no other answer is.
func waitingWithState(t *testing.T, s async.Store) {
	r := created(t, s)
	r = wantAdvanced(t, s, r, moved(r, 2))
	c := ended(r, api.Failed)
	c.Waiting, c.Redrive, c.Rank = &async.Waiting{Stage: "Underwriting", Token: "t", Answer: "hash"}, r.Redrive, r.Rank
	answered := r
	r = wantAdvanced(t, s, r, c)
	wantStale(t, s, r, c)

	other := created(t, s)
	other = wantAdvanced(t, s, other, moved(other, 2))
	other = wantAdvanced(t, s, other, async.Change{Stage: "Underwriting", Answer: "another hash"})
	c = ended(other, api.Failed)
	c.Waiting, c.Redrive, c.Rank = &async.Waiting{Stage: "Underwriting", Token: "t", Answer: "hash"}, answered.Redrive, answered.Rank
	wantStale(t, s, other, c)
}

// percent only grows, and only while the record is open and at the same stage.
func percent(t *testing.T, s async.Store) {
	r := created(t, s)
	r = wantAdvanced(t, s, r, moved(r, 2))
	progress := func(percent int) async.Change {
		return async.Change{Percent: percent, Redrive: r.Redrive, Rank: r.Rank, Updated: noon.Add(time.Minute)}
	}
	r = wantAdvanced(t, s, r, progress(40))
	r = wantAdvanced(t, s, r, progress(30))
	if r.Percent != 40 {
		t.Errorf("percent is %d after 40 and 30", r.Percent)
	}
	stale := progress(50)
	stale.Rank = 1
	wantStale(t, s, r, stale)
	stale.Rank, stale.Redrive = r.Rank, 1
	wantStale(t, s, r, stale)
	over := wantAdvanced(t, s, r, ended(r, api.Canceled))
	stale.Redrive, stale.Rank = over.Redrive, over.Rank
	wantStale(t, s, over, stale)
}

func deadlineAlone(t *testing.T, s async.Store) {
	r := created(t, s)
	r = mustAdvance(t, s, r.ID, ended(r, api.Succeeded))
	r = wantAdvanced(t, s, r, async.Change{Deadline: noon.Add(72 * time.Hour)})
	wantAdvanced(t, s, r, async.Change{})
}

// overdueOnce: of many that found the record overdue one moves its deadline.
func overdueOnce(t *testing.T, s async.Store) {
	r := created(t, s)
	c := async.Change{Overdue: r.Deadline, Deadline: r.Deadline.Add(5 * time.Minute)}
	r = wantAdvanced(t, s, r, c)
	wantStale(t, s, r, c)
	c.Overdue, c.Deadline = r.Deadline.Add(time.Nanosecond), r.Deadline.Add(time.Hour)
	wantStale(t, s, r, c)
	c.Overdue = r.Deadline
	wantAdvanced(t, s, r, c)
}
