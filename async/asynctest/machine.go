package asynctest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// harness is a service whose executions are goroutines. It implements
// async.Workflows by the rules of the state machine that package asyncgen
// generates.
type harness struct {
	t       *testing.T
	store   *Store
	results *Results
	service *async.Service
	job     async.Description
	// dry keeps executions from starting.
	dry        bool
	executions sync.WaitGroup

	mu          sync.Mutex
	byID        map[string]*execution
	tasks       map[string]*task // by token
	seen        map[string][]string
	compensated map[string]bool
}

// execution is one of the state machine.
type execution struct {
	id    string
	input []byte
	// cancel ends it as aborted.
	cancel context.CancelFunc
	async.Execution
	// failure and failedIn are what RecordFailure was entered with.
	failure  string
	failedIn int
}

// task is one that waits for an answer by its token.
type task struct {
	// answer gets the name of the error, "" for success.
	answer chan string
	beat   chan struct{}
}

func newHarness(t *testing.T, job async.Definition) *harness {
	t.Helper()
	w := &harness{
		t: t, store: &Store{}, results: &Results{}, job: job.Describe(),
		byID: map[string]*execution{}, tasks: map[string]*task{}, seen: map[string][]string{}, compensated: map[string]bool{},
	}
	w.store.written = func(r async.Record) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if words := w.seen[r.ID]; len(words) == 0 || words[len(words)-1] != r.CustomStatus {
			w.seen[r.ID] = append(words, r.CustomStatus)
		}
	}
	var err error
	w.service, err = async.New(async.Config{
		Job: job, Store: w.store, Workflows: w, Results: w.results, BaseURL: "https://api.example.org",
		Retention: w.job.Lifetime() + 90*24*time.Hour, Cancelable: true,
	})
	if err != nil {
		t.Fatalf("asynctest: %v", err)
	}
	return w
}

func (w *harness) seenBy(id string) (words []string, compensated bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[id], w.compensated[id]
}

// Start implements async.Workflows.
func (w *harness) Start(ctx context.Context, id string, input []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil || w.dry || w.byID[id] != nil {
		return ctx.Err()
	}
	x := &execution{id: id, input: input}
	w.byID[id] = x
	w.run(x, w.stages)
	return nil
}

// run runs an execution from a state on, in a goroutine. w.mu is held.
func (w *harness) run(x *execution, from func(context.Context, *execution) (failed string)) {
	ctx, cancel := context.WithTimeout(w.t.Context(), w.job.Lifetime())
	x.Status, x.TimedOut, x.cancel = api.Running, false, cancel
	w.executions.Go(func() {
		defer cancel()
		failed := from(ctx, x)
		w.mu.Lock()
		switch {
		case x.Status.Terminal(): // stopped
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			x.Status, x.TimedOut = api.Failed, true
		case failed != "":
			x.Status = api.Failed
		default:
			x.Status = api.Succeeded
		}
		end := x.Execution
		w.mu.Unlock()
		// As the workflow service's notifications do.
		if err := w.service.Reconcile(context.WithoutCancel(ctx), x.id, &end); err != nil {
			w.t.Errorf("asynctest: reconcile: %v", err)
		}
	})
}

// stages runs the states from the first stage on. It returns the name of the
// error that the execution fails with, "" for none.
func (w *harness) stages(ctx context.Context, x *execution) (failed string) {
	for i := 0; i < len(w.job.Stages); i++ {
		s := w.job.Stages[i]
		if s.Retired {
			continue
		}
		switch name := w.stage(ctx, x, s); {
		case ctx.Err() != nil:
			return "States.Timeout"
		case name == "":
		case name == async.NotFound || name == async.Overtaken:
			return w.compensate(ctx, x)
		default:
			x.failure, x.failedIn = name, x.Redrive
			if failed := w.recordFailure(ctx, x); failed != "" {
				return failed
			}
			i = -1 // RecordFailure goes on at the first stage
		}
	}
	return ""
}

func (w *harness) recordFailure(ctx context.Context, x *execution) (failed string) {
	in := x.activityInput()
	in.Error, in.FailedIn = x.failure, x.failedIn
	return w.patiently(ctx, async.FailTimeout, func(ctx context.Context) error { return w.service.RecordFailure(ctx, in) })
}

// resume is where a redrive takes up a failed execution.
func (w *harness) resume(ctx context.Context, x *execution) (failed string) {
	if failed := w.recordFailure(ctx, x); failed != "" {
		return failed
	}
	return w.stages(ctx, x)
}

func (w *harness) compensate(ctx context.Context, x *execution) (failed string) {
	if !w.job.Compensates {
		return ""
	}
	failed = w.patiently(ctx, async.CompensateTimeout, func(ctx context.Context) error {
		return w.service.RunCompensation(ctx, x.activityInput())
	})
	if r, err := w.store.Get(ctx, x.id); failed == "" && err == nil && r.Status == api.Canceled {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.compensated[x.id] = true
	}
	return failed
}

func (x *execution) activityInput() async.ActivityInput {
	in := async.ActivityInput{ID: x.id, Redrive: x.Redrive}
	_ = json.Unmarshal(x.input, &in.Started) // made by the service itself
	return in
}

// patiently runs a task that has to happen in the end.
func (w *harness) patiently(ctx context.Context, timeout time.Duration, f func(context.Context) error) (failed string) {
	all := retrier{most: async.FailAttempts, maxDelay: async.CapacityMaxDelay}
	for {
		name := w.within(ctx, timeout, f)
		again := name == async.Unavailable || name == async.Throttled || name == async.TimedOut || name == statesTimeout
		if !again || !all.pause(ctx) {
			return name
		}
	}
}

