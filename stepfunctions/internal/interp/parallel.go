package interp

import "example.org/asynchttpapi/stepfunctions/internal/asl"

// parallel starts all branches of a Parallel state.
func (r *Run) parallel(s *scope) *failure {
	in, f := r.effective(s)
	if f != nil {
		return f
	}
	if r.trial != nil {
		return r.trial.mocked(s)
	}
	if len(s.state.Branches) == 0 {
		return s.broken("The Parallel state has no branches.")
	}
	r.event(s, "ParallelStateStarted", nil)
	s.fork = newFork(len(s.state.Branches))
	for i, branch := range s.state.Branches {
		r.run(s.part(branch, i), branch.StartAt, in)
	}
	return nil
}

// branchDone ends the Parallel state once all of its branches have ended.
func (r *Run) branchDone(s, branch *scope) {
	if s.fork.done < len(s.fork.parts) {
		return
	}
	s.prev = branch.prev
	s.log.add(r.now, s.prev, "ParallelStateSucceeded", nil)
	result := s.fork.collected()
	s.fork = nil
	r.conclude(s, result)
}

// branchFailed fails the Parallel state: its other branches are stopped.
func (r *Run) branchFailed(s, branch *scope, f failure) {
	s.prev = branch.prev
	if branch.state != nil && branch.state.Type == asl.Task {
		branch.log.add(r.now, branch.prev, "TaskStateAborted", nil)
	}
	r.abort(s, nil)
	r.fail(s, f)
}
