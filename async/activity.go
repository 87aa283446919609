package async

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/internal/trace"
)

// Names of the errors that activities end with, beside the codes of the job's
// own Failures. Retry and Catch match on them.
const (
	Unavailable = "Activity.Unavailable" // a stage's plain error, or a Store that is down: repeated
	Throttled   = "Activity.Throttled"   // a lack of capacity: repeated with more patience
	TimedOut    = "Activity.TimedOut"    // a run that reached Stage.Timeout: repeated once
	NotFound    = "Activity.NotFound"    // the submission does not exist (any more)
	Overtaken   = "Activity.Overtaken"   // the submission has ended otherwise
	Failed      = "Activity.Failed"      // RecordFailure's own, once the failure is recorded
	Invalid     = "Activity.Invalid"     // a mistake in the job or in what is stored
)

// ActivityError is the one error that RunStage, RecordFailure and
// RunCompensation return, outermost: package lambdamain reports Name as the
// error's type, and Message holds nothing personal.
type ActivityError struct{ Name, Message string }

func (e *ActivityError) Error() string { return e.Name + ": " + e.Message }

// ActivityInput is what the state machine hands to an activity.
type ActivityInput struct {
	ID string `json:"id"`
	// Redrive counts how often the execution was reopened.
	Redrive int `json:"redrive"`
	// Token is the task's, only for a stage that waits.
	Token string `json:"token,omitempty"`
	// Error and FailedIn are for RecordFailure: the name of the error, and what
	// Redrive was when the stage failed.
	Error    string `json:"error,omitempty"`
	FailedIn int    `json:"failedIn,omitempty"`
	// Started is what the execution was started with.
	Started struct {
		Trace trace.ID `json:"trace"`
	} `json:"started"`
}

// ActivityOutput is what a stage answers: nothing personal, for histories are
// kept for 90 days and every operator can read them.
type ActivityOutput struct {
	ID string `json:"id"`
	// Ended reports whether the submission has ended.
	Ended bool `json:"ended"`
	// Decision is Ended in the words that state machines of the first format
	// read, for executions that were started with them: accepted or rejected.
	Decision string `json:"decision"`
}

func outputOf(r Record) ActivityOutput {
	out := ActivityOutput{ID: r.ID, Ended: r.Status.Terminal(), Decision: "accepted"}
	if out.Ended {
		out.Decision = "rejected" // its Choice then ends the execution; the last stage has none
	}
	return out
}

// RunStage takes a submission through a stage. An outcome that is recorded
// already is returned as it is, and so is an end. The error is an *ActivityError.
func (s *Service) RunStage(ctx context.Context, name string, in ActivityInput) (ActivityOutput, error) {
	if s.Job == nil || in.ID == "" || in.Redrive < 0 {
		return ActivityOutput{}, &ActivityError{Invalid, "the input names no submission"}
	}
	st, ok := s.Job.stage(name)
	if !ok {
		return ActivityOutput{}, &ActivityError{Invalid, "the job has no stage " + name}
	}
	ctx = trace.NewContext(ctx, in.Started.Trace)
	x, out, err := s.prepare(ctx, in, st)
	if x == nil {
		return out, err
	}
	runCtx, done := s.running.add(ctx, in.ID)
	defer done()
	runCtx, cancel := context.WithTimeoutCause(runCtx, runTimeout(st), errStageTimeout)
	defer cancel()
	if st.start != nil {
		return s.wait(runCtx, &in, x, st)
	}
	outcome, err := st.do(runCtx, x.core)
	return s.conclude(ctx, runCtx, x, st, outcome, err)
}

// stageRun is a run of a stage. It is on the heap: a process that simulates work
// has thousands of stages that wait, and a deep stack under each would double
// what they take.
type stageRun struct {
	record Record
	core   *core
}

