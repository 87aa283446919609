package interp

// startChild starts a child execution of a Map Run. It is a history of its
// own, which nobody reads, and cannot see the variables around it.
func (r *Run) startChild(p *scope, input any) {
	run := p.parent.fork.each.mapRun
	run.moved(p.index, pending, busy)
	r.lastRef++
	name := uuid(r.bits("child", r.lastRef))
	p.log, p.vars = &log{owner: p}, &variables{}
	p.child = &child{id: r.childARN("execution", run.label, name), name: name, input: data{v: input}, started: stamp(r.now)}
	p.prev = p.log.add(r.now, 0, "ExecutionStarted", nil)
	r.run(p, p.machine.StartAt, p.child.input)
}

// childDone takes a child execution's end, of whatever kind.
func (r *Run) childDone(s *scope) {
	if s.fork.done == len(s.fork.each.items) {
		r.mapRunDone(s)
		return
	}
	r.fill(s)
}

func (r *Run) childFailed(s, p *scope, _ failure) {
	e := s.fork.each
	e.moved(p.index, busy, broken)
	e.failures++
	s.fork.done++
	if e.exceeded(e.failures, len(e.items)) {
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
