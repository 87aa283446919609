package engine

import (
	"container/heap"
	"sync"
	"time"
)

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
