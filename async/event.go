package async

import (
	"context"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/internal/trace"
)

// EventKind is what happened to a submission.
type EventKind string

// The events. Each write of a record is reported once, by who made it; what is
// repeated or refused is not.
const (
	// Accepted: the record is stored and the execution started.
	Accepted EventKind = "accepted"
	// Replayed: a request with a known Idempotency-Key got the first one's answer.
	Replayed EventKind = "replayed"
	// Polled: a client read the status.
	Polled EventKind = "polled"
	// StageBegan and StageFinished: an activity recorded it.
	StageBegan    EventKind = "stage began"
	StageFinished EventKind = "stage finished"
	// StageError: a run of a stage returned an error, and may be repeated.
	StageError EventKind = "stage error"
	// Ended: a terminal status was recorded. A submission that is reopened ends
	// again.
	Ended EventKind = "ended"
	// Reopened: the record of a redriven execution was opened again.
	Reopened EventKind = "reopened"
)

// Event is something that happened to a submission, for logs and metrics.
// Nothing in it is personal. Fields that do not apply are zero.
type Event struct {
	Kind EventKind
	// ID is the submission's. It is a capability: log LogID(ID) instead.
	ID string
	// Stage and Outcome are of StageBegan, StageFinished and StageError.
	Stage   string
	Outcome Outcome
	// ErrorType names a stage's error; Err is the error itself, whose text may
	// hold anything.
	ErrorType string
	Err       error
	// State is what was written, or what a poll saw.
	State State
	// Age is the time from acceptance to this end.
	Age time.Duration
	// Reconciled says that the end was learned from the workflow service,
	// because the execution itself had not recorded it.
	Reconciled bool
	// Detected says that a poll saw an end for what is probably the first time,
	// Lag after it was written.
	Detected bool
	Lag      time.Duration
	// TraceID is the W3C trace id of the request that this was done for: in a stage
	// the one that submitted, in a cancellation the one that canceled. It is ""
	// where there is none.
	TraceID string
}

// Observer is called for every event, by several goroutines at once. It must be
// quick and cannot fail.
type Observer func(context.Context, Event)

// Failed reports whether the event is the end of a process that broke down.
func (e Event) Failed() bool { return e.Kind == Ended && e.State.Status == api.Failed }

func (c *Config) observe(ctx context.Context, e Event) {
	if c.Observer != nil {
		e.TraceID = string(trace.FromContext(ctx))
		c.Observer(ctx, e)
	}
}

// recent is how long an end is taken for unseen. Which poll is the first to see
// it would take a write to know: a client that follows its submission stops at
// the end, so that nearly every poll that sees a young end is the first.
const recent = time.Minute

func (s *Service) polled(ctx context.Context, v View) {
	e := Event{Kind: Polled, ID: v.ID, State: State{Status: v.Status, CustomStatus: v.CustomStatus, Error: v.Error}}
	if v.Status.Terminal() {
		e.Lag = max(time.Since(v.LastUpdatedTime), 0)
		e.Detected = e.Lag < recent
	}
	s.observe(ctx, e)
}

// recordedEvent is the event of a record whose state was just written.
func recordedEvent(kind EventKind, r Record) Event {
	e := Event{Kind: kind, ID: r.ID, State: r.State}
	if r.Status.Terminal() {
		e.Kind, e.Age = Ended, r.Updated.Sub(r.Created)
	}
	return e
}
