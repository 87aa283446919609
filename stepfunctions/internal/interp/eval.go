package interp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// evaluation resolves the paths of one state against one input.
type evaluation struct {
	run   *Run
	scope *scope
	input data
	// output and scratch are what is left of maxTemplate and maxScratch.
	output, scratch int
	// tooLarge gives the failure of a template that gives more than maxTemplate.
	tooLarge func() *failure
}

// maxTemplate bounds what a payload template gives, in bytes of JSON: four
// times what a state can pass on, since a selector or a path may follow that
// takes less of it. maxScratch bounds what the functions in one template make
// on the way there. Both are kept to while the template is filled in: a
// definition of 1 MB has room for fields that together fill any memory.
const (
	maxTemplate = 4 * maxData
	maxScratch  = 64 * maxData
)

func (r *Run) evaluate(s *scope, input data) *evaluation {
	return &evaluation{run: r, scope: s, input: input, output: maxTemplate, scratch: maxScratch, tooLarge: s.tooLargeResult}
}

// undefinedVariable is a reference to a variable that nothing has assigned.
type undefinedVariable struct{ path *jsonpath.Path }

func (e *undefinedVariable) Error() string {
	return "The variable '" + e.path.Root().Name + "' has not been assigned."
}

// errNoPath meets a definition that was run although it did not validate.
var errNoPath = errors.New("there is no JSONPath to follow")

// errAbandoned ends the evaluation of a TestState whose caller has left.
var errAbandoned = errors.New("the TestState was abandoned")

// get resolves a path from whatever it starts at.
func (e *evaluation) get(p *jsonpath.Path) (any, error) {
	if p == nil {
		return nil, errNoPath
	}
	if e.run.testState.abandoned() {
		return nil, errAbandoned
	}
	root := p.Root()
	switch root.Kind {
	case jsonpath.Context:
		return p.Get(e.run.context(e.scope))
	case jsonpath.Variable:
		v, ok := e.scope.vars.get(root.Name)
		if !ok {
			return nil, &undefinedVariable{path: p}
		}
		return p.Get(v)
	}
	return p.Get(e.input.v)
}

// field resolves a field that holds a path, as InputPath and OutputPath do:
// what leads nowhere is an invalid path.
func (e *evaluation) field(p *asl.Path) (any, *failure) {
	v, err := e.get(p.JSONPath)
	switch {
	case err == nil && !p.JSONPath.Reference() && !value.Fits(v, maxTemplate):
		// Such a path may give a part of the data many times.
		return nil, e.scope.tooLargeResult()
	case err == nil:
		return v, nil
	}
	var missing *jsonpath.NotFoundError
	if errors.As(err, &missing) {
		return nil, e.scope.broken("%s", missing.Invalid())
	}
	return nil, e.scope.broken("Invalid path '%s' : %s", p.Text, err)
}

// template fills in a payload template.
func (e *evaluation) template(t *asl.Template) (any, *failure) {
	switch {
	case t.Members != nil:
		return e.object(t.Members)
	case t.Items != nil:
		items := make([]any, len(t.Items))
		for i, item := range t.Items {
			v, f := e.template(item)
			if f != nil {
				return nil, f
			}
			items[i] = v
		}
		return items, nil
	}
	return t.Literal, nil
}

func (e *evaluation) object(members []asl.TemplateMember) (any, *failure) {
	out := make([]value.Member, len(members))
	for i, m := range members {
		var v any
		var f *failure
		if m.Value.Expression != nil {
			v, f = e.expression(m.Name+".$", m.Value.Expression)
		} else {
			v, f = e.template(m.Value)
		}
		if f != nil {
			return nil, f
		}
		out[i] = value.Member{Name: m.Name, Value: v}
	}
	return value.NewObject(out...), nil
}

// expression evaluates the path or call that a template's field holds. An
// index past the end of its array gives null there, as it does nowhere else.
func (e *evaluation) expression(field string, x *asl.Expression) (any, *failure) {
	v, err := e.value(x)
	var missing *jsonpath.NotFoundError
	if x.Path != nil && errors.As(err, &missing) && missing.Kind == jsonpath.PastEnd {
		return nil, nil
	}
	if err != nil {
		return nil, e.unresolved(field, err)
	}
	if e.output = value.Left(v, e.output); e.output < 0 {
		return nil, e.tooLarge()
	}
	return v, nil
}

func (e *evaluation) value(x *asl.Expression) (any, error) {
	if x.Call != nil {
		return x.Call.Eval(e)
	}
	return e.get(x.Path)
}

// Resolve and Random are what intrinsic functions need.
func (e *evaluation) Resolve(p *jsonpath.Path) (any, error) { return e.get(p) }

// Random returns the run's next random bits.
func (e *evaluation) Random() uint64 { return e.run.random64() }

// Spend takes what a function has made off what the functions of a template may make.
func (e *evaluation) Spend(made any) bool {
	e.scratch = value.Left(made, e.scratch)
	return e.scratch >= 0
}

