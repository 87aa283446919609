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
	if _, f := r.childInputs(s, in, items); f != nil {
		return f
	}
	return r.trial.mockedMap(s, tolerated, len(items), concurrency)
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
