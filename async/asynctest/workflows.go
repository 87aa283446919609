package asynctest

import (
	"context"
	"sync"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Workflows is an async.Workflows in memory that runs nothing: a test says
// with Set how an execution stands. The zero value is ready for use.
type Workflows struct {
	mu         sync.Mutex
	executions map[string]async.Outcome
	inputs     map[string]string
	asked      int
}

// Start implements async.Workflows.
func (w *Workflows) Start(ctx context.Context, id string, input []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, ok := w.inputs[id]; ok {
		return nil
	}
	if w.inputs == nil {
		w.inputs = map[string]string{}
	}
	w.inputs[id] = string(input)
	w.set(id, async.Outcome{Status: api.Running})
	return nil
}

// Outcome implements async.Workflows.
func (w *Workflows) Outcome(ctx context.Context, id string) (async.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return async.Outcome{}, err
	}
	w.asked++
	o, ok := w.executions[id]
	if !ok {
		return o, async.ErrNotFound
	}
	return o, nil
}

// Set says how the execution named id stands.
func (w *Workflows) Set(id string, o async.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.set(id, o)
}

func (w *Workflows) set(id string, o async.Outcome) {
	if w.executions == nil {
		w.executions = map[string]async.Outcome{}
	}
	w.executions[id] = o
}

// Inputs returns the input of every execution started, by id.
func (w *Workflows) Inputs() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[string]string, len(w.inputs))
	for id, input := range w.inputs {
		all[id] = input
	}
	return all
}

// Asked tells how often Outcome was asked.
func (w *Workflows) Asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}