const statesTimeout = "States.Timeout"

// stage runs the Task state of a stage with its retriers. It returns the name of
// the error that is caught, "" for none.
func (w *harness) stage(ctx context.Context, x *execution, s async.StageDescription) (name string) {
	capacity := retrier{most: async.CapacityAttempts, maxDelay: async.CapacityMaxDelay}
	transient := retrier{most: s.Attempts - 1, maxDelay: async.RetryMaxDelay}
	lost := retrier{most: min(async.LostAttempts, s.Attempts-1), maxDelay: async.RetryMaxDelay}
	for attempt := 0; ; attempt++ {
		again := false
		switch name = w.task(ctx, x, s, attempt); {
		case name == async.Throttled:
			again = capacity.pause(ctx)
		case name == async.Unavailable:
			again = transient.pause(ctx)
		case name == async.TimedOut, name == statesTimeout && !s.Waits:
			again = lost.pause(ctx)
		}
		if !again {
			return name
		}
	}
}

// retrier counts the repetitions that one Retry of a task grants, without jitter.
type retrier struct {
	most     int
	maxDelay time.Duration
	made     int
}

// pause waits before a repetition, and reports whether there is one.
func (r *retrier) pause(ctx context.Context) bool {
	if r.made == r.most {
		return false
	}
	d := r.maxDelay
	if r.made < 16 {
		d = min(async.RetryInterval<<r.made, r.maxDelay)
	}
	r.made++
	return async.Sleep(ctx, d) == nil
}

// task runs a stage's task once.
func (w *harness) task(ctx context.Context, x *execution, s async.StageDescription, attempt int) (name string) {
	in := x.activityInput()
	timeout := s.Timeout + async.TaskMargin
	if !s.Waits {
		return w.within(ctx, timeout, func(ctx context.Context) error {
			_, err := w.service.RunStage(ctx, s.Name, in)
			return err
		})
	}
	in.Token, in.Attempt = async.NewSecret(), attempt
	waiting := &task{answer: make(chan string, 1), beat: make(chan struct{}, 1)}
	w.mu.Lock()
	w.tasks[in.Token] = waiting
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.tasks, in.Token)
	}()
	over := time.After(timeout)
	if name := w.within(ctx, timeout, func(ctx context.Context) error {
		_, err := w.service.RunStage(ctx, s.Name, in)
		return err
	}); name != "" {
		return name
	}
	for {
		var silent <-chan time.Time
		if s.Heartbeat > 0 {
			silent = time.After(s.Heartbeat)
		}
		select {
		case name := <-waiting.answer:
			return name
		case <-waiting.beat:
		case <-silent:
			return "States.HeartbeatTimeout"
		case <-over:
			return statesTimeout
		case <-ctx.Done():
			return ""
		}
	}
}

// within runs an activity as a function does: a task that reaches its timeout is
// given up, and so is its function.
func (w *harness) within(ctx context.Context, timeout time.Duration, f func(context.Context) error) (name string) {
	runCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer := make(chan string, 1)
	w.executions.Go(func() { answer <- nameOf(w.t, f(runCtx)) })
	select {
	case name := <-answer:
		return name
	case <-time.After(timeout):
		return statesTimeout
	case <-ctx.Done():
		return ""
	}
}

// nameOf returns the name of an activity's error that the state machine sees.
func nameOf(t *testing.T, err error) string {
	if err == nil {
		return ""
	}
	named, ok := err.(*async.ActivityError) // outermost, as lambdamain needs it
	if !ok {
		t.Errorf("asynctest: the activity's error has no name: %v", err)
		return async.Invalid
	}
	return named.Name
}

// Outcome implements async.Workflows.
func (w *harness) Outcome(ctx context.Context, id string) (async.Execution, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.byID[id]
	switch {
	case ctx.Err() != nil:
		return async.Execution{}, ctx.Err()
	case x == nil:
		return async.Execution{}, async.ErrNotFound
	}
	return x.Execution, nil
}

// Stop implements async.Workflows.
func (w *harness) Stop(ctx context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.byID[id]
	if ctx.Err() == nil && x != nil && !x.Status.Terminal() {
		x.Status = api.Canceled
		x.cancel()
	}
	return ctx.Err()
}

// redrive reopens a failed execution.
func (w *harness) redrive(id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.byID[id]
	if x == nil || x.Status != api.Failed {
		return fmt.Errorf("the execution has not failed")
	}
	x.Redrive++
	w.run(x, w.resume)
	return nil
}

// Complete implements async.Workflows.
func (w *harness) Complete(ctx context.Context, token string, _ []byte) error {
	return w.answer(ctx, token, "")
}

// Fail implements async.Workflows.
func (w *harness) Fail(ctx context.Context, token, name string) error {
	return w.answer(ctx, token, name)
}

// waiting returns the task that waits for an answer with a token.
func (w *harness) waiting(ctx context.Context, token string) (*task, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if waiting := w.tasks[token]; waiting != nil {
		return waiting, nil
	}
	return nil, async.ErrNotFound
}

func (w *harness) answer(ctx context.Context, token, name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiting, err := w.waiting(ctx, token)
	if err != nil {
		return err
	}
	delete(w.tasks, token)
	waiting.answer <- name
	return nil
}

// Heartbeat implements async.Workflows.
func (w *harness) Heartbeat(ctx context.Context, token string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiting, err := w.waiting(ctx, token)
	if err != nil {
		return err
	}
	select {
	case waiting.beat <- struct{}{}:
	default: // one is on its way already
	}
	return nil
}
