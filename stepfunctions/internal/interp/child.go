package interp

// How many child executions of a Map Run run at the same time: as many as the
// service runs at most (state-map-distributed.html, "MaxConcurrency"), and no
// more once what was made for them, and the parameters of the execution's
// tasks, take maxChildBytes. childBurst are started before that is looked at.
const (
	maxChildren   = 10_000
	maxChildBytes = 64 << 20
	childBurst    = 500
)

// childConcurrency returns how many children may run where a definition or an
// update asks for this many; 0 asks for any number.
func childConcurrency(wanted int) int {
	if wanted <= 0 {
		return maxChildren
	}
	return min(wanted, maxChildren)
}

// crowded reports whether there is no room for another child.
func (r *Run) crowded(m *mapRun) bool { return m.held+r.taskBytes > maxChildBytes }

// startChild starts a child execution of a Map Run. It is a history of its
// own, which nobody reads, and cannot see the variables around it.
func (r *Run) startChild(p *scope) {
	e := p.parent.fork.each
	run := e.mapRun
	input, made, f := r.childInput(p.parent, e, p.index)
	if f != nil {
		r.mapRunFailed(p.parent, *f)
		return
	}
	run.moved(p.index, pending, busy)
	run.held += made
	r.lastRef++
	name := uuid(r.bits("child", r.lastRef))
	p.log, p.vars = &log{owner: p}, &variables{}
	p.child = &child{id: r.childARN("execution", run.label, name), name: name, input: data{v: input}, made: made, started: stamp(r.now)}
	p.prev = p.log.add(r.now, 0, "ExecutionStarted", nil)
	r.run(p, p.machine.StartAt, p.child.input)
}

// childDone takes a child execution's end, of whatever kind.
func (r *Run) childDone(s *scope) {
	if s.fork.done == s.fork.each.total {
		r.mapRunDone(s)
		return
	}
	r.fill(s)
}

func (r *Run) childFailed(s, p *scope, _ failure) {
	e := s.fork.each
	e.moved(p.index, busy, broken)
	e.held -= p.child.made
	e.failures++
	s.fork.done++
	if e.exceeded(e.failures, e.total) {
		r.mapRunFailed(s, failure{name: toleranceError, cause: toleranceMessage})
		return
	}
	r.childDone(s)
}

// overflows ends what has reached the limit of a history: child executions, or
// the run itself.
func (r *Run) overflows() {
	for len(r.overflowing) > 0 {
		p := r.overflowing[0]
		r.overflowing = r.overflowing[1:]
		if p.status == running {
			r.abortState(p)
			p.status = failed
			o := tooManyEvents()
			r.partFailed(p, failure{name: o.Error, cause: o.Cause})
			r.drain()
		}
	}
	r.overflowing = nil
	if r.log.full && r.outcome == nil {
		r.end(tooManyEvents())
	}
}

func (r *Run) mapRunDone(s *scope) {
	s.fork.each.stopped(StatusSucceeded, r.now)
	r.event(s, "MapRunSucceeded", nil)
	results := s.fork.results[:0]
	for i, result := range s.fork.results {
		// What is left of a part is a child execution that failed; it was tolerated.
		if s.fork.parts[i] == nil {
			results = append(results, result)
		}
	}
	s.fork.results = results
	r.allItemsDone(s)
}

func (r *Run) mapRunFailed(s *scope, f failure) {
	s.fork.each.stopped(StatusFailed, r.now)
	r.abort(s, nil)
	r.event(s, "MapRunFailed", f.details)
	r.fail(s, f)
}
