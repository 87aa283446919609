// Package workers runs functions on goroutines that are kept for a moment after.
// A new goroutine begins with a small stack, which is copied each time it has to
// grow: for calls that go deep, again and again, that costs more than the call of
// a function.
package workers

import (
	"sync"
	"time"
)

// An idle goroutine stays for keep, and at most maxIdle of them do.
const (
	keep    = time.Second
	maxIdle = 64
)

// Pool has the idle goroutines. Its zero value is ready for use. It need not be
// closed: without work the goroutines end on their own.
type Pool struct {
	mu     sync.Mutex
	idle   []chan func()
	closed bool
}

// Go runs f as a go statement does. It never waits.
func (p *Pool) Go(f func()) {
	p.mu.Lock()
	n := len(p.idle)
	if n == 0 {
		p.mu.Unlock()
		go p.work(f)
		return
	}
	next := p.idle[n-1] // the latest: the others may end
	p.idle = p.idle[:n-1]
	p.mu.Unlock()
	next <- f
}

// Close ends the idle goroutines, and those that become idle from now on.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, next := range p.idle {
		close(next)
	}
	p.idle = nil
}

func (p *Pool) work(f func()) {
	next, timer := make(chan func(), 1), time.NewTimer(keep)
	defer timer.Stop()
	for f != nil {
		f()
		f = nil // or what it holds on to stays as long
		if !p.stay(next) {
			return
		}
		timer.Reset(keep)
		select {
		case f = <-next:
		case <-timer.C:
			if p.leave(next) {
				return
			}
			f = <-next
		}
	}
}

// stay has a goroutine be given the next function, and reports whether there was room for it.
func (p *Pool) stay(next chan func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle) >= maxIdle {
		return false
	}
	p.idle = append(p.idle, next)
	return true
}

// leave takes a goroutine out of the idle ones, and reports whether it was there:
// otherwise it has been given a function, or the pool is closed.
func (p *Pool) leave(next chan func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, c := range p.idle {
		if c == next {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return true
		}
	}
	return false
}
