package async

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"time"

	"example.org/asynchttpapi/api"
)

// Errors that a port returns, possibly wrapped. Any other error means that the
// dependency is down, and that the outcome of a write is unknown.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	// ErrStale refuses a Change whose conditions do not hold. The stored record
	// is returned with it.
	ErrStale = errors.New("the stored record has moved on")
	// ErrThrottled means that the dependency refused the call for now. Any error
	// with a method Throttled() bool that returns true means the same.
	ErrThrottled = errors.New("throttled")
)

// Store keeps records. Every write is durable when it returns nil, reads see
// every earlier write, and every method returns soon after its context ends.
// What is not Valid is refused with ErrInvalid. Times come back in UTC and
// exact, except those that are marked as kept in whole seconds, rounded up.
type Store interface {
	// Create stores a new record and its input, or returns ErrExists. The
	// input is kept apart from what later writes touch.
	Create(ctx context.Context, r Record, input json.RawMessage) error
	// Get returns ErrNotFound where there is no record; an expired one is
	// returned as long as it is stored.
	Get(ctx context.Context, id string) (Record, error)
	// Input returns what Create was given, or ErrNotFound.
	Input(ctx context.Context, id string) (json.RawMessage, error)
	// Advance applies c, atomically, if its conditions hold (see Change.Apply),
	// and returns the record as it is then; with ErrStale the record as it is
	// stored. It returns ErrNotFound where there is none.
	Advance(ctx context.Context, id string, c Change) (Record, error)
	// Discard removes a record whose acceptance failed, with its input, if
	// nothing has moved it since Create (Rank and Redrive are 0). It returns
	// ErrStale if something has, and nil where there is none.
	Discard(ctx context.Context, id string) error

	// Reserve claims an idempotency key, atomically, by the rule of
	// Reservation.Claim. It returns the stored reservation, and whether the
	// caller holds it and has to complete the acceptance.
	Reserve(ctx context.Context, r Reservation) (stored Reservation, mine bool, err error)
	// Settle marks the reservation as accepted for good; a repetition is nil.
	// It returns ErrNotFound where there is none, and ErrStale where it names
	// another id.
	Settle(ctx context.Context, key, id string) error
	// Release gives up a reservation that is not Settled and still names id:
	// keepID false removes it; true only ends its lease, so that the next
	// Reserve completes the same submission. Any other reservation is left
	// alone, and nil returned.
	Release(ctx context.Context, key, id string, keepID bool) error

	// PutCallback stores where a callback's secret leads, under the secret's hash.
	PutCallback(ctx context.Context, hash string, c CallbackRef) error
	// Callback returns what PutCallback stored, or ErrNotFound.
	Callback(ctx context.Context, hash string) (CallbackRef, error)
}

// Workflows starts and stops the execution behind a submission, and asks about it.
type Workflows interface {
	// Start starts the execution named id. An execution of that name that
	// runs or ran already is success: the name is the submission. input is
	// JSON without anything personal.
	Start(ctx context.Context, id string, input []byte) error
	// Outcome returns how the execution named id stands; ErrNotFound where the
	// service knows none of that name.
	Outcome(ctx context.Context, id string) (Execution, error)
	// Stop ends the execution named id. It returns nil where there is none, or
	// where it has ended already.
	Stop(ctx context.Context, id string) error
	// Complete answers the task that waits with this token, Fail fails it with
	// an error's name, and Heartbeat keeps it waiting. They return ErrNotFound
	// where no task waits with it any more.
	Complete(ctx context.Context, token string, output []byte) error
	Fail(ctx context.Context, token, name string) error
	Heartbeat(ctx context.Context, token string) error
}

// Execution is what the workflow service knows of an execution, reduced to what
// a record needs.
type Execution struct {
	// Status is Running, Succeeded, Failed or Canceled (aborted).
	Status api.Status
	// TimedOut reports whether a Failed execution ran out of time.
	TimedOut bool
	// Redrive counts how often the execution was reopened.
	Redrive int
}

