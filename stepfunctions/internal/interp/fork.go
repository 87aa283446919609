package interp

import (
	"bytes"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

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
func (r *Run) discard(s *scope) { s.fork = nil }

// collected is the array of all results. Results that came as text stay as they are.
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
