package asynctest

import (
	"context"
	"maps"
	"slices"
	"sync"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Workflows is an async.Workflows in memory that runs nothing: a test says with
// Set how an execution stands, and with Wait that a task of it waits. The zero
// value is ready for use.
type Workflows struct {
	mu         sync.Mutex
	executions map[string]async.Execution
	inputs     map[string]string
	waiting    map[string]string // by token, the execution's id
	answers    []Answer
	asked      int
	stopped    []string
}

// Answer is what a waiting task was answered with: the Output of Complete, the
// Error of Fail, or neither for a Heartbeat.
type Answer struct{ Token, Output, Error string }

func (w *Workflows) lock(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.mu.Lock()
	if w.executions == nil {
		w.executions, w.inputs, w.waiting = map[string]async.Execution{}, map[string]string{}, map[string]string{}
	}
	return w.mu.Unlock, nil
}

// Start implements async.Workflows.
func (w *Workflows) Start(ctx context.Context, id string, input []byte) error {
	unlock, err := w.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := w.inputs[id]; !ok {
		w.inputs[id] = string(input)
		w.executions[id] = async.Execution{Status: api.Running}
	}
	return nil
}

// Outcome implements async.Workflows.
func (w *Workflows) Outcome(ctx context.Context, id string) (async.Execution, error) {
	unlock, err := w.lock(ctx)
	if err != nil {
		return async.Execution{}, err
	}
	defer unlock()
	w.asked++
	x, ok := w.executions[id]
	if !ok {
		return x, async.ErrNotFound
	}
	return x, nil
}

// Stop implements async.Workflows.
func (w *Workflows) Stop(ctx context.Context, id string) error {
	unlock, err := w.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	w.stopped = append(w.stopped, id)
	if x, ok := w.executions[id]; ok && !x.Status.Terminal() {
		w.set(id, async.Execution{Status: api.Canceled, Redrive: x.Redrive})
	}
	return nil
}

// Complete implements async.Workflows.
func (w *Workflows) Complete(ctx context.Context, token string, output []byte) error {
	return w.answer(ctx, Answer{Token: token, Output: string(output)}, true)
}

// Fail implements async.Workflows.
func (w *Workflows) Fail(ctx context.Context, token, name string) error {
	return w.answer(ctx, Answer{Token: token, Error: name}, true)
}

// Heartbeat implements async.Workflows.
func (w *Workflows) Heartbeat(ctx context.Context, token string) error {
	return w.answer(ctx, Answer{Token: token}, false)
}

func (w *Workflows) answer(ctx context.Context, a Answer, last bool) error {
	unlock, err := w.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := w.waiting[a.Token]; !ok {
		return async.ErrNotFound
	}
	if last {
		delete(w.waiting, a.Token)
	}
	w.answers = append(w.answers, a)
	return nil
}

// Set says how the execution named id stands. No task waits in one that has ended.
func (w *Workflows) Set(id string, x async.Execution) {
	unlock, _ := w.lock(context.Background())
	defer unlock()
	w.set(id, x)
}

func (w *Workflows) set(id string, x async.Execution) {
	w.executions[id] = x
	if x.Status.Terminal() {
		maps.DeleteFunc(w.waiting, func(_, of string) bool { return of == id })
	}
}

// Wait says that a task of the execution named id waits with this token.
func (w *Workflows) Wait(id, token string) {
	unlock, _ := w.lock(context.Background())
	defer unlock()
	w.waiting[token] = id
}

// Answers returns what waiting tasks were answered with, in order.
func (w *Workflows) Answers() []Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.answers)
}

// Stopped returns the ids that Stop was called with, in order.
func (w *Workflows) Stopped() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.stopped)
}

// Inputs returns the input of every execution started, by id.
func (w *Workflows) Inputs() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.inputs)
}

// Asked returns how often Outcome was called.
func (w *Workflows) Asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}
