package interp

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

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
	// counts is what MapRuns returns; sizes are how many items each child has.
	counts *MapRun
	sizes  []int
	childPlan
	// held is what the inputs made for the children that run take, in bytes of JSON.
	held  int
	whole *int   // what all Map Runs of the run hold
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
	started := s.reading != nil
	var run *mapRun
	if started {
		run = s.reading.run
	} else {
		run = r.newMapRun(s)
	}
	run.whole = &r.childBytes
	run.tolerance, run.childPlan, s.reading = tolerated, plan, nil
	total := plan.children(len(items))
	r.countMapRun(s, run, concurrency, len(items))
	if !started {
		r.mapRunStarted(s, run)
	}
	s.fork = newFork(total)
	s.fork.each = &each{items: items, total: total, input: in, concurrency: childConcurrency(concurrency), mapRun: run}
	if total == 0 {
		r.mapRunDone(s)
		return nil
	}
	r.fill(s)
	return nil
}

// newMapRun makes the Map Run of a state that starts at this moment.
func (r *Run) newMapRun(s *scope) *mapRun {
	run := &mapRun{label: s.state.Label}
	if run.label == "" {
		run.label = uuid(r.bits("label", uint64(s.entered)))
	}
	run.arn = r.childARN("mapRun", run.label, mapRunID(r.info.ExecutionARN, r.bits("mapRun", uint64(s.prev))))
	return run
}

func (r *Run) mapRunStarted(s *scope, run *mapRun) {
	r.event(s, "MapRunStarted", func() map[string]any { return map[string]any{"mapRunArn": run.arn} })
}

// childARN returns the ARN of something of a Map Run after the state machine.
func (r *Run) childARN(kind, label, id string) string {
	prefix, name, _ := strings.Cut(r.info.StateMachineARN, ":stateMachine:")
	return fmt.Sprintf("%s:%s:%s/%s:%s", prefix, kind, name, label, id)
}

