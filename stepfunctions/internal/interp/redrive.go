package interp

import (
	"encoding/json"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// redrive goes on with a run that failed, timed out or was stopped, from the
// states that did not succeed; what succeeded is not done again.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
func (r *Run) redrive() {
	if !r.redrivable() {
		return
	}
	r.outcome = nil
	r.redrives++
	r.root.prev = r.log.write(r.now, r.log.last, "ExecutionRedriven", func() map[string]any {
		return map[string]any{"redriveCount": json.Number(strconv.Itoa(r.redrives))}
	})
	if t := r.machine.TimeoutSeconds; t != nil {
		r.deadline = r.timer(r.root, deadline, r.now.Add(seconds(*t)))
	}
	r.resume(r.root)
}

func (r *Run) redrivable() bool {
	return r.outcome != nil && r.outcome.Status != StatusSucceeded && r.root != nil && r.root.state != nil && !r.log.full
}

// resume has a scope go on with its state: the parts of a fork that did not
// succeed, or the state's whole work with a new count of retries.
func (r *Run) resume(s *scope) {
	s.status = running
	s.attempts, s.retries = nil, 0
	if s.entered == 0 {
		r.ready = append(r.ready, s)
		return
	}
	if s.fork == nil {
		r.begin(s)
		return
	}
	r.resumeFork(s)
}

func (r *Run) resumeFork(s *scope) {
	if s.state.Type == asl.Map && s.fork.each.mapRun != nil {
		r.redriveMapRun(s)
	}
	var parts []*scope
	for _, p := range s.fork.parts {
		if p != nil {
			parts = append(parts, p)
		}
	}
	for _, p := range parts {
		if r.outcome != nil || s.status != running || s.fork == nil {
			return
		}
		if p.log == s.log {
			p.prev = s.prev
		}
		r.resume(p)
	}
	if s.fork != nil && s.fork.each != nil {
		r.fill(s)
	}
}

// redriveMapRun counts the failures of a Map Run anew.
func (r *Run) redriveMapRun(s *scope) {
	e := s.fork.each
	s.fork.done -= e.failures
	e.failures, e.held = 0, 0
	for _, p := range s.fork.parts {
		if p != nil && p.child != nil {
			e.held += p.child.made
		}
	}
	e.reopened(s.fork.parts, e.next, r.now)
	r.event(s, "MapRunRedriven", func() map[string]any {
		return map[string]any{"mapRunArn": e.arn, "redriveCount": json.Number(strconv.Itoa(r.redrives))}
	})
}
