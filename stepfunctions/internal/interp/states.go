package interp

import (
	"fmt"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
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

// enteredText returns the input as the history shows it: as it came, but written
// again for a distributed Map state that makes no selection from it, as recorded.
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
		r.testState.note("result", result)
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

// failState returns the Error and Cause of a Fail state, as written or by path.
func (r *Run) failState(s *scope) *failure {
	r.testState.note("afterInputPath", s.input)
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

// exit says how a state is left.
type exit struct {
	assign *asl.Template
	from   data   // what $ is in assign
	next   string // empty at the scope's end
	caught bool   // by a Catch, which is not asked a second time
}

// leave writes the exit event, sets variables and goes on to the next state.
func (r *Run) leave(s *scope, out data, how exit) {
	if out.tooLarge() {
		r.notLeft(s, how, *s.tooLargeResult())
		return
	}
	assigned, f := r.assign(s, how)
	if f != nil {
		r.notLeft(s, how, *f)
		return
	}
	r.event(s, string(s.state.Type)+"StateExited", func() map[string]any {
		details := map[string]any{"name": s.state.Name, "output": string(out.text())}
		if assigned != nil {
			details["assignedVariables"] = texts(assigned)
			details["assignedVariablesDetails"] = map[string]any{"truncated": false}
		}
		return details
	})
	if r.testState != nil {
		r.testState.left(out, how)
		return
	}
	switch {
	case how.next != "":
		r.run(s, how.next, out)
	case s.state.End || s.state.Type == asl.Succeed:
		r.scopeDone(s, out)
	default:
		r.notLeft(s, how, *s.nowhere())
	}
}

// notLeft is the failure of a state on its way out.
func (r *Run) notLeft(s *scope, how exit, f failure) {
	if how.caught {
		r.scopeFailed(s, f)
		return
	}
	r.fail(s, f)
}

// assign sets the variables of an Assign field. All of its expressions see the
// variables as they were before.
func (r *Run) assign(s *scope, how exit) (*value.Object, *failure) {
	if how.assign == nil {
		return nil, nil
	}
	e := r.evaluate(s, how.from)
	e.tooLarge = s.tooLargeVariables
	v, f := e.template(how.assign)
	if f != nil {
		return nil, f
	}
	assigned, _ := v.(*value.Object)
	if !value.Fits(assigned, maxData) || !s.vars.fit(assigned) {
		return nil, s.tooLargeVariables()
	}
	if taken, ok := s.vars.set(assigned); !ok {
		return nil, s.broken("The variable '%s' is defined in an outer scope and cannot be assigned here.", taken)
	}
	return assigned, nil
}

// texts returns each member's value as JSON text.
func texts(o *value.Object) map[string]any {
	out := make(map[string]any, o.Len())
	for _, m := range o.Members() {
		out[m.Name] = value.Text(m.Value)
	}
	return out
}

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
	if r.testState != nil {
		r.testState.failed(f)
		return
	}
	if f.final {
		s = r.broke(s)
	}
	if s.parent != nil {
		r.partFailed(s, f)
		return
	}
	r.end(Outcome{Status: StatusFailed, Error: f.name, Cause: f.cause, State: r.failed, Attempts: r.attempts})
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
	f := failure{name: o.Error, cause: o.Cause}.public()
	o.Error, o.Cause = f.name, f.cause
	r.outcome = &o
	r.effects.Outcome = &o
	r.log.write(r.now, r.lastEventOf(o.Status), endEvents[o.Status], func() map[string]any {
		switch o.Status {
		case StatusSucceeded:
			return map[string]any{"output": string(o.Output)}
		case StatusTimedOut:
			return map[string]any{"error": timeoutError} // the execution itself has no error
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

// lastEventOf returns what the last event follows: a stop from outside and the
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

// tooManyEvents returns the end of a run whose history has reached the service's limit.
func tooManyEvents() Outcome {
	return Outcome{Status: StatusFailed, Error: runtimeError,
		Cause: fmt.Sprintf("The execution reached the maximum number of history events (%d).", maxEvents)}
}

// EndedByEvents reports whether a failure is the one that ends a run whose history
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

// choose leaves a Choice state by its first rule that holds, else by Default.
func (r *Run) choose(s *scope) *failure {
	in, f := r.selected(s)
	if f != nil {
		return f
	}
	e := r.evaluate(s, in)
	how := exit{assign: s.state.Assign, from: in, next: s.state.Default}
	for _, rule := range s.state.Choices {
		holds, f := e.holds(rule)
		if f != nil {
			return f
		}
		if holds {
			how.next, how.assign = rule.Next, rule.Assign
			break
		}
	}
	if how.next == "" {
		return s.nowhere()
	}
	out, f := r.through(s, s.state.OutputPath, in)
	if f != nil {
		return f
	}
	r.leave(s, out, how)
	return nil
}

// holds evaluates a rule (states-language.net, "Choice Rule").
func (e *evaluation) holds(rule *asl.Rule) (bool, *failure) {
	switch {
	case rule.And != nil:
		return e.all(rule.And, true)
	case rule.Or != nil:
		holds, f := e.all(rule.Or, false)
		return !holds, f
	case rule.Not != nil:
		holds, f := e.holds(rule.Not)
		return !holds, f
	}
	return e.compares(rule)
}

// all reports whether every rule gives want; it stops at the first that does not.
func (e *evaluation) all(rules []*asl.Rule, want bool) (bool, *failure) {
	for _, rule := range rules {
		holds, f := e.holds(rule)
		if f != nil || holds != want {
			return false, f
		}
	}
	return true, nil
}

func (e *evaluation) compares(rule *asl.Rule) (bool, *failure) {
	if rule.Variable == nil || rule.Operator == "" {
		return false, e.scope.broken("The choice rule at %s has no comparison.", rule.Pointer)
	}
	variable, err := e.get(rule.Variable.JSONPath)
	if err != nil {
		if holds, ok := choice.Missing(rule.Operator, rule.Operand); ok {
			return holds, nil
		}
		return false, e.scope.broken("Invalid path '%s': The choice state's condition path references an invalid value.", rule.Variable.Text)
	}
	operand := rule.Operand
	if rule.OperandPath != nil {
		if operand, err = e.get(rule.OperandPath.JSONPath); err != nil {
			return false, e.scope.broken("Invalid path '%s': The choice state's condition path references an invalid value.", rule.OperandPath.Text)
		}
	}
	return rule.Comparison.Holds(variable, operand), nil
}
