package interp

import "strings"

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
	s.fork.each = &each{items: items, total: len(items), input: in, concurrency: concurrency}
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
			f = s.broken("Expected non-negative integer for MaxConcurrency, got '%d' instead.", n)
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
	if r.trial.inspects() && s.state.ItemsPath != nil {
		r.trial.note("afterItemsPath", data{v: items, raw: []byte(spaced(items))})
	}
	return items, nil
}
