package engine

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"
)

// maxCall is the longest that Lambda lets a function run.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxCall = 900 * time.Second

// errCallTooLong is what Lambda answers for a function that takes too long.
var errCallTooLong = &FunctionError{Payload: fmt.Appendf(nil, `{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after %.2f seconds"}`, maxCall.Seconds())}

// callLimit gives up calls after maxCall. It is the same for all, so that they come
// to it in the order in which they began: one timer of the clock is enough.
type callLimit struct {
	clock Clock

	mu    sync.Mutex
	calls list.List // of running
	armed bool
	stop  func() // the timer
}

type running struct {
	began  time.Time
	cancel context.CancelCauseFunc
}

// begin counts the time of a call from now on, until end.
func (l *callLimit) begin(cancel context.CancelCauseFunc) (call *list.Element) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.armed {
		l.arm(maxCall)
	}
	return l.calls.PushBack(running{began: l.clock.Now(), cancel: cancel})
}

func (l *callLimit) end(call *list.Element) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls.Remove(call)
}

func (l *callLimit) arm(d time.Duration) { l.armed, l.stop = true, l.clock.AfterFunc(d, l.due) }

// due gives up the calls whose time has passed, by the clock on the wall or by the
// monotonic one, and waits for the next.
func (l *callLimit) due() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed = false
	now := l.clock.Now()
	for call := l.calls.Front(); call != nil; call = call.Next() {
		c := call.Value.(running)
		if left := maxCall - max(now.Sub(c.began), now.Round(0).Sub(c.began.Round(0))); left > 0 {
			l.arm(left)
			return
		}
		c.cancel(errCallTooLong)
	}
}

func (l *callLimit) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.armed {
		l.stop()
	}
}