// Results keeps results that are too large to be part of a record. A service
// whose job makes no such results needs none.
type Results interface {
	// Create begins a result under a key. What is written is kept only once
	// Commit returns nil; it replaces what was kept under the key before.
	Create(ctx context.Context, key, mediaType, fileName string) (ResultFile, error)
	// URL returns a URL, valid for some minutes, from which a client can read
	// the result itself; "" where the service has to serve it with Open.
	URL(ctx context.Context, key string, r ResultInfo) (string, error)
	// Open opens a result for reading, or returns ErrNotFound.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete removes a result; nil where there is none.
	Delete(ctx context.Context, key string) error
}

// ResultFile is a large result that is being written.
type ResultFile interface {
	io.Writer
	// Commit keeps what was written and returns its size and a strong
	// validator without quotes. Abort removes it; after Commit it does nothing.
	Commit() (size int64, etag string, err error)
	Abort()
}

// ResultInfo describes a result that is kept in Results.
type ResultInfo struct {
	Key       string `json:"key"`
	MediaType string `json:"mediaType"`
	FileName  string `json:"fileName,omitempty"`
	ETag      string `json:"etag"` // without quotes
	Size      int64  `json:"size"`
}

// Record is what is kept about a submission, its input apart. Only what
// Project makes of it leaves the system.
type Record struct {
	// ID is also the name of the workflow execution: starting twice is harmless.
	ID string
	// Job is the name of the job that accepted the submission.
	Job string
	// Scope is a hash of who submitted it, by which Completions lists its end;
	// "" for one that is not listed.
	Scope string
	State
	// Outcomes are the recorded outcomes of stages by their names, Continue
	// among them. A stage that runs again returns the outcome recorded here.
	Outcomes map[string]Outcome
	// Values are what stages have left to later ones, by Value.Name.
	Values map[string]json.RawMessage
	// Result is the inline result, Large that of a result kept in Results.
	Result json.RawMessage
	Large  *ResultInfo
	// Waiting is set while a stage waits for an answer, and until the next begins.
	Waiting Waiting
	Created time.Time
	Updated time.Time
	// Deadline is when a record that is still not terminal is compared with its
	// execution by whoever reads it.
	Deadline time.Time
	// Expires is the end of retention, in whole seconds. Stores may keep an
	// expired record for days (DynamoDB's TTL does); readers check the time.
	Expires time.Time
}

// Waiting is what a stage waits for. Token is the workflow service's and secret.
type Waiting struct {
	Stage, Token string
	// Attempt orders the tasks of a submission that wait: a later one's is higher.
	Attempt int64
	// Answer is a hash of the answer that was recorded, so that repeating it
	// differs from giving another one.
	Answer string
}

// State is the part of a record that moves forward.
type State struct {
	Status       api.Status
	CustomStatus string
	Message      string
	// Error is set only when Status is api.Failed.
	Error *api.Error
	// Redrive counts how often the workflow was reopened after it had ended;
	// Rank is the position within one run. The pair, compared in this order,
	// only grows: see State.After.
	Redrive int
	Rank    int
	// Percent is how much of the work is done, 0 to 100.
	Percent int
	// Began is when the stage began, Due when it is expected to end: Retry-After
	// follows from it. Both are zero where they are not known.
	Began time.Time
	Due   time.Time
}

// RankEnded is the rank of every end, beyond that of every stage.
const RankEnded = 1 << 20

// After reports whether s may replace old: writes that are late, repeated or
// reordered are not after what is stored, and are refused. Succeeded and
// Canceled never give way; Failed does, but only to a higher Redrive.
func (s State) After(old State) bool {
	switch {
	case old.Status == api.Succeeded || old.Status == api.Canceled:
		return false
	case s.Redrive != old.Redrive:
		return s.Redrive > old.Redrive
	}
	return !old.Status.Terminal() && s.Rank > old.Rank
}

// Change is one conditional write to a record. Zero fields leave the stored
// ones alone; all conditions hold or nothing is written.
type Change struct {
	// State is written if it is After the stored one. A Percent of 0 in it leaves
	// the stored one alone.
	State *State
	// Stage and Outcome are recorded, with Values, Result, Large and Answer, if
	// the stage has no outcome yet and the record has not ended.
	Stage   string
	Outcome Outcome
	Values  map[string]json.RawMessage
	Result  json.RawMessage
	Large   *ResultInfo
	Answer  string
	// Waiting and Percent are written only while the record is open and at this
	// Redrive and Rank; Waiting only while its stage has no outcome, and in place
	// of no later Attempt.
	Waiting       *Waiting
	Percent       int
	Redrive, Rank int
	// Deadline replaces the record's when it is not zero. With Overdue, only
	// while the stored one is Overdue: of many that try, one succeeds.
	Deadline, Overdue time.Time
	// Updated replaces the record's when it is not zero.
	Updated time.Time
}

