package engine

import "sync"

// pool runs jobs in the order they came, at most max at a time. A waiting job
// costs its closure and no goroutine.
type pool struct {
	gate *gate
	max  int

	mu      sync.Mutex
	queue   []func()
	head    int // queue[:head] is done
	workers int
	closed  bool
}

// push takes a job; a closed pool drops it.
func (p *pool) push(job func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.gate.hold()
	p.queue = append(p.queue, job)
	if p.workers < p.max {
		p.workers++
		go p.work()
	}
}

func (p *pool) work() {
	for job := p.next(); job != nil; job = p.next() {
		job()
		p.gate.leave()
	}
}

// next gives the next job; with nil the worker's place is free again.
func (p *pool) next() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.head == len(p.queue) {
		p.queue, p.head = p.queue[:0], 0
		p.workers--
		return nil
	}
	job := p.queue[p.head]
	p.queue[p.head] = nil
	p.head++
	if p.head > 1024 && p.head > len(p.queue)/2 {
		p.queue = append(p.queue[:0], p.queue[p.head:]...)
		p.head = 0
	}
	return job
}

// close drops the jobs that wait.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for range p.queue[p.head:] {
		p.gate.leave()
	}
	p.queue, p.head = nil, 0
}
