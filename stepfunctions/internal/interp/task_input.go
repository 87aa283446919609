package interp

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// taskInput takes what the engine reports about a task.
func (r *Run) taskInput(in Input) {
	w, ok := r.pending[in.Ref]
	if !ok || w.task == nil {
		return
	}
	s := w.scope
	res := parseResource(w.task.Resource)
	switch in.Kind {
	case TaskHeartbeat:
		r.heard(s)
	case TaskSubmitted:
		if !w.task.Submitted {
			w.task.Submitted = true
			r.submitted(s, res, in)
		}
	case TaskFailed:
		r.answered(s)
		r.taskFailed(s, res, failure{name: in.Error, cause: in.Cause})
	default:
		r.answered(s)
		r.taskSucceeded(s, res, w.task, in)
	}
}

// answered ends the waiting for a task; its own ref needs no dropping.
func (r *Run) answered(s *scope) {
	r.forget(s.task)
	s.task = 0
	r.releaseAll(s)
}

func (r *Run) taskSucceeded(s *scope, res resource, task *Task, in Input) {
	result, err := decode(in.Output)
	if err != nil {
		r.taskFailed(s, res, failure{name: runtimeError, cause: s.explain("The task's result is not JSON: " + err.Error()), final: true})
		return
	}
	if res.invokes() && !res.callback() && (r.trial == nil || r.trial.with.Mock == nil) {
		result = data{v: r.envelope(in.Ref, task, result)}
	}
	if result.tooLarge() {
		r.taskFailed(s, res, failure{name: dataLimitError, cause: "The state/task '" + res.name() + "' " + tooLargeResult})
		return
	}
	r.trial.note("result", result)
	r.event(s, res.event("Succeeded"), func() map[string]any {
		return res.details(map[string]any{"output": string(result.text())})
	})
	r.conclude(s, result)
}

func (r *Run) taskFailed(s *scope, res resource, f failure) {
	r.event(s, res.event("Failed"), func() map[string]any { return res.details(f.details()) })
	r.fail(s, f)
}

// submitted notes that the request of a task was answered, and that the task
// goes on until its token is used or its job is done.
func (r *Run) submitted(s *scope, res resource, in Input) {
	answer, err := decode(in.Output)
	if err != nil {
		answer = data{v: value.NewObject()}
	}
	if res.invokes() {
		answer = data{v: r.envelope(in.Ref, r.pending[in.Ref].task, answer)}
	}
	r.event(s, "TaskSubmitted", func() map[string]any {
		return res.details(map[string]any{"output": string(answer.text())})
	})
}

// timerFired takes a timer that the run asked for.
func (r *Run) timerFired(ref uint64) {
	w, ok := r.pending[ref]
	if !ok || w.task != nil {
		return
	}
	delete(r.pending, ref)
	s := w.scope
	switch w.kind {
	case taskTimeout:
		r.taskTimedOut(s, timeoutError)
	case taskHeartbeat:
		r.taskTimedOut(s, heartbeatError)
	case waitOver:
		s.pause = 0
		if f := r.waited(s); f != nil {
			r.fail(s, *f)
		}
	case retryDue:
		s.pause = 0
		r.begin(s)
	case deadline:
		r.end(Outcome{Status: StatusTimedOut})
	}
}

func (r *Run) taskTimedOut(s *scope, name string) {
	res := parseResource(s.state.Resource)
	f := failure{name: name}
	r.event(s, res.event("TimedOut"), func() map[string]any { return res.details(f.details()) })
	r.fail(s, f)
}
