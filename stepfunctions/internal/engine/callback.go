package engine

import (
	"container/heap"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// SendTaskSuccess ends a task that waits for its token. Refusals: InvalidOutput,
// InvalidToken, and TaskTimedOut where the task no longer waits.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
func (e *Engine) SendTaskSuccess(ctx context.Context, token string, output json.RawMessage) error {
	if len(output) > maxPayload {
		return refuse(InvalidOutput, "Invalid Output: '%d bytes, at most %d are allowed'", len(output), maxPayload)
	}
	if err := value.Check(output); err != nil {
		return refuse(InvalidOutput, "Invalid Output: '%s'", err)
	}
	return e.answer(ctx, token, interp.Input{Kind: interp.TaskSucceeded, Output: output})
}

// SendTaskFailure fails a task that waits for its token; errorName and cause
// may be empty. Refusals: InvalidToken, TaskTimedOut.
func (e *Engine) SendTaskFailure(ctx context.Context, token, errorName, cause string) error {
	return e.answer(ctx, token, interp.Input{Kind: interp.TaskFailed, Error: errorName, Cause: cause})
}

// SendTaskHeartbeat starts the task's HeartbeatSeconds anew. Refusals: InvalidToken, TaskTimedOut.
func (e *Engine) SendTaskHeartbeat(ctx context.Context, token string) error {
	return e.answer(ctx, token, interp.Input{Kind: interp.TaskHeartbeat})
}

func (e *Engine) answer(ctx context.Context, token string, in interp.Input) error {
	if err := e.gate.enter(); err != nil {
		return err
	}
	defer e.gate.leave()
	r, ref, err := e.route(ctx, token)
	if err != nil {
		return err
	}
	x := e.alive(r.ID)
	if x == nil {
		return errTaskGone
	}
	in.Ref = ref
	waiting := func() error {
		if x.waits[ref] == nil {
			return errIgnored
		}
		return nil
	}
	err = x.submit(ctx, in, waiting)
	switch {
	case errors.Is(err, errIgnored) && in.Kind == interp.TaskHeartbeat && x.waitsFor(ref):
		return nil // the task waits, and has no HeartbeatSeconds
	case errors.Is(err, errEnded), errors.Is(err, errIgnored):
		return errTaskGone
	case err != nil:
		return fmt.Errorf("answer the task: %w", err)
	}
	return nil
}

var errTaskGone error = &Error{Code: TaskTimedOut, Message: "Task Timed Out: 'Provided task does not exist anymore'"}

// route finds the execution that a genuine token belongs to.
func (e *Engine) route(ctx context.Context, token string) (r Record, ref uint64, err error) {
	invalid := refuse(InvalidToken, "Invalid Token: 'Invalid token'")
	arn, ref, err := interp.ParseToken(token)
	if err != nil {
		return Record{}, 0, invalid
	}
	r, err = e.find(ctx, arn)
	var refused *Error
	if errors.As(err, &refused) {
		return Record{}, 0, invalid
	}
	if err != nil {
		return Record{}, 0, err
	}
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return Record{}, 0, err
	}
	if !interp.ValidToken(e.info(r, revision), ref, token) {
		return Record{}, 0, invalid
	}
	return r, ref, nil
}

func (x *execution) waitsFor(ref uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.waits[ref] != nil
}

// timer is one wake-up of an execution.
type timer struct {
	at    time.Time
	x     *execution
	ref   uint64
	index int // in the heap; -1 when it is not there
}

// timers keeps all wake-ups in one heap and one clock timer armed for the first.
type timers struct {
	clock Clock
	// fire is called, outside of mu, with the timers of one execution whose
	// time has come, the earliest first.
	fire func(x *execution, due []*timer)

	mu     sync.Mutex
	heap   timerHeap
	armed  time.Time // zero: nothing is armed
	disarm func()
	closed bool
}

func (s *timers) add(x *execution, ref uint64, at time.Time) *timer {
	t := &timer{at: at, x: x, ref: ref}
	s.mu.Lock()
	defer s.mu.Unlock()
	heap.Push(&s.heap, t)
	s.arm()
	return t
}

func (s *timers) remove(t *timer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.index >= 0 {
		heap.Remove(&s.heap, t.index)
	}
}

// arm makes the clock call due no later than the first timer's time. A later
// call than needed never happens; an earlier one does no harm.
func (s *timers) arm() {
	if s.closed || len(s.heap) == 0 {
		return
	}
	first := s.heap[0].at
	if !s.armed.IsZero() && !first.Before(s.armed) {
		return
	}
	if s.disarm != nil {
		s.disarm()
	}
	s.armed = first
	s.disarm = s.clock.AfterFunc(first.Sub(s.clock.Now()), s.due)
}

func (s *timers) due() {
	due := s.popDue()
	of := make(map[*execution][]*timer, len(due))
	for _, t := range due {
		of[t.x] = append(of[t.x], t)
	}
	for _, t := range due {
		if timers := of[t.x]; timers != nil {
			delete(of, t.x)
			s.fire(t.x, timers)
		}
	}
}

func (s *timers) popDue() (due []*timer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed, s.disarm = time.Time{}, nil
	now := s.clock.Now()
	for !s.closed && len(s.heap) > 0 && !s.heap[0].at.After(now) {
		due = append(due, heap.Pop(&s.heap).(*timer))
	}
	s.arm()
	return due
}

func (s *timers) pending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.heap) > 0
}

func (s *timers) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.disarm != nil {
		s.disarm()
	}
}

// timerHeap implements heap.Interface: the earliest first, then the one that
// was asked for first.
type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if c := h[i].at.Compare(h[j].at); c != 0 {
		return c < 0
	}
	return h[i].ref < h[j].ref
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(v any) {
	t := v.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