// prepare begins the stage. Without a stageRun there is nothing to run, and the
// activity's answer is the other two.
func (s *Service) prepare(ctx context.Context, in ActivityInput, st *stage) (*stageRun, ActivityOutput, error) {
	r, err := s.get(ctx, in.ID)
	if err != nil {
		return nil, ActivityOutput{}, storeError(err)
	}
	r, input, err := s.begin(ctx, in, r, st)
	if err != nil {
		return nil, ActivityOutput{}, err
	}
	if finished(r, st.Name) {
		out, err := s.finished(ctx, in, st, r)
		return nil, out, err
	}
	return &stageRun{r, s.newCore(r, input, st)}, ActivityOutput{}, nil
}

// conclude records what the stage's function has returned.
func (s *Service) conclude(ctx, runCtx context.Context, x *stageRun, st *stage, outcome Outcome, err error) (ActivityOutput, error) {
	r, k := x.record, x.core
	if err == nil {
		outcome, err = s.job.decided(st.StageDescription, outcome)
	}
	if err != nil {
		s.dropResults(ctx, k, r.Large)
		return ActivityOutput{}, s.stageError(runCtx, r, st, err)
	}
	r, err = s.recordOutcome(ctx, r, st, outcome, k, "")
	if err == nil || errors.Is(err, ErrStale) {
		s.dropResults(ctx, k, r.Large)
	}
	if err != nil && (!errors.Is(err, ErrStale) || !finished(r, st.Name)) {
		return ActivityOutput{}, storeError(err)
	}
	return outputOf(r), nil
}

// errStageTimeout is the cause of a stage's context that reached its timeout.
var errStageTimeout = fmt.Errorf("the stage reached its timeout: %w", context.DeadlineExceeded)

// runTimeout is that of one call of the stage's function.
func runTimeout(st *stage) time.Duration {
	if st.start != nil {
		return StartTimeout
	}
	return st.Timeout
}

// finished reports whether there is nothing left to do for the stage: its
// outcome is recorded, or the submission has ended well.
func finished(r Record, stage string) bool {
	return hasOutcome(r, stage) || r.Status == api.Succeeded
}

// finished answers for a stage that has nothing left to do. The task of a stage
// that waits is answered by its token.
func (s *Service) finished(ctx context.Context, in ActivityInput, st *stage, r Record) (ActivityOutput, error) {
	if st.start == nil {
		return outputOf(r), nil
	}
	if s.Workflows == nil {
		return ActivityOutput{}, &ActivityError{Invalid, "a stage that waits needs Workflows"}
	}
	if err := s.completeTask(ctx, in.Token, r); err != nil {
		return ActivityOutput{}, storeError(err)
	}
	if r.Waiting.Stage == st.Name && !r.Status.Terminal() {
		_, err := s.advance(ctx, r.ID, Change{Waiting: &Waiting{}, Redrive: r.Redrive, Rank: r.Rank})
		if err != nil && !errors.Is(err, ErrStale) {
			return ActivityOutput{}, storeError(err)
		}
	}
	return outputOf(r), nil
}

// begin records that the stage is at work, unless an earlier run of it has: the
// record's Began is then when the stage began, so that a run after a crash can
// go on from there. It returns the input only where the stage has to run.
func (s *Service) begin(ctx context.Context, in ActivityInput, r Record, st *stage) (Record, json.RawMessage, error) {
	// Names are compared, not ranks: a stage that was inserted in front of this
	// one moves none that is at work. Rank is 0 once a redrive has reopened the
	// record, which still has the name of the stage that failed.
	same := func(r Record) bool {
		return r.Redrive == in.Redrive && r.Rank > 0 && r.CustomStatus == st.Name && !r.Status.Terminal()
	}
	switch {
	case finished(r, st.Name):
		return r, nil, nil
	case r.Status == api.Canceled, r.Status.Terminal() && r.Redrive >= in.Redrive:
		return r, nil, storeError(ErrStale)
	}
	if !same(r) {
		now := time.Now().UTC()
		state := State{
			Status: api.Running, CustomStatus: st.Name, Message: st.Message, Redrive: in.Redrive, Rank: st.rank,
			Percent: s.job.percent(st.rank, 0), Began: now,
		}
		if st.Expected > 0 {
			state.Due = now.Add(st.Expected)
		}
		if in.Redrive == r.Redrive && r.Rank > 0 { // else a redrive does the stage again
			state.Percent = max(state.Percent, r.Percent)
		}
		var err error
		r, err = s.advance(ctx, in.ID, Change{State: &state, Deadline: now.Add(st.Bound()), Updated: now})
		switch {
		case err == nil:
			s.observe(ctx, Event{Kind: StageBegan, ID: in.ID, Stage: st.Name, State: r.State})
		case errors.Is(err, ErrStale) && (same(r) || finished(r, st.Name)):
			// another run of this stage was quicker
		default:
			return r, nil, storeError(err)
		}
		if finished(r, st.Name) {
			return r, nil, nil
		}
	}
	input, err := call(ctx, s.CallTimeout, func(ctx context.Context) (json.RawMessage, error) { return s.Store.Input(ctx, in.ID) })
	return r, input, storeError(err)
}

