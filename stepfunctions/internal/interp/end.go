package interp

import "fmt"

// The statuses of an execution that has ended.
const (
	StatusSucceeded = "SUCCEEDED"
	StatusFailed    = "FAILED"
	StatusTimedOut  = "TIMED_OUT"
	StatusAborted   = "ABORTED"
)

// scopeDone is the end of a scope's last state.
func (r *Run) scopeDone(s *scope, out data) {
	s.status = succeeded
	switch {
	case s.parent != nil:
		r.partDone(s, out)
	default:
		r.end(Outcome{Status: StatusSucceeded, Output: out.text()})
	}
}

// scopeFailed is the end of a scope whose state failed for good.
func (r *Run) scopeFailed(s *scope, f failure) {
	s.status = failed
	if r.trial != nil {
		r.trial.failed(f)
		return
	}
	if f.final {
		s = r.broke(s)
	}
	if s.parent != nil {
		r.partFailed(s, f)
		return
	}
	r.end(Outcome{Status: StatusFailed, Error: f.name, Cause: f.cause})
}

// broke ends the whole execution that the scope is a part of, a child
// execution or the run itself, and gives its scope. What nothing may catch is
// no event of the Parallel and Map states around it: ExecutionFailed follows
// the events of the state where it happened, as measured
// (github.com/floci-io/floci, issue 2868).
func (r *Run) broke(s *scope) *scope {
	top := s
	for top.parent != nil && top.child == nil {
		top = top.parent
	}
	if top != s {
		r.freeze(top)
		top.status, top.prev = failed, s.prev
	}
	return top
}

// end is the end of the run. What is still waited for is dropped, but the
// scopes stay as they are: a redrive goes on from them.
func (r *Run) end(o Outcome) {
	if r.log.full {
		o = tooManyEvents()
	}
	f := failure{name: o.Error, cause: o.Cause}.told()
	o.Error, o.Cause = f.name, f.cause
	r.outcome = &o
	r.effects.Outcome = &o
	r.log.write(r.now, r.lastEventOf(o.Status), endEvents[o.Status], func() map[string]any {
		switch o.Status {
		case StatusSucceeded:
			return map[string]any{"output": string(o.Output)}
		case StatusTimedOut:
			return map[string]any{"error": timeoutError} // the execution itself tells no error
		}
		return f.details()
	})
	r.release(&r.deadline)
	if r.root != nil {
		r.freeze(r.root)
	}
}

var endEvents = map[string]string{
	StatusSucceeded: "ExecutionSucceeded",
	StatusFailed:    "ExecutionFailed",
	StatusTimedOut:  "ExecutionTimedOut",
	StatusAborted:   "ExecutionAborted",
}

// lastEventOf is what the last event follows: a stop from outside and the
// execution's own timeout follow nothing, as measured
// (github.com/floci-io/floci, issue 2965).
func (r *Run) lastEventOf(status string) int64 {
	if r.root == nil || status == StatusAborted || status == StatusTimedOut {
		return 0
	}
	return r.root.prev
}

// freeze drops what a scope and its parts wait for, and marks them aborted.
func (r *Run) freeze(s *scope) {
	r.releaseAll(s)
	if s.status == running {
		s.status = aborted
	}
	if s.fork == nil {
		return
	}
	if e := s.fork.each; e != nil {
		e.stopped(StatusAborted, r.now)
	}
	for _, part := range s.fork.parts {
		if part != nil {
			r.freeze(part)
		}
	}
}

// tooManyEvents is the end of a run whose history has reached the service's limit.
func tooManyEvents() Outcome {
	return Outcome{Status: StatusFailed, Error: runtimeError,
		Cause: fmt.Sprintf("The execution reached the maximum number of history events (%d).", maxEvents)}
}

// EndedByEvents tells whether a failure is the one that ends a run whose history
// has reached the limit.
func EndedByEvents(errorName, cause string) bool {
	o := tooManyEvents()
	return errorName == o.Error && cause == o.Cause
}

func (r *Run) stop(in Input) {
	if r.root != nil && r.outcome == nil {
		r.end(Outcome{Status: StatusAborted, Error: in.Error, Cause: in.Cause})
	}
}
