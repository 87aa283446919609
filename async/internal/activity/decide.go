package activity

import (
	"context"
	"encoding/json"
	"errors"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/speakers"
)

// decide asks the committee and records its answer, together with the outcome
// if the review ends here.
func (s Stage) decide(ctx context.Context, in Input, r async.Record) (speakers.Decision, error) {
	decision, err := s.ask(ctx, r)
	if err != nil {
		return "", err
	}
	change := async.Change{Stage: s.Stage.String(), Decision: string(decision)}
	if end, ended := speakers.Decided(s.Stage, decision); ended {
		outcome := state(end, in.Redrive)
		change.State, change.At = &outcome, s.Clock.Now()
	}
	r, err = s.Store.Advance(ctx, in.ID, change)
	if err == nil {
		s.decided(ctx, r, decision)
	}
	if err := s.settled(r, err); err != nil {
		return "", err
	}
	decision, _ = s.recorded(r)
	return decision, nil
}

// decided tells of a decision that was recorded, and of the end that it may be.
func (s Stage) decided(ctx context.Context, r async.Record, decision speakers.Decision) {
	s.Report.Tell(ctx, async.Moment{
		What: async.StageDecided, ID: r.ID, Stage: s.Stage.String(), Decision: string(decision), State: r.State,
	})
	if r.Status.Terminal() {
		s.Report.Tell(ctx, ended(r))
	}
}

func (s Stage) ask(ctx context.Context, r async.Record) (speakers.Decision, error) {
	var p speakers.Presentation
	if json.Unmarshal(r.Payload, &p) != nil {
		return "", fault(Invalid, "the stored presentation cannot be read")
	}
	decision, err := s.Committee.Decide(ctx, r.ID, s.Stage, p)
	switch {
	case errors.Is(err, speakers.ErrRefused):
		return "", fault(ReviewFailed, "the committee refuses to decide")
	case err != nil:
		return "", fault(Unavailable, "the committee did not answer")
	}
	return decision, nil
}