// wait binds the task's token, then lets the stage start its work elsewhere. The
// token stays here; what goes out is a secret of this attempt, and all secrets
// lead to the latest token, for a task that is repeated has another one.
func (s *Service) wait(ctx context.Context, in *ActivityInput, x *stageRun, st *stage) (ActivityOutput, error) {
	r, k := x.record, x.core
	if s.BaseURL == "" || in.Token == "" {
		return ActivityOutput{}, &ActivityError{Invalid, "a stage that waits needs Config.BaseURL and the token of its task"}
	}
	secret := NewSecret()
	back := Callback{URL: s.BaseURL + api.CallbackPath + secret, Expires: r.Began.Add(st.Timeout).UTC()}
	err := do(ctx, s.CallTimeout, func(ctx context.Context) error {
		return s.Store.PutCallback(ctx, hash(secret), CallbackRef{ID: in.ID, Stage: st.Name, Expires: back.Expires})
	})
	if err != nil {
		return ActivityOutput{}, storeError(err)
	}
	change := Change{Waiting: &Waiting{Stage: st.Name, Token: in.Token}, Redrive: r.Redrive, Rank: r.Rank}
	r, err = s.advance(ctx, in.ID, change)
	switch {
	case errors.Is(err, ErrStale) && finished(r, st.Name):
		return s.finished(ctx, *in, st, r)
	case err != nil:
		return ActivityOutput{}, storeError(err)
	}
	if err := st.start(ctx, k, back); err != nil {
		return ActivityOutput{}, s.stageError(ctx, r, st, err)
	}
	return ActivityOutput{ID: in.ID, Decision: "accepted"}, nil
}

// recordOutcome writes what decided has returned, and the end that it may be.
// With ErrStale the record is as it is stored.
func (s *Service) recordOutcome(ctx context.Context, r Record, st *stage, outcome Outcome, k *core, answer string) (Record, error) {
	at := time.Now().UTC()
	change := Change{Stage: st.Name, Outcome: outcome, Values: k.set, Result: k.result, Large: k.large, Answer: answer}
	if outcome != Continue {
		end, _ := s.job.endOf(st.StageDescription, outcome)
		change.State = &State{
			Status: api.Succeeded, CustomStatus: string(outcome), Message: end.Message,
			Redrive: r.Redrive, Rank: RankEnded, Percent: 100, Began: r.Began,
		}
		change.Updated = at
	} else if answer != "" {
		// The next stage begins at once, unless a crash comes in between.
		change.Deadline = at.Add(answerPatience)
	}
	now, err := s.advance(ctx, r.ID, change)
	if err == nil {
		s.learn(ctx, r, st.Name, now.Status.Terminal(), at)
		s.observe(ctx, Event{Kind: StageFinished, ID: r.ID, Stage: st.Name, Outcome: change.Outcome, State: now.State})
		if now.Status.Terminal() {
			s.observe(ctx, recordedEvent(Ended, now))
		}
	}
	return now, err
}

// answerPatience is how long after an answer its record is compared with the
// execution, which may not have been given it.
const answerPatience = time.Minute

