package interp

import (
	"bytes"
	"math"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// parallel starts all branches of a Parallel state.
func (r *Run) parallel(s *scope) *failure {
	in, f := r.effective(s)
	if f != nil {
		return f
	}
	if r.testState != nil {
		return r.testState.mocked(s)
	}
	if len(s.state.Branches) == 0 {
		return s.broken("The Parallel state has no branches.")
	}
	r.event(s, "ParallelStateStarted", nil)
	s.fork = newFork(len(s.state.Branches))
	for i, branch := range s.state.Branches {
		r.run(s.part(branch, i), branch.StartAt, in)
	}
	return nil
}

// branchDone ends the Parallel state once all of its branches have ended.
func (r *Run) branchDone(s, branch *scope) {
	if s.fork.done < len(s.fork.parts) {
		return
	}
	s.prev = branch.prev
	s.log.add(r.now, s.prev, "ParallelStateSucceeded", nil)
	result := s.fork.collected()
	s.fork = nil
	r.conclude(s, result)
}

// branchFailed fails the Parallel state: its other branches are stopped.
func (r *Run) branchFailed(s, branch *scope, f failure) {
	s.prev = branch.prev
	if branch.state != nil && branch.state.Type == asl.Task {
		branch.log.add(r.now, branch.prev, "TaskStateAborted", nil)
	}
	r.abort(s, nil)
	r.fail(s, f)
}

// fork is the work of a Parallel or Map state: its branches or iterations.
type fork struct {
	// parts are the branches or iterations by number; nil before one has
	// started and after it has succeeded.
	parts   []*scope
	results []data
	// bytes is what the results take as JSON.
	bytes int
	// done counts the parts that have come to an end, of whatever kind.
	done int
	each *each // set for a Map state
}

func newFork(parts int) *fork {
	return &fork{parts: make([]*scope, parts), results: make([]data, parts)}
}

// part makes the scope of one branch or iteration.
func (s *scope) part(m *asl.Machine, index int) *scope {
	p := &scope{machine: m, log: s.log, vars: &variables{outer: s.vars}, parent: s, index: index, prev: s.prev}
	s.fork.parts[index] = p
	return p
}

// partDone takes the output of a branch or iteration.
func (r *Run) partDone(p *scope, out data) {
	s := p.parent
	s.fork.parts[p.index] = nil
	s.fork.done++
	if !s.discards() {
		s.fork.results[p.index] = out
		s.fork.bytes += out.size()
	}
	if s.fork.bytes > maxResults {
		r.resultsTooLarge(s, p)
		return
	}
	if s.state.Type == asl.Map {
		r.itemDone(s, p)
		return
	}
	r.branchDone(s, p)
}

// maxResults bounds the results of a Parallel or Map state together, in bytes:
// many times what the state can pass on, since its ResultSelector may take
// little of them.
const maxResults = 64 * maxData

// discards reports whether nothing is made of the results of the state's parts.
func (s *scope) discards() bool {
	p := s.state.ResultPath
	return p != nil && p.Null && s.state.ResultSelector == nil && s.state.Assign == nil
}

// resultsTooLarge fails a state at the part whose result is too much. A redrive
// does all of the state's work again: it has no results any more.
func (r *Run) resultsTooLarge(s, p *scope) {
	f := s.fork
	switch {
	case f.each != nil && f.each.mapRun != nil:
		f.each.moved(p.index, busy, done)
		r.mapRunFailed(s, *s.tooLargeResult())
	case f.each != nil:
		s.prev = s.log.add(r.now, p.prev, "MapIterationSucceeded", func() map[string]any { return s.iteration(p.index) })
		r.abort(s, r.iterationAborted)
		r.fail(s, *s.tooLargeResult())
	default:
		s.prev = p.prev
		r.abort(s, nil)
		r.fail(s, *s.tooLargeResult())
	}
	if s.fork == f {
		s.fork = nil
	}
}

// partFailed takes the failure of a branch or iteration.
func (r *Run) partFailed(p *scope, f failure) {
	s := p.parent
	if s.state.Type == asl.Map {
		r.itemFailed(s, p, f)
		return
	}
	r.branchFailed(s, p, f)
}

// abort stops the parts of a state's fork that still run, and says so in the
// history.
func (r *Run) abort(s *scope, stopped func(p *scope)) {
	if s.fork == nil {
		return
	}
	for _, p := range s.fork.parts {
		if p == nil || p.status != running {
			continue
		}
		r.abortState(p)
		p.status = aborted
		if stopped != nil {
			stopped(p)
		}
	}
}

// abortState ends a scope's stay in its state from outside. Only the types of
// state that can take time have an event for it.
func (r *Run) abortState(p *scope) {
	r.releaseAll(p)
	if p.entered == 0 {
		return
	}
	switch p.state.Type {
	case asl.Map:
		if p.fork != nil {
			p.fork.each.stopped(StatusAborted, r.now)
		}
		r.abort(p, r.iterationAborted)
		if p.fork != nil && p.fork.each.mapRun != nil {
			r.event(p, "MapRunAborted", nil)
		}
	case asl.Parallel:
		r.abort(p, nil)
	case asl.Task, asl.Wait:
	default:
		return
	}
	r.event(p, string(p.state.Type)+"StateAborted", nil)
}

// discard forgets a fork that failed: a retry starts a new one, a catch needs none.
func (r *Run) discard(s *scope) { s.fork, s.reading = nil, nil }

// collected returns the array of all results. Results that came as text stay as they are.
func (f *fork) collected() data {
	items := make([]any, len(f.results))
	raw := true
	for i, d := range f.results {
		items[i] = d.v
		raw = raw && d.raw != nil
	}
	if !raw || len(items) == 0 {
		return data{v: items}
	}
	var b bytes.Buffer
	for i, d := range f.results {
		b.WriteByte("[,"[min(i, 1)])
		b.Write(d.raw)
	}
	b.WriteByte(']')
	return data{v: items, raw: b.Bytes()}
}

// fill starts iterations until as many run as may, or one fails to start.
// Child executions are started in bursts, each of them after those before have
// gone as far as they come at once: what they hold then decides whether there
// is room for more.
func (r *Run) fill(s *scope) {
	f := s.fork
	e := f.each
	for started := 0; s.fork == f && s.status == running && e.next < e.total && e.next-f.done < e.concurrency; started++ {
		if e.mapRun != nil && e.next > f.done && r.crowded() {
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
		s.fork.parts[index], e.next = nil, index // a redrive starts it again
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

// itemInput returns the input of an iteration: the item, or what ItemSelector (or
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
		e.hold(-p.child.made)
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
	if s.state.ResultWriter != nil && s.fork.each.mapRun != nil {
		var f *failure
		if result, f = r.written(s); f != nil {
			s.fork = nil
			r.fail(s, *f)
			return
		}
	}
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

// inlineConcurrency is how many iterations of an inline Map state the service
// runs at a time at most.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
const inlineConcurrency = 40

// each is what the iterations of a Map state have in common.
type each struct {
	items []any
	// total is how many iterations, or child executions, there are.
	total int
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
	reads := s.state.ItemReader != nil && s.state.Distributed() && r.testState == nil
	if reads && (s.reading == nil || s.reading.items == nil) {
		return r.readItems(s, in)
	}
	items, f := r.items(s, in)
	if f != nil {
		return f
	}
	if r.testState != nil {
		return r.tryMap(s, in, items, concurrency)
	}
	if !reads {
		r.mapStateStarted(s, len(items))
	}
	if s.state.Distributed() {
		return r.startMapRun(s, in, items, concurrency)
	}
	if concurrency <= 0 || concurrency > inlineConcurrency {
		concurrency = inlineConcurrency
	}
	s.fork = newFork(len(items))
	s.fork.each = &each{items: items, total: len(items), input: in, concurrency: concurrency}
	if len(items) == 0 {
		r.allItemsDone(s)
		return nil
	}
	r.fill(s)
	return nil
}

func (r *Run) mapStateStarted(s *scope, length int) {
	r.event(s, "MapStateStarted", func() map[string]any { return map[string]any{"length": length} })
}

func (r *Run) concurrency(s *scope, in data) (int, *failure) {
	if p := s.state.MaxConcurrencyPath; p != nil {
		n, f := r.evaluate(s, in).integer("MaxConcurrencyPath", p, math.MaxInt32)
		if f == nil && n < 0 {
			f = s.broken("Expected non-negative integer for MaxConcurrency, got '%d' instead.", n)
		}
		return int(min(n, maxEvents)), f
	}
	if n := s.state.MaxConcurrency; n != nil {
		return int(min(*n, maxEvents)), nil
	}
	return 0, nil
}

// items returns what a Map state iterates over.
func (r *Run) items(s *scope, in data) ([]any, *failure) {
	v, path := in.v, "$"
	if s.reading != nil {
		items, _ := s.reading.items.v.([]any)
		return items, nil
	}
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
	if r.testState.inspects() && s.state.ItemsPath != nil {
		r.testState.note("afterItemsPath", data{v: items, raw: []byte(spaced(items))})
	}
	return items, nil
}
