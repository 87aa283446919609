package engine

import (
	"container/heap"
	"sync"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// timer is one wake-up of an execution.
type timer struct {
	at    time.Time
	from  time.Time // as in interp.Timer
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
	// seen is what the clock showed last. watcher looks at it again and again
	// while there are timers.
	seen    time.Time
	watcher *time.Timer
}

func (s *timers) add(x *execution, asked interp.Timer) *timer {
	t := &timer{at: asked.At, from: asked.From, x: x, ref: asked.Ref}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.look()
	t.follow(now)
	heap.Push(&s.heap, t)
	s.arm(now)
	if s.watcher == nil && !s.closed {
		s.watcher = time.AfterFunc(watchStep, s.watch)
	}
	return t
}

// watchStep is how often the clock is looked at, in time that really passes.
const watchStep = time.Second

// watch notices a clock that is set back while nothing else happens: what the
// clock was asked to do at a time that it showed may now be far away.
func (s *timers) watch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.heap) == 0 {
		s.watcher = nil
		return
	}
	s.look()
	s.watcher.Reset(watchStep)
}

// look returns the time by the clock, and has the timers follow where it was
// set back. The caller holds mu.
func (s *timers) look() time.Time {
	now := s.clock.Now().Round(0) // of the day: the reading of a monotonic clock is not wanted
	if now.Before(s.seen) && len(s.heap) > 0 {
		for _, t := range s.heap {
			t.follow(now)
		}
		heap.Init(&s.heap)
		s.armed = time.Time{}
		s.arm(now)
	}
	s.seen = now
	return now
}

// follow makes a timer wait no longer than it was asked to where the clock was
// set back to before that.
func (t *timer) follow(now time.Time) {
	if !t.from.IsZero() && t.from.After(now) {
		t.at, t.from = now.Add(t.at.Sub(t.from)), now
	}
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
func (s *timers) arm(now time.Time) {
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
	s.disarm = s.clock.AfterFunc(first.Sub(now), s.due)
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
	now := s.look()
	for !s.closed && len(s.heap) > 0 && !s.heap[0].at.After(now) {
		due = append(due, heap.Pop(&s.heap).(*timer))
	}
	s.arm(now)
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
	if s.watcher != nil {
		s.watcher.Stop()
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