// stageError names a stage's error. Its text goes to the Observer alone: it may
// hold anything.
func (s *Service) stageError(ctx context.Context, r Record, st *stage, err error) error {
	var failure Failure
	var permanent *permanentError
	cause := context.Cause(ctx)
	out := &ActivityError{Unavailable, "the stage returned an error"}
	switch {
	case errors.As(err, &failure) && s.job.declares(failure):
		return &ActivityError{failure.Code, "the stage has failed the submission"}
	case errors.As(err, &failure):
		out = &ActivityError{Invalid, "the job does not declare the failure that the stage returned"}
	case errors.As(err, &permanent):
		out = &ActivityError{Invalid, "a value cannot be read or kept"}
	case errors.Is(err, ErrCanceled), errors.Is(cause, ErrCanceled):
		return &ActivityError{Overtaken, "the submission was canceled"}
	case errors.Is(cause, errStageTimeout):
		out = &ActivityError{TimedOut, "the stage reached its timeout"}
	case throttled(err):
		out = &ActivityError{Throttled, "the stage met a lack of capacity"}
	}
	s.observe(ctx, Event{Kind: StageError, ID: r.ID, Stage: st.Name, State: r.State, ErrorType: out.Name, Err: err})
	return out
}

// storeError names the error of a port.
func storeError(err error) error {
	var named *ActivityError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &named):
		return named
	case errors.Is(err, ErrNotFound):
		return &ActivityError{NotFound, "there is no such submission"}
	case errors.Is(err, ErrStale):
		return &ActivityError{Overtaken, "the submission has moved on"}
	case errors.Is(err, ErrInvalid):
		return &ActivityError{Invalid, "the record does not keep within its bounds"}
	case throttled(err):
		return &ActivityError{Throttled, "the record is out of reach for now"}
	}
	return &ActivityError{Unavailable, "the record is out of reach"}
}

// newCore is what a run of the stage works with.
func (s *Service) newCore(r Record, input json.RawMessage, st *stage) *core {
	k := &core{id: r.ID, input: input, redrive: r.Redrive, began: r.Began, values: maps.Clone(r.Values), before: r.Large}
	k.progress = s.progress(r.ID, Change{Percent: r.Percent, Redrive: r.Redrive, Rank: r.Rank}, st.rank)
	k.canceled = func(ctx context.Context) (bool, error) {
		now, err := s.get(ctx, k.id)
		if errors.Is(err, ErrNotFound) {
			return true, nil
		}
		return err == nil && (now.Status.Terminal() || now.Redrive != k.redrive), err
	}
	k.resultWriter = func(ctx context.Context, mediaType, fileName string) (*ResultWriter, error) {
		if s.Results == nil {
			return nil, &permanentError{ErrNoResults}
		}
		// Another attempt may still be writing: each has a key of its own.
		key := hash(k.id) + "/" + NewSecret()
		file, err := s.Results.Create(ctx, key, mediaType, fileName)
		if err != nil {
			return nil, err
		}
		w := &ResultWriter{file: file, info: ResultInfo{Key: key, MediaType: mediaType, FileName: fileName}, core: k}
		k.writers = append(k.writers, w)
		return w, nil
	}
	return k
}

// progress returns Run.Progress, which writes at most once in ProgressInterval.
// from has the percentage, redrive and rank of the record as the stage begins.
func (s *Service) progress(id string, from Change, rank int) func(context.Context, float64) error {
	p := &progress{percent: from.Percent, redrive: from.Redrive, at: from.Rank}
	return func(ctx context.Context, done float64) error {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		now := time.Now()
		if now.Before(p.next) {
			return nil
		}
		p.next = now.Add(ProgressInterval)
		p.percent = max(p.percent, s.job.percent(rank, done))
		_, err := s.advance(ctx, id, Change{Percent: p.percent, Redrive: p.redrive, Rank: p.at, Updated: now.UTC()})
		if errors.Is(err, ErrStale) || errors.Is(err, ErrNotFound) {
			return ErrCanceled
		}
		return err
	}
}

// progress is what Run.Progress has written, at which position of the record.
type progress struct {
	mu                   sync.Mutex
	next                 time.Time
	percent, redrive, at int
}
