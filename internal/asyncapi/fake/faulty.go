package fake

import (
	"context"
	"errors"
	"sync"

	"asynchttpapi/internal/asyncapi"
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

// Hang does nothing until the caller gives up.
func Hang(ctx context.Context, _ func(context.Context) error) error {
	<-ctx.Done()
	return ctx.Err()
}

// AnswerLate does what it should after the caller gave up.
func AnswerLate(ctx context.Context, call func(context.Context) error) error {
	<-ctx.Done()
	return call(context.WithoutCancel(ctx))
}

// Throttle refuses for now.
func Throttle(context.Context, func(context.Context) error) error { return asyncapi.ErrThrottled }

// Faults injects faults into the calls of a Store and a Workflows. The zero
// value injects none.
type Faults struct {
	mu    sync.Mutex
	fault map[string]Fault
	once  bool
	calls []string
	late  sync.WaitGroup
}

// Always lets fault happen to every call of op, such as Store.Create.
func (f *Faults) Always(op string, fault Fault) { f.inject(op, fault, false) }

// Once lets fault happen to the next call of op alone.
func (f *Faults) Once(op string, fault Fault) { f.inject(op, fault, true) }

func (f *Faults) inject(op string, fault Fault, once bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.once = map[string]Fault{op: fault}, once
}

// Clear ends all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = nil
}

// Calls lists what was called, in order, and starts over.
func (f *Faults) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = nil
	return calls
}

// Settled waits until every call is over, late ones too.
func (f *Faults) Settled() { f.late.Wait() }

func (f *Faults) call(ctx context.Context, op string, call func(context.Context) error) error {
	f.late.Add(1)
	defer f.late.Done()
	f.mu.Lock()
	f.calls = append(f.calls, op)
	fault := f.fault[op]
	if f.once && fault != nil {
		f.fault = nil
	}
	f.mu.Unlock()
	if fault == nil {
		return call(ctx)
	}
	return fault(ctx, call)
}
