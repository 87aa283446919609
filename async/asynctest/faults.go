package asynctest

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"example.org/asynchttpapi/async"
)

// Fault is what happens to a call instead of what should. call is what should.
type Fault func(ctx context.Context, call func(context.Context) error) error

// ErrDown is the error of a dependency that is down. Its text stands for what
// must never be seen by a client or in a log.
var ErrDown = errors.New("secret arn:aws:states:eu-west-1:123456789012:execution:x ada@example.org")

// Refuse fails and does nothing.
func Refuse(context.Context, func(context.Context) error) error { return ErrDown }

// LoseAnswer does what it should, and fails.
func LoseAnswer(ctx context.Context, call func(context.Context) error) error {
	return errors.Join(ErrDown, call(ctx))
}

// Hang does nothing until its context ends. In a synctest bubble that takes no
// real time.
func Hang(ctx context.Context, _ func(context.Context) error) error {
	<-ctx.Done()
	return ctx.Err()
}

// AnswerLate fails when its context ends, and does what it should once done is
// closed: a call whose time was over, and that takes effect all the same.
func AnswerLate(done <-chan struct{}) Fault {
	return func(ctx context.Context, call func(context.Context) error) error {
		<-ctx.Done()
		go func() {
			<-done
			_ = call(context.WithoutCancel(ctx)) // the caller has gone
		}()
		return ctx.Err()
	}
}

// Throttle refuses for now.
func Throttle(context.Context, func(context.Context) error) error { return async.ErrThrottled }

// Faults injects faults into the calls of a FaultyStore and a FaultyWorkflows.
// The zero value injects none.
type Faults struct {
	mu       sync.Mutex
	injected map[string]injection
	calls    []string
}

type injection struct {
	fault Fault
	once  bool
}

// Always lets fault happen to every call of op, such as Store.Create.
func (f *Faults) Always(op string, fault Fault) { f.inject(op, injection{fault: fault}) }

// Once lets fault happen to the next call of op alone.
func (f *Faults) Once(op string, fault Fault) { f.inject(op, injection{fault: fault, once: true}) }

func (f *Faults) inject(op string, i injection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.injected == nil {
		f.injected = map[string]injection{}
	}
	f.injected[op] = i
}

// Clear ends all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.injected = nil
}

// Calls returns what was called since the last Calls, in order.
func (f *Faults) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = nil
	return calls
}

// next notes the call and returns the fault that happens to it, nil for none.
func (f *Faults) next(op string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, op)
	i := f.injected[op]
	if i.once {
		delete(f.injected, op)
	}
	return i.fault
}

// spoil makes a call of op, to which a fault may happen.
func (f *Faults) spoil(ctx context.Context, op string, call func(context.Context) error) error {
	if fault := f.next(op); fault != nil {
		return fault(ctx, call)
	}
	return call(ctx)
}

// spoiled is spoil for a call that also returns a value.
func spoiled[T any](ctx context.Context, f *Faults, op string, call func(context.Context) (T, error)) (value T, err error) {
	err = f.spoil(ctx, op, func(ctx context.Context) (err error) {
		value, err = call(ctx)
		return err
	})
	return value, err
}

// FaultyStore is a Store whose calls Faults may spoil.
type FaultyStore struct {
	Store  async.Store
	Faults *Faults
}

// Create implements async.Store.
func (s FaultyStore) Create(ctx context.Context, r async.Record, input json.RawMessage) error {
	return s.Faults.spoil(ctx, "Store.Create", func(ctx context.Context) error { return s.Store.Create(ctx, r, input) })
}

// Get implements async.Store.
func (s FaultyStore) Get(ctx context.Context, id string) (async.Record, error) {
	return spoiled(ctx, s.Faults, "Store.Get", func(ctx context.Context) (async.Record, error) { return s.Store.Get(ctx, id) })
}

// Input implements async.Store.
func (s FaultyStore) Input(ctx context.Context, id string) (json.RawMessage, error) {
	return spoiled(ctx, s.Faults, "Store.Input", func(ctx context.Context) (json.RawMessage, error) { return s.Store.Input(ctx, id) })
}

