package interp

import (
	"crypto/sha256"
	"strings"
	"time"
)

// MapRun is what can be told of a Map Run of an execution.
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

// MapRuns are the Map Runs of the execution so far, in the order in which they
// started; those inside of child executions are their own.
func (r *Run) MapRuns() []MapRun {
	out := make([]MapRun, len(r.mapRuns))
	for i, s := range r.mapRuns {
		out[i] = *s.told
	}
	return out
}

// report begins to tell of a Map Run.
func (r *Run) report(s *scope, run *mapRun, concurrency, items int) {
	run.scope = s
	run.told = &MapRun{ARN: run.arn, Status: "RUNNING", Started: r.now, MaxConcurrency: concurrency}
	if run.count != nil {
		run.told.ToleratedFailureCount = *run.count
	}
	if run.percent != nil {
		run.told.ToleratedFailurePercentage = *run.percent
	}
	children := run.children(items)
	run.sizes = make([]int, children)
	for i := range run.sizes {
		from, to := run.span(i)
		run.sizes[i] = to - from
	}
	run.told.Items.Total, run.told.Executions.Total = items, children
	run.told.Items.Pending, run.told.Executions.Pending = items, children
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
	*from(&m.told.Executions)--
	*to(&m.told.Executions)++
	*from(&m.told.Items) -= m.sizes[index]
	*to(&m.told.Items) += m.sizes[index]
}

// stopped tells the end of a Map Run: what ran was aborted, and what never
// started stays pending, as measured (github.com/floci-io/floci, pull request 2694).
func (m *mapRun) stopped(status string, at time.Time) {
	if m == nil || m.told == nil || m.told.Status != "RUNNING" {
		return
	}
	m.told.Status, m.told.Stopped = status, at
	for _, counts := range []*MapRunCounts{&m.told.Executions, &m.told.Items} {
		counts.Aborted += counts.Running
		counts.Running = 0
	}
}

// reopened tells that a Map Run is redriven: its children that did not succeed
// run again, and those that never started are pending again.
func (m *mapRun) reopened(parts []*scope, next int, at time.Time) {
	t := m.told
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

// mapRunID is the last part of a Map Run's ARN. Half of it says which
// execution the Map Run belongs to, so that it can be found without an index.
func mapRunID(executionARN string, b [16]byte) string {
	sum := sha256.Sum256([]byte(executionARN))
	copy(b[8:], sum[:8])
	return uuid(b)
}

// MayHaveMapRun tells whether a Map Run of that ARN can be the execution's;
// only its history can tell for sure.
func MayHaveMapRun(executionARN, mapRunARN string) bool {
	id := mapRunID(executionARN, [16]byte{})
	return strings.HasSuffix(mapRunARN, id[len("00000000-0000-0000"):]) && len(mapRunARN) > len(id)
}