func (e *evaluation) unresolved(field string, err error) *failure {
	var argument *intrinsic.MissingError
	if errors.As(err, &argument) {
		return e.scope.broken("%s", argument.Cause(e.input.excerpt()))
	}
	var missing *jsonpath.NotFoundError
	if errors.As(err, &missing) {
		return e.scope.broken("%s", missing.InField(field, e.searched(missing.Path)))
	}
	return e.scope.broken("%s", err)
}

// searched returns the text of what a path was looked for in.
func (e *evaluation) searched(p *jsonpath.Path) string {
	if p.Root().Kind == jsonpath.Context {
		return value.Excerpt(e.run.context(e.scope), maxExcerpt)
	}
	return e.input.excerpt()
}

// How data goes through a state:
// input → InputPath → Parameters → the work → ResultSelector → ResultPath → OutputPath → output.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html

// selected applies InputPath to the state's input.
func (r *Run) selected(s *scope) (data, *failure) {
	in, f := r.through(s, s.state.InputPath, s.input)
	if f == nil {
		r.testState.note("afterInputPath", in)
	}
	return in, f
}

// effective applies InputPath and Parameters to the state's input.
func (r *Run) effective(s *scope) (data, *failure) {
	in, f := r.selected(s)
	if f == nil && s.state.Parameters != nil {
		in.raw = nil
		e := r.evaluate(s, in)
		if s.state.Type == asl.Task {
			e.tooLarge = s.tooLargeParameters
		}
		in.v, f = e.template(s.state.Parameters)
	}
	if f == nil {
		r.testState.note("afterParameters", in)
	}
	return in, f
}

// through applies InputPath or OutputPath: absent or $ keeps the value as it
// is, null makes it {}.
func (r *Run) through(s *scope, p *asl.Path, d data) (data, *failure) {
	switch {
	case p == nil || p.Text == "$":
		return d, nil
	case p.Null:
		return data{v: value.NewObject()}, nil
	}
	v, f := r.evaluate(s, d).field(p)
	return data{v: v}, f
}

// combined applies ResultSelector to a result and puts it where ResultPath says.
func (r *Run) combined(s *scope, result data) (data, *failure) {
	if t := s.state.ResultSelector; t != nil {
		v, f := r.evaluate(s, result).template(t)
		if f != nil {
			return data{}, f
		}
		result = data{v: v}
	}
	r.testState.note("afterResultSelector", result)
	out, f := s.placed(s.state.ResultPath, result)
	if f == nil {
		r.testState.note("afterResultPath", out)
	}
	return out, f
}

// placed puts a result into the state's input at a ResultPath: absent or $
// replaces the input, null keeps it as it is.
func (s *scope) placed(p *asl.Path, result data) (data, *failure) {
	switch {
	case p == nil || p.Text == "$":
		return result, nil
	case p.Null:
		return s.input, nil
	}
	if p.JSONPath == nil {
		return data{}, s.broken("%s", errNoPath)
	}
	v, err := p.JSONPath.Set(s.input.v, result.v)
	if err == nil {
		return data{v: v}, nil
	}
	var mismatch *jsonpath.MatchError
	if errors.As(err, &mismatch) {
		return data{}, &failure{name: resultPathError, cause: mismatch.Error()}
	}
	return data{}, s.broken("%s", err)
}

// conclude takes the result of a state's work through the rest of the
// pipeline and leaves the state.
func (r *Run) conclude(s *scope, result data) {
	out, f := r.combined(s, result)
	if f == nil {
		out, f = r.through(s, s.state.OutputPath, out)
	}
	if f != nil {
		r.fail(s, *f)
		return
	}
	r.leave(s, out, exit{assign: s.state.Assign, from: result, next: s.state.Next})
}

// Apply applies an input to the run and returns what is to be done about it.
// An input that concerns nothing the run waits for changes nothing and has no
// effects: a task reported twice, a timer of a task that is done, anything
// after the end.
func (r *Run) Apply(in Input) Effects {
	r.now = in.At
	r.effects = Effects{}
	switch in.Kind {
	case Started:
		r.start(in)
	case Stopped:
		r.stop(in)
	case Redriven:
		r.redrive()
	case TimerFired:
		r.timerFired(in.Ref)
	case MapRunUpdated:
		r.updateMapRun(in)
	case TaskSucceeded, TaskFailed, TaskHeartbeat, TaskSubmitted, TaskStarted:
		r.taskInput(in)
	}
	r.drain()
	r.overflows()
	effects := r.effects
	r.effects = Effects{}
	return effects
}

// drain enters states until every scope waits for something or is done.
func (r *Run) drain() {
	r.enterReady()
	for len(r.unfilled) > 0 && r.outcome == nil {
		s := r.unfilled[0]
		r.unfilled = r.unfilled[1:]
		if s.fork != nil && s.fork.each != nil {
			r.fill(s)
		}
		r.enterReady()
	}
	r.unfilled = nil
}

func (r *Run) enterReady() {
	for i := 0; i < len(r.ready) && r.outcome == nil; i++ {
		s := r.ready[i]
		r.ready[i] = nil
		switch {
		case s.status != running:
		case s.log.full:
			r.overflow(s.log)
		default:
			r.enter(s)
		}
	}
	r.ready = r.ready[:0]
	if cap(r.ready) > 8 {
		r.ready = nil // a run that sleeps should be small
	}
}

