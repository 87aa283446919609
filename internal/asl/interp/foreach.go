package interp

import "strings"

// inlineConcurrency is how many iterations of an inline Map state the service
// runs at a time at most.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
const inlineConcurrency = 40

// each is what the iterations of a Map state have in common.
type each struct {
	items []any
	// input is the state's input after InputPath: $ in ItemSelector.
	input       data
	next        int // the item to start next
	concurrency int
	*mapRun     // set for a distributed Map
}

// forEach starts the iterations of a Map state.
func (r *Run) forEach(s *scope) *failure {
	if s.state.ItemProcessor == nil {
		return s.broken("The Map state has no item processor.")
	}
	in, f := r.selected(s)
	if f != nil {
		return f
	}
	concurrency, f := r.concurrency(s, in)
	if f != nil {
		return f
	}
	items, f := r.items(s, in)
	if f != nil {
		return f
	}
	if r.trial != nil {
		return r.tryMap(s, in, items, concurrency)
	}
	r.event(s, "MapStateStarted", func() map[string]any { return map[string]any{"length": len(items)} })
	if s.state.Distributed() {
		return r.startMapRun(s, in, items, concurrency)
	}
	if concurrency <= 0 || concurrency > inlineConcurrency {
		concurrency = inlineConcurrency
	}
	s.fork = newFork(len(items))
	s.fork.each = &each{items: items, input: in, concurrency: concurrency}
	if len(items) == 0 {
		r.allItemsDone(s)
		return nil
	}
	r.fill(s)
	return nil
}

func (r *Run) concurrency(s *scope, in data) (int, *failure) {
	if p := s.state.MaxConcurrencyPath; p != nil {
		n, f := r.evaluate(s, in).integer("MaxConcurrencyPath", p)
		if f == nil && n < 0 {
			f = s.broken("MaxConcurrency cannot be negative.")
		}
		return int(min(n, maxEvents)), f
	}
	if n := s.state.MaxConcurrency; n != nil {
		return int(min(*n, maxEvents)), nil
	}
	return 0, nil
}

// items are what a Map state iterates over.
func (r *Run) items(s *scope, in data) ([]any, *failure) {
	v, path := in.v, "$"
	if p := s.state.ItemsPath; p != nil && !p.Null {
		var f *failure
		if v, f = r.evaluate(s, in).field(p); f != nil {
			return nil, f
		}
		// As recorded: a path into the context object is shown with one $.
		path = strings.Replace(p.Text, "$$", "$", 1)
	}
	items, ok := v.([]any)
	if !ok {
		return nil, s.broken("Reference path \"%s\" must point to array.", path)
	}
	if r.trial != nil && s.state.ItemsPath != nil {
		r.trial.note("afterItemsPath", data{v: items, raw: []byte(spaced(items))})
	}
	return items, nil
}

func (r *Run) tryMap(s *scope, in data, items []any, concurrency int) *failure {
	tolerated, f := r.evaluate(s, in).tolerance(s.state)
	if f != nil {
		return f
	}
	return r.trial.mockedMap(s, tolerated, len(items), concurrency)
}

// fill starts iterations until as many run as may, or one fails to start.
func (r *Run) fill(s *scope) {
	f := s.fork
	e := f.each
	for s.fork == f && s.status == running && e.next < len(e.items) && e.next-f.done < e.concurrency {
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
		r.startChild(p, e.items[index])
		return
	}
	p.item = &item{index: index, value: e.items[index]}
	r.event(p, "MapIterationStarted", func() map[string]any { return s.iteration(index) })
	input, f := r.itemInput(s, e.input, p.item)
	if f != nil {
		p.status = failed
		s.fork.parts[index], e.next = nil, index // a redrive starts it anew
		r.itemFailed(s, p, *f)
		return
	}
	r.run(p, p.machine.StartAt, input)
}

func (s *scope) iteration(index int) map[string]any {
	return map[string]any{"name": s.state.Name, "index": index}
}

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
		r.childDone(s)
		return
	}
	// The next iteration follows the last event inside this one, the state's
	// own next event the end of this one, as the service has it.
	s.prev = p.prev
	end := s.log.add(r.now, p.prev, "MapIterationSucceeded", func() map[string]any { return s.iteration(p.index) })
	if s.fork.done == len(e.items) {
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