// Advance implements async.Store.
func (s FaultyStore) Advance(ctx context.Context, id string, c async.Change) (async.Record, error) {
	return spoiled(ctx, s.Faults, "Store.Advance", func(ctx context.Context) (async.Record, error) { return s.Store.Advance(ctx, id, c) })
}

// Discard implements async.Store.
func (s FaultyStore) Discard(ctx context.Context, id string) error {
	return s.Faults.spoil(ctx, "Store.Discard", func(ctx context.Context) error { return s.Store.Discard(ctx, id) })
}

// Reserve implements async.Store.
func (s FaultyStore) Reserve(ctx context.Context, r async.Reservation) (stored async.Reservation, mine bool, err error) {
	err = s.Faults.spoil(ctx, "Store.Reserve", func(ctx context.Context) (err error) {
		stored, mine, err = s.Store.Reserve(ctx, r)
		return err
	})
	return stored, mine, err
}

// Settle implements async.Store.
func (s FaultyStore) Settle(ctx context.Context, key, id string) error {
	return s.Faults.spoil(ctx, "Store.Settle", func(ctx context.Context) error { return s.Store.Settle(ctx, key, id) })
}

// Release implements async.Store.
func (s FaultyStore) Release(ctx context.Context, key, id string, keepID bool) error {
	return s.Faults.spoil(ctx, "Store.Release", func(ctx context.Context) error { return s.Store.Release(ctx, key, id, keepID) })
}

// PutCallback implements async.Store.
func (s FaultyStore) PutCallback(ctx context.Context, hash string, c async.CallbackRef) error {
	return s.Faults.spoil(ctx, "Store.PutCallback", func(ctx context.Context) error { return s.Store.PutCallback(ctx, hash, c) })
}

// Callback implements async.Store.
func (s FaultyStore) Callback(ctx context.Context, hash string) (async.CallbackRef, error) {
	return spoiled(ctx, s.Faults, "Store.Callback", func(ctx context.Context) (async.CallbackRef, error) { return s.Store.Callback(ctx, hash) })
}

// Ended implements async.Completions. It panics where the Store does not.
func (s FaultyStore) Ended(ctx context.Context, q async.EndedQuery) (async.EndedPage, error) {
	return spoiled(ctx, s.Faults, "Completions.Ended", func(ctx context.Context) (async.EndedPage, error) {
		return s.Store.(async.Completions).Ended(ctx, q)
	})
}

// FaultyWorkflows is a Workflows whose calls Faults may spoil.
type FaultyWorkflows struct {
	Workflows async.Workflows
	Faults    *Faults
}

// Start implements async.Workflows.
func (w FaultyWorkflows) Start(ctx context.Context, id string, input []byte) error {
	return w.Faults.spoil(ctx, "Workflows.Start", func(ctx context.Context) error { return w.Workflows.Start(ctx, id, input) })
}

// Outcome implements async.Workflows.
func (w FaultyWorkflows) Outcome(ctx context.Context, id string) (async.Execution, error) {
	return spoiled(ctx, w.Faults, "Workflows.Outcome", func(ctx context.Context) (async.Execution, error) { return w.Workflows.Outcome(ctx, id) })
}

// Stop implements async.Workflows.
func (w FaultyWorkflows) Stop(ctx context.Context, id string) error {
	return w.Faults.spoil(ctx, "Workflows.Stop", func(ctx context.Context) error { return w.Workflows.Stop(ctx, id) })
}

// Complete implements async.Workflows.
func (w FaultyWorkflows) Complete(ctx context.Context, token string, output []byte) error {
	return w.Faults.spoil(ctx, "Workflows.Complete", func(ctx context.Context) error { return w.Workflows.Complete(ctx, token, output) })
}

// Fail implements async.Workflows.
func (w FaultyWorkflows) Fail(ctx context.Context, token, name string) error {
	return w.Faults.spoil(ctx, "Workflows.Fail", func(ctx context.Context) error { return w.Workflows.Fail(ctx, token, name) })
}

// Heartbeat implements async.Workflows.
func (w FaultyWorkflows) Heartbeat(ctx context.Context, token string) error {
	return w.Faults.spoil(ctx, "Workflows.Heartbeat", func(ctx context.Context) error { return w.Workflows.Heartbeat(ctx, token) })
}
