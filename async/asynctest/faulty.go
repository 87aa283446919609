package asynctest

import (
	"context"
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

// Hang does nothing until its time is over.
func Hang(ctx context.Context, _ func(context.Context) error) error {
	Expire(ctx)
	<-ctx.Done()
	return ctx.Err()
}

// AnswerLate does what it should once its time is over and done is closed.
func AnswerLate(done <-chan struct{}) Fault {
	return func(ctx context.Context, call func(context.Context) error) error {
		Expire(ctx)
		<-done
		return call(context.WithoutCancel(ctx))
	}
}

// Throttle refuses for now.
func Throttle(context.Context, func(context.Context) error) error { return async.ErrThrottled }

// Faults injects faults into the calls of a Store and a Workflows. The zero
// value injects none.
type Faults struct {
	mu       sync.Mutex
	injected map[string]injection
	calls    []string
	running  int
	// idle is closed, and nil, when no call is running and somebody waits.
	idle chan struct{}
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

// Calls lists what was called, in order, and starts over.
func (f *Faults) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = nil
	return calls
}

// Settled waits until every call is over, late ones too.
func (f *Faults) Settled() {
	f.mu.Lock()
	if f.running == 0 {
		f.mu.Unlock()
		return
	}
	if f.idle == nil {
		f.idle = make(chan struct{})
	}
	idle := f.idle
	f.mu.Unlock()
	<-idle
}

func (f *Faults) call(ctx context.Context, op string, call func(context.Context) error) error {
	defer f.over()
	if fault := f.next(op); fault != nil {
		return fault(ctx, call)
	}
	return call(ctx)
}

func (f *Faults) over() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
	if f.running == 0 && f.idle != nil {
		close(f.idle)
		f.idle = nil
	}
}

// next notes the call and tells the fault that happens to it, if one does.
func (f *Faults) next(op string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running++
	f.calls = append(f.calls, op)
	i := f.injected[op]
	if i.once {
		delete(f.injected, op)
	}
	return i.fault
}
