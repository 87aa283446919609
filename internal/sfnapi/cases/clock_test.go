package cases_test

import (
	"container/heap"
	"sync"
	"time"
)

// virtualClock stands still until jump moves it to the next timer.
type virtualClock struct {
	mu     sync.Mutex
	now    time.Time
	timers timerHeap
}

func newVirtualClock() *virtualClock {
	return &virtualClock{now: time.Now().UTC().Truncate(time.Millisecond)}
}

func (c *virtualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *virtualClock) AfterFunc(d time.Duration, f func()) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &virtualTimer{at: c.now.Add(d), f: f}
	heap.Push(&c.timers, t)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		t.f = nil
	}
}

// jump moves to the next timer and runs it to its end.
func (c *virtualClock) jump() {
	c.mu.Lock()
	var f func()
	for f == nil && len(c.timers) > 0 {
		t := heap.Pop(&c.timers).(*virtualTimer)
		if f = t.f; f != nil && t.at.After(c.now) {
			c.now = t.at
		}
	}
	c.mu.Unlock()
	if f != nil {
		f()
	}
}

type virtualTimer struct {
	at time.Time
	f  func()
}

// timerHeap implements heap.Interface, the earliest first.
type timerHeap []*virtualTimer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h timerHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(v any)        { *h = append(*h, v.(*virtualTimer)) }
func (h *timerHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