// tolerance reads ToleratedFailureCount and ToleratedFailurePercentage, or
// their Path forms.
func (e *evaluation) tolerance(st *asl.State) (tolerance, *failure) {
	t := tolerance{count: st.ToleratedFailureCount, percent: st.ToleratedFailurePercentage}
	if p := st.ToleratedFailureCountPath; p != nil {
		n, f := e.integer("ToleratedFailureCountPath", p, math.MaxInt32)
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

// exceeded reports whether this many failures of this many items are too many.
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

// MapRun describes a Map Run of an execution.
type MapRun struct {
	ARN string
	// Status is RUNNING, SUCCEEDED, FAILED or ABORTED.
	Status           string
	Started, Stopped time.Time
	// MaxConcurrency is 0 where it was not bounded.
	MaxConcurrency             int
	ToleratedFailureCount      int64
	ToleratedFailurePercentage float64
	Items, Executions          MapRunCounts
	RedriveCount               int
	Redriven                   time.Time
}

// MapRunCounts counts items, or the child executions that work on them.
type MapRunCounts struct{ Pending, Running, Succeeded, Failed, Aborted, Total int }

// MapRuns returns the Map Runs of the execution so far, in the order in which they
// started; those inside of child executions are their own.
func (r *Run) MapRuns() []MapRun {
	out := make([]MapRun, len(r.mapRuns))
	for i, s := range r.mapRuns {
		out[i] = *s.counts
	}
	return out
}

// countMapRun begins to count for a Map Run.
func (r *Run) countMapRun(s *scope, run *mapRun, concurrency, items int) {
	run.scope = s
	run.counts = &MapRun{ARN: run.arn, Status: "RUNNING", Started: r.now, MaxConcurrency: concurrency}
	if run.count != nil {
		run.counts.ToleratedFailureCount = *run.count
	}
	if run.percent != nil {
		run.counts.ToleratedFailurePercentage = *run.percent
	}
	children := run.children(items)
	run.sizes = make([]int, children)
	for i := range run.sizes {
		from, to := run.span(i)
		run.sizes[i] = to - from
	}
	run.counts.Items.Total, run.counts.Executions.Total = items, children
	run.counts.Items.Pending, run.counts.Executions.Pending = items, children
	if s.childOf() == nil {
		r.mapRuns = append(r.mapRuns, run)
	}
}

// phase points at one of the counts.
type phase func(*MapRunCounts) *int

func pending(c *MapRunCounts) *int { return &c.Pending }
func busy(c *MapRunCounts) *int    { return &c.Running }
func done(c *MapRunCounts) *int    { return &c.Succeeded }
func broken(c *MapRunCounts) *int  { return &c.Failed }

// moved counts a child execution, and its items, from one phase to another.
func (m *mapRun) moved(index int, from, to phase) {
	*from(&m.counts.Executions)--
	*to(&m.counts.Executions)++
	*from(&m.counts.Items) -= m.sizes[index]
	*to(&m.counts.Items) += m.sizes[index]
}

// hold counts bytes that inputs of children take, or no longer take.
func (m *mapRun) hold(bytes int) {
	m.held += bytes
	*m.whole += bytes
}

// stopped counts the end of a Map Run: what ran was aborted, and what never
// started stays pending, as measured (github.com/floci-io/floci, pull request 2694).
func (m *mapRun) stopped(status string, at time.Time) {
	if m == nil || m.counts == nil || m.counts.Status != "RUNNING" {
		return
	}
	m.counts.Status, m.counts.Stopped = status, at
	m.hold(-m.held)
	for _, counts := range []*MapRunCounts{&m.counts.Executions, &m.counts.Items} {
		counts.Aborted += counts.Running
		counts.Running = 0
	}
}

// reopened counts for a Map Run that is redriven: its children that did not succeed
// run again, and those that never started are pending again.
func (m *mapRun) reopened(parts []*scope, next int, at time.Time) {
	t := m.counts
	t.Status, t.Stopped, t.Redriven = "RUNNING", time.Time{}, at
	t.RedriveCount++
	for _, counts := range []*MapRunCounts{&t.Executions, &t.Items} {
		counts.Failed, counts.Aborted = 0, 0
		counts.Pending = counts.Total - counts.Succeeded
	}
	for i, p := range parts {
		if p != nil && i < next {
			m.moved(i, pending, busy)
		}
	}
}

// mapRunID returns the last part of a Map Run's ARN. Half of it says which
// execution the Map Run belongs to, so that it can be found without an index.
func mapRunID(executionARN string, b [16]byte) string {
	sum := sha256.Sum256([]byte(executionARN))
	copy(b[8:], sum[:8])
	return uuid(b)
}

// MayHaveMapRun reports whether a Map Run of that ARN can be the execution's;
// only its history shows it for sure.
func MayHaveMapRun(executionARN, mapRunARN string) bool {
	id := mapRunID(executionARN, [16]byte{})
	return strings.HasSuffix(mapRunARN, id[len("00000000-0000-0000"):]) && len(mapRunARN) > len(id)
}

// MapRunLimits are what may change about a Map Run while it runs; nil leaves a
// limit as it is.
type MapRunLimits struct {
	ARN                        string
	MaxConcurrency             *int     `json:",omitempty"` // 0 takes the bound away
	ToleratedFailureCount      *int64   `json:",omitempty"`
	ToleratedFailurePercentage *float64 `json:",omitempty"`
}

// updateMapRun returns a Map Run new limits: more children may start, or it has
// failed already.
func (r *Run) updateMapRun(in Input) {
	var limits MapRunLimits
	if json.Unmarshal(in.Output, &limits) != nil {
		return
	}
	for _, m := range r.mapRuns {
		if m.arn == limits.ARN && m.counts.Status == "RUNNING" {
			m.limit(limits)
			r.limited(m)
			return
		}
	}
}

func (m *mapRun) limit(l MapRunLimits) {
	if l.MaxConcurrency != nil {
		m.counts.MaxConcurrency = *l.MaxConcurrency
	}
	if l.ToleratedFailureCount != nil {
		m.count, m.counts.ToleratedFailureCount = l.ToleratedFailureCount, *l.ToleratedFailureCount
	}
	if l.ToleratedFailurePercentage != nil {
		m.percent, m.counts.ToleratedFailurePercentage = l.ToleratedFailurePercentage, *l.ToleratedFailurePercentage
	}
}

func (r *Run) limited(m *mapRun) {
	e := m.scope.fork.each
	e.concurrency = childConcurrency(m.counts.MaxConcurrency)
	if e.exceeded(e.failures, e.total) {
		r.mapRunFailed(m.scope, failure{name: toleranceError, cause: toleranceMessage})
		return
	}
	r.fill(m.scope)
}
