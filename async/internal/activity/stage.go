// Package activity runs the steps of the workflow: one review stage each, and
// the recording of a failure. Steps run at least once; what they do, they do
// once.
package activity

import (
	"context"
	"errors"
	"math"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/trace"
	"example.org/asynchttpapi/speakers"
)

// Input is what the state machine hands to an activity.
type Input struct {
	ID string `json:"id"`
	// Redrive counts how often the execution was reopened.
	Redrive int `json:"redrive"`
	// Started is what the execution was started with.
	Started struct {
		Trace trace.ID `json:"trace"`
	} `json:"started"`
}

// Output is what a stage answers: nothing personal, for histories are kept
// for 90 days and every operator can read them.
type Output struct {
	ID       string            `json:"id"`
	Decision speakers.Decision `json:"decision"`
}

// Stage runs one stage of the review. All fields but Report have to be set.
type Stage struct {
	Stage     speakers.Stage
	Store     async.Store
	Committee speakers.Committee
	Clock     async.Clock
	// Speed divides the time that the committee takes; +Inf makes it none.
	Speed float64
	// Lifetime is how long a reopened execution may run, after which a reader
	// doubts that it is still running.
	Lifetime time.Duration
	// Report is told what the stage has written; nobody is if nil.
	Report async.Report
}

// Run takes a submission through the stage and returns its decision. A
// decision that is recorded already is returned as it is. Errors carry one of
// this package's names.
func (s Stage) Run(ctx context.Context, in Input) (Output, error) {
	if in.ID == "" || in.Redrive < 0 {
		return Output{}, fault(Invalid, "the activity's input names no submission")
	}
	decision, err := s.run(trace.NewContext(ctx, in.Started.Trace), in)
	if err != nil {
		return Output{}, err
	}
	return Output{ID: in.ID, Decision: decision}, nil
}

func (s Stage) run(ctx context.Context, in Input) (speakers.Decision, error) {
	record, err := s.Store.Get(ctx, in.ID)
	if err != nil {
		return "", storeFault(err)
	}
	if decision, ok := s.recorded(record); ok {
		return decision, nil
	}
	record, err = s.begin(ctx, in, record)
	if decision, ok := s.recorded(record); ok || err != nil {
		return decision, err
	}
	if err := s.wait(ctx, record.Updated); err != nil {
		return "", fault(Unavailable, "the stage was interrupted")
	}
	return s.decide(ctx, in, record)
}

// recorded is the decision that the record holds for this stage.
func (s Stage) recorded(r async.Record) (speakers.Decision, bool) {
	decision, ok := r.Decisions[s.Stage.String()]
	return speakers.Decision(decision), ok
}

// begin writes that the stage is at work, unless an earlier run of it has: the
// record's Updated is then when the stage began, so that a run after a crash
// does not start over.
func (s Stage) begin(ctx context.Context, in Input, r async.Record) (async.Record, error) {
	begun := state(speakers.Begun(s.Stage), in.Redrive)
	if same(r.State, begun) {
		return r, nil
	}
	change := async.Change{State: &begun, At: s.Clock.Now()}
	if in.Redrive > r.Redrive {
		change.Deadline = change.At.Add(s.Lifetime)
	}
	r, err := s.Store.Advance(ctx, in.ID, change)
	if errors.Is(err, async.ErrStale) && same(r.State, begun) {
		return r, nil // another run of this stage was quicker
	}
	if err == nil {
		s.Report.Tell(ctx, async.Moment{What: async.StageBegun, ID: in.ID, Stage: s.Stage.String(), State: r.State})
	}
	return r, s.settled(r, err)
}

// settled turns the error of an Advance into a fault, unless the record holds
// this stage's decision, which settles the matter.
func (s Stage) settled(r async.Record, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := s.recorded(r); ok && errors.Is(err, async.ErrStale) {
		return nil
	}
	return storeFault(err)
}

// wait sleeps for what is left of the time the committee takes, which is never
// more than all of it: a clock that was set back must not hold a stage up.
func (s Stage) wait(ctx context.Context, began time.Time) error {
	takes := time.Duration(math.Round(float64(s.Committee.Takes(s.Stage)) / s.Speed))
	left := min(began.Add(takes).Sub(s.Clock.Now()), takes)
	if left <= 0 {
		return ctx.Err()
	}
	return s.Clock.Sleep(ctx, left)
}