// Apply returns the record that c makes of r, or r itself with ErrStale. It is
// the rule of Store.Advance for stores that can read and write as one step.
func (c Change) Apply(r Record) (Record, error) {
	switch _, recorded := r.Outcomes[c.Stage]; {
	case c.State != nil && !c.State.After(r.State),
		c.Stage != "" && (recorded || r.Status.Terminal()),
		(c.Waiting != nil || c.Percent > 0) && (r.Status.Terminal() || r.Redrive != c.Redrive || r.Rank != c.Rank),
		c.Waiting != nil && (hasOutcome(r, c.Waiting.Stage) || r.Waiting.Attempt > c.Waiting.Attempt),
		!c.Overdue.IsZero() && !r.Deadline.Equal(c.Overdue):
		return r, ErrStale
	}
	if c.State != nil {
		percent := r.Percent
		r.State = *c.State
		r.Percent = cmp.Or(r.Percent, percent)
	}
	if c.Stage != "" {
		r.Outcomes = withEntries(r.Outcomes, map[string]Outcome{c.Stage: c.Outcome})
		r.Values = withEntries(r.Values, c.Values)
		r.Waiting.Answer = cmp.Or(c.Answer, r.Waiting.Answer) // an earlier stage's stays, to be repeated
		if c.Result != nil {
			r.Result = c.Result
		}
		if c.Large != nil {
			r.Large = c.Large
		}
	}
	if c.Waiting != nil {
		r.Waiting = *c.Waiting
	}
	r.Percent = max(r.Percent, c.Percent)
	if !c.Deadline.IsZero() {
		r.Deadline = c.Deadline
	}
	if !c.Updated.IsZero() {
		r.Updated = c.Updated
	}
	return r, nil
}

func hasOutcome(r Record, stage string) bool {
	_, recorded := r.Outcomes[stage]
	return recorded
}

func withEntries[V any](m, more map[string]V) map[string]V {
	if len(more) == 0 {
		return m
	}
	all := make(map[string]V, len(m)+len(more))
	maps.Copy(all, m)
	maps.Copy(all, more)
	return all
}

// Reservation ties an idempotency key to the submission it made.
type Reservation struct {
	// Key is a hash of the caller's Idempotency-Key and scope, never the key itself.
	Key string
	// Fingerprint is a hash of the input: another input under the same key is refused.
	Fingerprint string
	ID          string
	// Cancel is the submission's cancellation secret, for the repetition of an
	// authenticated caller; "" otherwise.
	Cancel  string
	Settled bool
	// Lease is until when the original request may still be at work.
	Lease time.Time
	// Now is the caller's clock. It is not stored.
	Now time.Time
	// Expires is when the key may be used again, in whole seconds.
	Expires time.Time
}

// Claim returns the reservation to keep when r meets the stored one, nil for
// none, and whether the caller holds it. A key never seen, expired (r.Now is
// past the stored Expires), or abandoned (not Settled, r.Now is past the stored
// Lease, same Fingerprint) is the caller's. An abandoned one keeps its stored
// ID. What is not the caller's stays as it is stored.
func (r Reservation) Claim(stored *Reservation) (kept Reservation, mine bool) {
	switch {
	case stored == nil, r.Now.After(stored.Expires):
		r.Now, r.Settled = time.Time{}, false
		return r, true
	case !stored.Settled && r.Fingerprint == stored.Fingerprint && r.Now.After(stored.Lease):
		kept = *stored
		kept.Lease, kept.Expires = r.Lease, r.Expires
		return kept, true
	}
	return *stored, false
}

// CallbackRef is where a callback's secret leads.
type CallbackRef struct {
	ID, Stage string
	// Expires is when the callback is of no effect any more, in whole seconds.
	Expires time.Time
}
