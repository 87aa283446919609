package interp

import (
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// mapRun is what a distributed Map state keeps of its Map Run: the set of
// child executions it starts. They have no part in the history.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
type mapRun struct {
	arn      string
	label    string
	failures int
	tolerance
	// told is what MapRuns tells; sizes are how many items each child has.
	told  *MapRun
	sizes []int
	childPlan
	// held is what the inputs made for the children that run take, in bytes of JSON.
	held  int
	scope *scope // whose state started it
}

// tolerance is how many failed items a Map Run survives.
type tolerance struct {
	count   *int64
	percent *float64
}

// child is a child execution.
type child struct {
	id, name string
	input    data
	made     int // what of the input was made for it, in bytes of JSON
	started  string
}

func (s *scope) childOf() *child {
	for ; s != nil; s = s.parent {
		if s.child != nil {
			return s.child
		}
	}
	return nil
}

func (r *Run) startMapRun(s *scope, in data, items []any, concurrency int) *failure {
	tolerated, f := r.evaluate(s, in).tolerance(s.state)
	if f != nil {
		return f
	}
	plan, f := r.planChildren(s, in, items)
	if f != nil {
		return f
	}
	run := &mapRun{tolerance: tolerated, label: s.state.Label, childPlan: plan}
	if run.label == "" {
		run.label = uuid(r.bits("label", uint64(s.entered)))
	}
	run.arn = r.childARN("mapRun", run.label, mapRunID(r.info.ExecutionARN, r.bits("mapRun", uint64(s.prev))))
	total := plan.children(len(items))
	r.report(s, run, concurrency, len(items))
	r.event(s, "MapRunStarted", func() map[string]any { return map[string]any{"mapRunArn": run.arn} })
	s.fork = newFork(total)
	s.fork.each = &each{items: items, total: total, input: in, concurrency: childConcurrency(concurrency), mapRun: run}
	if total == 0 {
		r.mapRunDone(s)
		return nil
	}
	r.fill(s)
	return nil
}

// childARN names something of a Map Run after the state machine.
func (r *Run) childARN(kind, label, id string) string {
	prefix, name, _ := strings.Cut(r.info.StateMachineARN, ":stateMachine:")
	return fmt.Sprintf("%s:%s:%s/%s:%s", prefix, kind, name, label, id)
}

// tolerance reads ToleratedFailureCount and ToleratedFailurePercentage, or
// their Path forms.
func (e *evaluation) tolerance(st *asl.State) (tolerance, *failure) {
	t := tolerance{count: st.ToleratedFailureCount, percent: st.ToleratedFailurePercentage}
	if p := st.ToleratedFailureCountPath; p != nil {
		n, f := e.integer("ToleratedFailureCountPath", p)
		if f != nil {
			return t, f
		}
		t.count = &n
	}
	if p := st.ToleratedFailurePercentagePath; p != nil {
		x, f := e.float("ToleratedFailurePercentagePath", p)
		if f != nil {
			return t, f
		}
		t.percent = &x
	}
	if t.count != nil && *t.count < 0 {
		return t, e.scope.broken("ToleratedFailureCount cannot be negative.")
	}
	if t.percent != nil && (*t.percent < 0 || *t.percent > 100) {
		return t, e.scope.broken("ToleratedFailurePercentage must be between 0 and 100.")
	}
	return t, nil
}

func (e *evaluation) float(field string, p *asl.Path) (float64, *failure) {
	v, f := e.field(p)
	if f != nil {
		return 0, f
	}
	x, ok := value.Number(number(v))
	if !ok {
		return 0, e.scope.broken("The %s field refers to value \"%s\" which is not a valid float: %s", field, plain(v), p.Text)
	}
	return x, nil
}

// exceeded tells whether this many failures of this many items are too many.
// Where neither bound is set, one is.
func (t tolerance) exceeded(failures, items int) bool {
	if t.count == nil && t.percent == nil {
		return failures > 0
	}
	if t.count != nil && int64(failures) > *t.count {
		return true
	}
	return t.percent != nil && float64(failures)*100 > *t.percent*float64(items)
}
