package async

import (
	"context"
	"time"

	"example.org/asynchttpapi/api"
)

// What happened to a submission.
type What string

// All that is told of a submission. Each write of its record is told once, by
// who made it; what is repeated or refused is not told.
const (
	// Accepted: the record is there and the execution started.
	Accepted What = "accepted"
	// Replayed: a request with a known Idempotency-Key got the first one's answer.
	Replayed What = "replayed"
	// Polled: a client read the status.
	Polled What = "polled"
	// StageBegun and StageDecided: an activity wrote so.
	StageBegun   What = "stage begun"
	StageDecided What = "stage decided"
	// Ended: a terminal status was written. A submission that is reopened ends
	// again.
	Ended What = "ended"
	// Redriven: the record of a reopened execution was opened again.
	Redriven What = "redriven"
)

// Moment is something that happened to a submission, for logs and metrics.
// Nothing in it is personal. Fields that do not apply are zero.
type Moment struct {
	What
	// ID is the submission's.
	ID string
	// Stage and Decision are of StageBegun and StageDecided.
	Stage, Decision string
	// State is what was written, or what a poll saw.
	State
	// Age is the time from acceptance to this end.
	Age time.Duration
	// Reconciled tells that the end was learned from the workflow service,
	// because the execution itself had not recorded it.
	Reconciled bool
	// Detected tells that a poll saw an end while it was news, Lag after it was
	// written.
	Detected bool
	Lag      time.Duration
}

// Report is told what happens. It must be quick and cannot fail.
type Report func(context.Context, Moment)

// Tell is r, or nothing where nobody listens.
func (r Report) Tell(ctx context.Context, m Moment) {
	if r != nil {
		r(ctx, m)
	}
}

// news is how long an end is taken for unseen. Which poll is the first to see
// it would take a write to know: a client that follows its submission asks at
// least every 20 seconds and stops at the end, so that nearly every poll that
// sees a young end is the first.
const news = time.Minute

// polled tells of an answered poll.
func (s *Service) polled(ctx context.Context, v View) {
	m := Moment{What: Polled, ID: v.ID, State: State{Status: v.Status, CustomStatus: v.CustomStatus, Error: v.Error}}
	if v.Status.Terminal() {
		m.Lag = max(s.Clock.Now().Sub(v.LastUpdatedTime), 0)
		m.Detected = m.Lag < news
	}
	s.Report.Tell(ctx, m)
}

// learned tells what reconciling has written.
func (s *Service) learned(ctx context.Context, r Record) {
	m := Moment{What: Redriven, ID: r.ID, State: r.State, Reconciled: true}
	if r.Status.Terminal() {
		m.What, m.Age = Ended, r.Updated.Sub(r.Created)
	}
	s.Report.Tell(ctx, m)
}

// accepted tells of an acceptance that went well.
func (s *Service) accepted(ctx context.Context, r Record, err error) {
	if err == nil {
		s.Report.Tell(ctx, Moment{What: Accepted, ID: r.ID, State: r.State})
	}
}

// Failed tells the end of a process that broke down.
func (m Moment) Failed() bool { return m.What == Ended && m.Status == api.Failed }
