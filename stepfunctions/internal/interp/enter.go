package interp

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// enter begins the stay in the state that the scope stands before.
func (r *Run) enter(s *scope) {
	if s.state == nil {
		r.scopeFailed(s, failure{name: runtimeError, cause: "The state '" + s.name + "' does not exist.", final: true})
		return
	}
	s.enteredAt = r.now
	s.entered = r.event(s, string(s.state.Type)+"StateEntered", func() map[string]any {
		return map[string]any{"name": s.state.Name, "input": s.enteredText()}
	})
	r.begin(s)
}

// enteredText is the input as the history shows it: as it came, but written
// anew for a distributed Map state that makes no selection from it, as recorded.
func (s *scope) enteredText() string {
	if s.state.Distributed() && s.state.ItemSelector == nil && s.state.Parameters == nil {
		return value.Text(s.input.v)
	}
	return string(s.input.text())
}

// begin does a state's work, or sets it going: for the first time, again for a
// retry, or again after a redrive.
func (r *Run) begin(s *scope) {
	if f := r.work(s); f != nil {
		r.fail(s, *f)
	}
}

func (r *Run) work(s *scope) *failure {
	switch s.state.Type {
	case asl.Pass:
		return r.pass(s)
	case asl.Task:
		return r.schedule(s)
	case asl.Choice:
		return r.choose(s)
	case asl.Wait:
		return r.wait(s)
	case asl.Succeed:
		return r.succeed(s)
	case asl.Fail:
		return r.failState(s)
	case asl.Parallel:
		return r.parallel(s)
	case asl.Map:
		return r.forEach(s)
	}
	return s.broken("Unknown state type '%s'.", s.state.Type)
}

func (r *Run) pass(s *scope) *failure {
	result, f := r.effective(s)
	if f != nil {
		return f
	}
	if s.state.Has("Result") {
		result = data{v: s.state.Result}
		r.trial.note("result", result)
	}
	r.conclude(s, result)
	return nil
}

// succeed passes its input on through InputPath and OutputPath.
func (r *Run) succeed(s *scope) *failure {
	in, f := r.selected(s)
	if f == nil {
		in, f = r.through(s, s.state.OutputPath, in)
	}
	if f != nil {
		return f
	}
	r.leave(s, in, exit{assign: s.state.Assign, from: in})
	return nil
}

// failState gives the Error and Cause of a Fail state, as written or by path.
func (r *Run) failState(s *scope) *failure {
	r.trial.note("afterInputPath", s.input)
	e := r.evaluate(s, s.input)
	name, f := e.failText("ErrorPath", s.state.Error, s.state.ErrorPath)
	if f != nil {
		return f
	}
	cause, f := e.failText("CausePath", s.state.Cause, s.state.CausePath)
	if f != nil {
		return f
	}
	return &failure{name: name, cause: cause}
}

func (e *evaluation) failText(field string, literal *string, x *asl.Expression) (string, *failure) {
	if x == nil {
		if literal == nil {
			return "", nil
		}
		return *literal, nil
	}
	v, err := e.value(x)
	if err != nil {
		return "", e.unresolved(field, err)
	}
	text, ok := v.(string)
	if !ok {
		return "", e.scope.broken("The %s '%s' does not refer to a string.", field, x.Text)
	}
	return text, nil
}
