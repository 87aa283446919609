package interp

// fill starts iterations until as many run as may, or one fails to start.
// Child executions are started in bursts, each of them after those before have
// gone as far as they come at once: what they hold then decides whether there
// is room for more.
func (r *Run) fill(s *scope) {
	f := s.fork
	e := f.each
	for started := 0; s.fork == f && s.status == running && e.next < e.total && e.next-f.done < e.concurrency; started++ {
		if e.mapRun != nil && e.next > f.done && r.crowded(e.mapRun) {
			return // the end of a child goes on
		}
		if e.mapRun != nil && started == childBurst {
			r.unfilled = append(r.unfilled, s)
			return
		}
		r.iterate(s)
	}
}

// iterate starts the next iteration.
func (r *Run) iterate(s *scope) {
	e := s.fork.each
	index := e.next
	e.next++
	p := s.part(s.state.ItemProcessor, index)
	if e.mapRun != nil {
		r.startChild(p)
		return
	}
	p.item = &item{index: index, value: e.items[index]}
	r.event(p, "MapIterationStarted", func() map[string]any { return s.iteration(index) })
	input, f := r.itemInput(s, e.input, p.item)
	if f != nil {
		s.fork.parts[index], e.next = nil, index // a redrive starts it anew
		r.scopeFailed(p, *f)
		return
	}
	r.run(p, p.machine.StartAt, input)
}

func (s *scope) iteration(index int) map[string]any {
	return map[string]any{"name": s.state.Name, "index": index}
}

// selects reports whether iterations get anything but the items as they are.
func (s *scope) selects() bool { return s.state.ItemSelector != nil || s.state.Parameters != nil }

// itemInput is the input of an iteration: the item, or what ItemSelector (or
// the older Parameters) makes of it.
func (r *Run) itemInput(s *scope, in data, it *item) (data, *failure) {
	selector := s.state.ItemSelector
	if selector == nil {
		selector = s.state.Parameters
	}
	if selector == nil {
		return data{v: it.value}, nil
	}
	// $$.Map.Item is the item at hand while its input is made.
	around := s.item
	s.item = it
	v, f := r.evaluate(s, in).template(selector)
	s.item = around
	return data{v: v}, f
}

// itemDone takes an iteration's success.
func (r *Run) itemDone(s, p *scope) {
	e := s.fork.each
	if e.mapRun != nil {
		e.moved(p.index, busy, done)
		e.held -= p.child.made
		r.childDone(s)
		return
	}
	// The next iteration follows the last event inside this one, the state's
	// own next event the end of this one, as the service has it.
	s.prev = p.prev
	end := s.log.add(r.now, p.prev, "MapIterationSucceeded", func() map[string]any { return s.iteration(p.index) })
	if s.fork.done == e.total {
		s.prev = end
		r.allItemsDone(s)
		return
	}
	r.fill(s)
}

func (r *Run) allItemsDone(s *scope) {
	s.log.add(r.now, s.prev, "MapStateSucceeded", nil)
	result := s.fork.collected()
	s.fork = nil
	r.conclude(s, result)
}

// itemFailed fails an inline Map state at its first failed iteration.
func (r *Run) itemFailed(s, p *scope, f failure) {
	if s.fork.each.mapRun != nil {
		r.childFailed(s, p, f)
		return
	}
	s.prev = p.prev
	s.log.add(r.now, p.prev, "MapIterationFailed", func() map[string]any { return s.iteration(p.index) })
	r.abort(s, r.iterationAborted)
	r.fail(s, f)
}

func (r *Run) iterationAborted(p *scope) {
	if p.log == p.parent.log {
		p.log.add(r.now, p.prev, "MapIterationAborted", func() map[string]any { return p.parent.iteration(p.index) })
	}
}