func (r *Run) start(in Input) {
	if r.root != nil {
		return
	}
	r.startedAt = in.At
	input, err := decode(in.Output)
	r.input = input
	r.root = &scope{machine: r.machine, log: r.log, vars: &variables{}}
	r.testCase = in.TestCase
	r.log.add(r.now, 0, "ExecutionStarted", func() map[string]any {
		details := map[string]any{"input": string(in.Output), "roleArn": r.info.RoleARN}
		if r.info.VersionARN != "" {
			details["stateMachineVersionArn"] = r.info.VersionARN
		}
		if r.info.AliasARN != "" {
			details["stateMachineAliasArn"] = r.info.AliasARN
		}
		return details
	})
	if err != nil {
		r.end(Outcome{Status: StatusFailed, Error: runtimeError, Cause: "Invalid execution input: " + err.Error()})
		return
	}
	if t := r.machine.TimeoutSeconds; t != nil {
		r.deadline = r.timer(r.root, deadline, r.now.Add(seconds(*t)))
	}
	r.run(r.root, r.machine.StartAt, input)
}

// run has the scope enter the named state with this input, in its turn.
func (r *Run) run(s *scope, state string, input data) {
	s.visit = visit{state: s.machine.State(state), name: state, input: input}
	r.ready = append(r.ready, s)
}

// bits returns 16 bytes that follow from the seed, a purpose and a number alone.
func (r *Run) bits(purpose string, number uint64) [16]byte {
	var out [16]byte
	copy(out[:], keyed(r.info.Seed, purpose, r.info.ExecutionARN, number))
	return out
}

func keyed(seed [16]byte, purpose, execution string, number uint64) []byte {
	mac := hmac.New(sha256.New, seed[:])
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write([]byte(execution))
	mac.Write(binary.BigEndian.AppendUint64([]byte{0}, number))
	return mac.Sum(nil)
}

// random64 returns the next random bits; a replay gives the same.
func (r *Run) random64() uint64 {
	r.drawn++
	b := r.bits("draw", r.drawn)
	return binary.BigEndian.Uint64(b[:])
}

// random returns a number from 0 to 1, without 1.
func (r *Run) random() float64 { return float64(r.random64()>>11) / (1 << 53) }

// requestID stands for the id that the called service gives a request.
func (r *Run) requestID(ref uint64) string { return uuid(r.bits("request", ref)) }

// uuid writes random bits as a version 4 UUID (RFC 9562).
func uuid(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// context returns the context object that $$ stands for in the scope's state.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (r *Run) context(s *scope) *value.Object {
	if r.given != nil {
		return r.given
	}
	members := []value.Member{
		{Name: "Execution", Value: r.executionContext(s)},
		{Name: "StateMachine", Value: value.NewObject(
			value.Member{Name: "Id", Value: r.info.StateMachineARN},
			value.Member{Name: "Name", Value: r.info.StateMachineName},
		)},
		{Name: "State", Value: s.stateContext()},
	}
	if it := s.currentItem(); it != nil {
		members = append(members, value.Member{Name: "Map", Value: it.context()})
	}
	if token := r.currentToken(s); token != "" {
		members = append(members, value.Member{Name: "Task", Value: value.NewObject(value.Member{Name: "Token", Value: token})})
	}
	return value.NewObject(members...)
}

func (r *Run) executionContext(s *scope) *value.Object {
	id, name, input, started := r.info.ExecutionARN, r.info.ExecutionName, r.input.v, stamp(r.startedAt)
	if c := s.childOf(); c != nil {
		id, name, input, started = c.id, c.name, c.input.v, c.started
	}
	members := []value.Member{
		{Name: "Id", Value: id},
		{Name: "Input", Value: input},
		{Name: "StartTime", Value: started},
		{Name: "Name", Value: name},
		{Name: "RoleArn", Value: r.info.RoleARN},
	}
	if r.testState == nil {
		members = append(members, value.Member{Name: "RedriveCount", Value: json.Number(strconv.Itoa(r.redrives))})
	}
	return value.NewObject(members...)
}

// stateContext has a RetryCount for the states that can have a Retry.
func (s *scope) stateContext() *value.Object {
	members := []value.Member{
		{Name: "Name", Value: s.state.Name},
		{Name: "EnteredTime", Value: stamp(s.enteredAt)},
	}
	switch s.state.Type {
	case asl.Task, asl.Parallel, asl.Map:
		members = append(members, value.Member{Name: "RetryCount", Value: value.FromInt(s.retries)})
	}
	return value.NewObject(members...)
}

// currentItem returns the array element that the scope, or one around it, works on.
// A child execution knows nothing of the Map around it.
func (s *scope) currentItem() *item {
	for ; s != nil; s = s.parent {
		if s.item != nil || s.child != nil {
			return s.item
		}
	}
	return nil
}

func (i *item) context() *value.Object {
	return value.NewObject(value.Member{Name: "Item", Value: value.NewObject(
		value.Member{Name: "Index", Value: value.FromInt(int64(i.index))},
		value.Member{Name: "Value", Value: i.value},
	)})
}
