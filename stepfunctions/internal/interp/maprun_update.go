package interp

import "encoding/json"

// MapRunLimits are what may change about a Map Run while it runs; nil leaves a
// limit as it is.
type MapRunLimits struct {
	ARN                        string
	MaxConcurrency             *int     `json:",omitempty"` // 0 takes the bound away
	ToleratedFailureCount      *int64   `json:",omitempty"`
	ToleratedFailurePercentage *float64 `json:",omitempty"`
}

// updateMapRun gives a Map Run new limits: more children may start, or it has
// failed already.
func (r *Run) updateMapRun(in Input) {
	var limits MapRunLimits
	if json.Unmarshal(in.Output, &limits) != nil {
		return
	}
	for _, m := range r.mapRuns {
		if m.arn == limits.ARN && m.told.Status == "RUNNING" {
			m.limit(limits)
			r.limited(m)
			return
		}
	}
}

func (m *mapRun) limit(l MapRunLimits) {
	if l.MaxConcurrency != nil {
		m.told.MaxConcurrency = *l.MaxConcurrency
	}
	if l.ToleratedFailureCount != nil {
		m.count, m.told.ToleratedFailureCount = l.ToleratedFailureCount, *l.ToleratedFailureCount
	}
	if l.ToleratedFailurePercentage != nil {
		m.percent, m.told.ToleratedFailurePercentage = l.ToleratedFailurePercentage, *l.ToleratedFailurePercentage
	}
}

func (r *Run) limited(m *mapRun) {
	e := m.scope.fork.each
	e.concurrency = childConcurrency(m.told.MaxConcurrency)
	if e.exceeded(e.failures, e.total) {
		r.mapRunFailed(m.scope, failure{name: toleranceError, cause: toleranceMessage})
		return
	}
	r.fill(m.scope)
}
