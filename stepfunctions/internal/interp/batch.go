package interp

import (
	"math"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// childPlan says what the inputs of a Map Run's child executions are made of.
// The inputs themselves are made when their children start, for together they
// may be many times what the Map state was given.
type childPlan struct {
	// ends are the numbers of the items after each batch; nil where every item
	// has a child of its own.
	ends []int
	// shared is the BatchInput of every batch.
	shared []value.Member
	// drawn are how many random values were used before each item's input was
	// first made; nil where no input has any.
	drawn []uint64
}

// children returns how many children there are for so many items.
func (p *childPlan) children(items int) int {
	if p.ends == nil {
		return items
	}
	return len(p.ends)
}

// span returns the numbers of the first item of a child and of the one after its last.
func (p *childPlan) span(child int) (from, to int) {
	if p.ends == nil {
		return child, child + 1
	}
	if child > 0 {
		from = p.ends[child-1]
	}
	return from, p.ends[child]
}

// planChildren makes each item's input once, one after the other, to see that
// it can be made and how much of a batch it takes.
func (r *Run) planChildren(s *scope, in data, items []any) (childPlan, *failure) {
	var plan childPlan
	batcher := s.state.ItemBatcher
	if !s.selects() && batcher == nil {
		return plan, nil
	}
	first := r.drawn
	drawn, sizes := make([]uint64, len(items)), make([]int, len(items))
	for i, v := range items {
		drawn[i] = r.drawn
		input, f := r.itemInput(s, in, &item{index: i, value: v})
		if f != nil {
			return plan, f
		}
		if batcher != nil {
			sizes[i] = size(input.v)
		}
	}
	if r.drawn != first {
		plan.drawn = drawn
	}
	if batcher == nil {
		return plan, nil
	}
	var f *failure
	plan.ends, plan.shared, f = r.evaluate(s, in).batches(batcher, sizes)
	return plan, f
}

// childInput makes the input of one child; made is what was made for it, in
// bytes of JSON, 0 for an item as it is.
func (r *Run) childInput(s *scope, e *each, child int) (input any, made int, f *failure) {
	from, to := e.span(child)
	if e.ends == nil {
		input, f = r.plannedInput(s, e, from)
		if f == nil && s.selects() {
			made = size(input)
		}
		return input, made, f
	}
	items := make([]any, to-from)
	for i := range items {
		if items[i], f = r.plannedInput(s, e, from+i); f != nil {
			return nil, 0, f
		}
	}
	input = batch(e.shared, items)
	return input, size(input), nil
}

// plannedInput makes an item's input as it was when the children were planned.
func (r *Run) plannedInput(s *scope, e *each, index int) (any, *failure) {
	if e.drawn != nil {
		after := r.drawn
		r.drawn = e.drawn[index]
		defer func() { r.drawn = after }()
	}
	input, f := r.itemInput(s, e.input, &item{index: index, value: e.items[index]})
	return input.v, f
}

func size(v any) int { return math.MaxInt - value.Left(v, math.MaxInt) }

// batches groups items of these sizes as ItemBatcher says.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
func (e *evaluation) batches(b *asl.Batcher, sizes []int) (ends []int, shared []value.Member, f *failure) {
	most, f := e.batchLimit("MaxItemsPerBatchPath", b.MaxItemsPerBatch, b.MaxItemsPerBatchPath, math.MaxInt32)
	if f != nil {
		return nil, nil, f
	}
	bytes, f := e.batchLimit("MaxInputBytesPerBatchPath", b.MaxInputBytesPerBatch, b.MaxInputBytesPerBatchPath, maxData)
	if f != nil {
		return nil, nil, f
	}
	if bytes == 0 {
		bytes = maxData
	}
	if b.BatchInput != nil {
		v, f := e.template(b.BatchInput)
		if f != nil {
			return nil, nil, f
		}
		shared = []value.Member{{Name: "BatchInput", Value: v}}
	}
	return group(sizes, int(most), int(bytes), shared), shared, nil
}

func (e *evaluation) batchLimit(field string, literal *int64, p *asl.Path, most int64) (int64, *failure) {
	if p != nil {
		n, f := e.integer(field, p, most)
		if f == nil && n <= 0 {
			f = e.scope.broken("The %s field refers to value \"%d\" which is not a positive integer: %s", field, n, p.Text)
		}
		return n, f
	}
	if literal != nil {
		return *literal, nil
	}
	return 0, nil
}

// group cuts items of these sizes into batches of at most most items (0: any number) and
// about limit bytes; a batch has at least one item.
func group(sizes []int, most, limit int, shared []value.Member) []int {
	empty := size(batch(shared, nil))
	ends := []int{}
	for start := 0; start < len(sizes); {
		taken, end := empty, start
		for end < len(sizes) && (most == 0 || end-start < most) {
			taken += sizes[end] + 1
			if end > start && taken > limit {
				break
			}
			end++
		}
		ends = append(ends, end)
		start = end
	}
	return ends
}

func batch(shared []value.Member, items []any) any {
	return value.NewObject(append(shared[:len(shared):len(shared)], value.Member{Name: "Items", Value: items})...)
}

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

// crowded reports whether there is no room for another child of any Map Run: one
// within the children of another has no memory of its own. A Map Run none of whose
// children runs may always start one, so that each comes to its end.
func (r *Run) crowded() bool { return r.childBytes+r.taskBytes > maxChildBytes }

// startChild starts a child execution of a Map Run. It is a history of its
// own, which is not read, and cannot see the variables around it.
func (r *Run) startChild(p *scope) {
	e := p.parent.fork.each
	run := e.mapRun
	input, made, f := r.childInput(p.parent, e, p.index)
	if f != nil {
		r.mapRunFailed(p.parent, *f)
		return
	}
	run.moved(p.index, pending, busy)
	run.hold(made)
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
	e.hold(-p.child.made)
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
