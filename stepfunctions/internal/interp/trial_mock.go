package interp

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// mocked gives the mock's answer in place of branches or iterations.
func (t *Trial) mocked(s *scope) *failure {
	if t.with.Mock == nil {
		return s.broken("A %s state cannot be tested without a mock.", s.state.Type)
	}
	if t.with.Mock.Result == nil {
		return &failure{name: t.with.Mock.Error, cause: t.with.Mock.Cause}
	}
	result, err := decode(t.with.Mock.Result)
	if err != nil {
		return s.broken("%s", err)
	}
	t.run.conclude(s, result)
	return nil
}

// tryMap is forEach for a trial: the iterations are mocked.
func (r *Run) tryMap(s *scope, in data, items []any, concurrency int) *failure {
	tolerated, f := r.evaluate(s, in).tolerance(s.state)
	if f != nil {
		return f
	}
	if f := r.tryInputs(s, in, items); f != nil {
		return f
	}
	return r.trial.mockedMap(s, tolerated, len(items), concurrency)
}

// tryInputs notes what would be the inputs of the iterations.
func (r *Run) tryInputs(s *scope, in data, items []any) *failure {
	plan, f := r.planChildren(s, in, items)
	if f != nil {
		return f
	}
	if !r.trial.inspects() {
		return nil
	}
	e := &each{items: items, input: in, mapRun: &mapRun{childPlan: plan}}
	if s.state.ItemSelector != nil {
		f = r.noteList("afterItemSelector", len(items), func(i int) (any, *failure) { return r.plannedInput(s, e, i) })
	}
	if f == nil && plan.ends != nil {
		f = r.noteList("afterItemBatcher", len(plan.ends), func(i int) (any, *failure) {
			batch, _, f := r.childInput(s, e, i)
			return batch, f
		})
	}
	return f
}

// noteList notes a list of so many values. It makes no more of them than can be
// noted together.
func (r *Run) noteList(name string, length int, value func(i int) (any, *failure)) *failure {
	list, left := make([]any, length), maxTemplate
	for i := range list {
		v, f := value(i)
		if f != nil {
			return f
		}
		if left -= size(v); left < 0 {
			return nil
		}
		list[i] = v
	}
	r.trial.note(name, data{v: list})
	return nil
}

// mockedMap is mocked for a Map state, with its tolerance of failures.
func (t *Trial) mockedMap(s *scope, tolerated tolerance, items, concurrency int) *failure {
	t.noteNumber("maxConcurrency", value.FromInt(int64(concurrency)))
	if tolerated.count != nil {
		t.noteNumber("toleratedFailureCount", value.FromInt(*tolerated.count))
	}
	if tolerated.percent != nil {
		t.noteNumber("toleratedFailurePercentage", value.FromFloat(*tolerated.percent))
	}
	set := tolerated.count != nil || tolerated.percent != nil
	if t.with.Mock != nil && t.with.Mock.Result != nil && set && tolerated.exceeded(t.with.MapIterationFailureCount, items) {
		return &failure{name: toleranceError, cause: toleranceMessage}
	}
	return t.mocked(s)
}
