package engine

import (
	"strings"
	"sync"

	"example.org/asynchttpapi/internal/workers"
)

// pool runs jobs in the order they came, at most max at a time. A waiting job
// costs its closure and no goroutine.
type pool struct {
	gate *gate
	max  int
	kept workers.Pool

	mu      sync.Mutex
	queue   queue[func()]
	workers int
	closed  bool
}

// queue is jobs in the order they came.
type queue[job any] struct {
	jobs []job
	head int // jobs[:head] are taken
}

func (q *queue[job]) len() int { return len(q.jobs) - q.head }

func (q *queue[job]) add(j job) { q.jobs = append(q.jobs, j) }

// take returns the first job, and nil where there is none.
func (q *queue[job]) take() (j job) {
	if q.len() == 0 {
		return j
	}
	j, q.jobs[q.head] = q.jobs[q.head], j
	q.head++
	if q.len() == 0 || q.head > 1024 && q.head > len(q.jobs)/2 {
		q.jobs, q.head = append(q.jobs[:0], q.jobs[q.head:]...), 0
	}
	return j
}

// push takes a job; a closed pool drops it.
func (p *pool) push(job func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.gate.hold()
	p.queue.add(job)
	if p.workers < p.max {
		p.workers++
		p.kept.Go(p.work)
	}
}

func (p *pool) work() {
	for job := p.next(); job != nil; job = p.next() {
		job()
		p.gate.leave()
	}
}

// next returns the next job; with nil the worker's place is free again.
func (p *pool) next() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	job := p.queue.take()
	if job == nil {
		p.workers--
	}
	return job
}

// close drops the jobs that wait.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for range p.queue.len() {
		p.gate.leave()
	}
	p.queue = queue[func()]{}
	p.kept.Close()
}

// calls runs the calls of functions, at most max at a time, and of one function
// at most half of what the others leave: one that hangs cannot take all the
// places, and each of several leaves the next one some. The functions that have
// calls waiting take turns. A waiting call costs its closure and no goroutine.
type calls struct {
	gate *gate
	max  int
	kept workers.Pool

	mu      sync.Mutex
	running int
	of      map[string]*functionCalls // those with calls that run or wait
	// turns are the functions with calls that wait; the first one is next.
	turns  []*functionCalls
	closed bool
}

// call is a call of a function. It returns those that follow from it, which are
// as if pushed: the goroutine has one of them to go on with, and need not wake another.
type call struct {
	function string
	do       func() []call
}

// functionCalls are the calls of one function.
type functionCalls struct {
	name    string
	running int
	waiting queue[func() []call]
}

// push takes calls; closed calls drop them.
func (c *calls) push(more ...call) {
	if len(more) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(more)
	c.dispatch()
}

// add has the calls wait. The caller holds mu.
func (c *calls) add(more []call) {
	if c.closed {
		return
	}
	for _, m := range more {
		c.gate.hold()
		f := c.of[m.function]
		if f == nil {
			f = &functionCalls{name: m.function}
			if c.of == nil {
				c.of = map[string]*functionCalls{}
			}
			c.of[m.function] = f
		}
		f.waiting.add(m.do)
		if f.waiting.len() == 1 {
			c.turns = append(c.turns, f)
		}
	}
}

// dispatch starts what there are places for. The caller holds mu.
func (c *calls) dispatch() {
	for f, do := c.next(); do != nil; f, do = c.next() {
		c.kept.Go(func() { c.work(f, do) })
	}
}

// next gives a place to the next call, nil where there is no place or no call. The caller holds mu.
func (c *calls) next() (f *functionCalls, do func() []call) {
	for i := 0; c.running < c.max && i < len(c.turns); i++ {
		f := c.turns[i]
		if f.running >= c.share(f) {
			continue
		}
		do := f.waiting.take()
		c.turns = append(c.turns[:i], c.turns[i+1:]...)
		if f.waiting.len() > 0 {
			c.turns = append(c.turns, f)
		}
		c.running++
		f.running++
		return f, do
	}
	return nil, nil
}

// share returns how many calls of the function may run at present.
func (c *calls) share(f *functionCalls) int { return (c.max - (c.running - f.running) + 1) / 2 }

// work does a call, and goes on with what follows from it or its end has made room for.
func (c *calls) work(f *functionCalls, do func() []call) {
	for do != nil {
		more := do()
		c.mu.Lock()
		c.running--
		f.running--
		if f.running == 0 && f.waiting.len() == 0 {
			delete(c.of, f.name)
		}
		c.add(more)
		f, do = c.next()
		c.dispatch()
		c.mu.Unlock()
		c.gate.leave()
	}
}

// close drops the calls that wait.
func (c *calls) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, f := range c.turns {
		for range f.waiting.len() {
			c.gate.leave()
		}
		f.waiting = queue[func() []call]{}
	}
	c.turns = nil
	c.kept.Close()
}

// functionName returns the name in a function's ARN, partial ARN or name, without
// its version: what is called by several of them is one function.
func functionName(function string) string {
	if _, after, ok := strings.Cut(function, ":function:"); ok {
		function = after
	} else {
		function = strings.TrimPrefix(function, "function:")
	}
	name, _, _ := strings.Cut(function, ":")
	return name
}
