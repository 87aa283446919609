package interp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
)

// request is a task on its way out, with what only its events show.
type request struct {
	resource
	limits
	task *Task
	// role is the RoleArn of Credentials, empty without them. Nothing
	// here assumes it; the history shows it as the service's does.
	role any
}

// schedule sets a Task state's work going.
func (r *Run) schedule(s *scope) *failure {
	q := &request{resource: s.resource()}
	var f *failure
	if q.limits, f = r.limits(s); f != nil {
		return f
	}
	if q.role, f = r.role(s); f != nil {
		return f
	}
	// The token is made of the task's ref, so the ref comes before the
	// parameters that may carry the token.
	r.lastRef++
	s.task = r.lastRef
	q.task = &Task{Ref: s.task, Resource: s.state.Resource.ARN, State: s.state.Name}
	r.count(s, q.task)
	if q.callback() {
		q.task.Token = Token(r.info, s.task)
	}
	parameters, f := r.effective(s)
	if f != nil {
		return f
	}
	if parameters.tooLarge() {
		return s.tooLargeParameters()
	}
	made := 0
	if parameters.raw == nil {
		parameters.raw = parameters.text() // once, for Parameters and Payload
		made = len(parameters.raw)
	}
	if r.taskBytes += made; r.taskBytes > maxTaskBytes {
		r.taskBytes -= made
		return s.broken("The tasks that wait at the same time have parameters of more than %d bytes.", maxTaskBytes)
	}
	if why := q.rejects(parameters); why != "" {
		r.taskBytes -= made
		return s.broken("%s", why)
	}
	q.task.Parameters = parameters.raw
	q.task.Function, q.task.Payload = q.invocation(parameters)
	r.scheduled(s, q)
	r.pending[s.task] = &waiting{kind: taskAnswer, scope: s, task: q.task, bytes: made}
	r.effects.Tasks = append(r.effects.Tasks, *q.task)
	r.watch(s, q.limits)
	return nil
}

// count numbers the task among those of its state.
func (r *Run) count(s *scope, t *Task) {
	if r.calls == nil {
		return
	}
	of := calls{s, t.State}
	t.Attempt = r.calls[of]
	r.calls[of]++
}

// maxTaskBytes bounds the parameters of the tasks that one execution waits for
// at the same time, in bytes: what they share with the state's input is not
// counted. The service holds them elsewhere; here they take memory at every
// start. Map Runs stay far below, see maxChildBytes.
const maxTaskBytes = 512 << 20

// role evaluates Credentials.
func (r *Run) role(s *scope) (any, *failure) {
	if s.state.Credentials == nil {
		return nil, nil
	}
	in, f := r.selected(s)
	if f != nil {
		return nil, f
	}
	v, f := r.evaluate(s, in).template(s.state.Credentials)
	credentials, _ := v.(*value.Object)
	role, _ := credentials.Get("RoleArn")
	return role, f
}

// scheduled writes the events of a task's beginning.
func (r *Run) scheduled(s *scope, q *request) {
	r.event(s, q.event(taskEvent{"LambdaFunctionScheduled", "TaskScheduled"}), func() map[string]any {
		details := q.details(map[string]any{})
		if q.direct() {
			details["resource"], details["input"] = q.ARN, string(q.task.Parameters)
		} else {
			details["region"], details["parameters"] = region(r.info.StateMachineARN), string(q.task.Parameters)
		}
		if q.timeout != nil {
			details["timeoutInSeconds"] = *q.timeout
		}
		if q.heartbeat != nil && !q.direct() { // the event of a function has no such member
			details["heartbeatInSeconds"] = *q.heartbeat
		}
		if q.role != nil {
			details["taskCredentials"] = map[string]any{"roleArn": q.role}
		}
		return details
	})
	if q.task.Function == "" {
		r.started(s, q.resource, q.task)
	}
}

// started writes the event of a task's start, once. A function's is its call,
// which may have to wait for others: a task that timed out before has none.
func (r *Run) started(s *scope, res resource, task *Task) {
	if !task.started {
		task.started = true
		r.event(s, res.event(taskEvent{"LambdaFunctionStarted", "TaskStarted"}), func() map[string]any { return res.details(nil) })
	}
}

// taskInput takes what the engine reports about a task.
func (r *Run) taskInput(in Input) {
	w, ok := r.pending[in.Ref]
	if !ok || w.task == nil {
		return
	}
	s := w.scope
	if w.kind == itemsToRead {
		r.itemsRead(s, in)
		return
	}
	res := s.resource()
	if in.Kind != TaskHeartbeat {
		// An answer implies the call: that it was made may not have been kept.
		r.started(s, res, w.task)
	}
	switch in.Kind {
	case TaskStarted:
	case TaskHeartbeat:
		r.restartHeartbeat(s)
	case TaskSubmitted:
		if !w.task.Submitted {
			w.task.Submitted = true
			r.submitted(s, res, in)
		}
	case TaskFailed:
		r.answered(s)
		r.taskFailed(s, res, failure{name: in.Error, cause: in.Cause, final: in.Source == FromNothing})
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
	if res.invokes() && !res.callback() && in.Source == "" && (r.testState == nil || r.testState.with.Mock == nil) {
		result = data{v: r.envelope(in.Ref, task, result)}
	}
	if result.tooLarge() {
		name, cause := ResultTooLarge(task.Resource)
		r.taskFailed(s, res, failure{name: name, cause: cause})
		return
	}
	r.testState.note("result", result)
	r.event(s, res.event(taskEvent{"LambdaFunctionSucceeded", "TaskSucceeded"}), func() map[string]any {
		return res.details(in.answered(result))
	})
	r.conclude(s, result)
}

func (r *Run) taskFailed(s *scope, res resource, f failure) {
	r.event(s, res.event(taskEvent{"LambdaFunctionFailed", "TaskFailed"}), func() map[string]any { return res.details(f.details()) })
	r.fail(s, f)
}

// submitted notes that the request of a task was answered, and that the task
// goes on until its token is used or its job is done.
func (r *Run) submitted(s *scope, res resource, in Input) {
	answer, err := decode(in.Output)
	if err != nil {
		answer = data{v: value.NewObject()}
	}
	if res.invokes() && in.Source == "" {
		answer = data{v: r.envelope(in.Ref, r.pending[in.Ref].task, answer)}
	}
	r.event(s, "TaskSubmitted", func() map[string]any {
		return res.details(in.answered(answer))
	})
}

// answered returns the details of an answer. That it is a stub's is said, by a
// member that AWS does not have; a mock's looks like the service's.
func (in Input) answered(answer data) map[string]any {
	details := map[string]any{"output": string(answer.text())}
	if in.Source == FromStub {
		details["answeredBy"] = string(FromStub)
	}
	return details
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
	res := s.resource()
	f := failure{name: name}
	r.event(s, res.event(taskEvent{"LambdaFunctionTimedOut", "TaskTimedOut"}), func() map[string]any { return res.details(f.details()) })
	r.fail(s, f)
}

// resource is what a Task state's Resource names.
type resource struct{ integration.Resource }

// resource returns that of the scope's Task state.
func (s *scope) resource() resource { return resource{s.state.Resource} }

// direct reports whether the resource is a function called by its ARN.
func (res resource) direct() bool { return !res.Integrated() }

// callback reports whether the task ends by a task token.
func (res resource) callback() bool { return res.Pattern == integration.Callback }

// invokes reports whether the task is a request to Lambda's Invoke.
func (res resource) invokes() bool { return res.Invokes() }

// name returns how messages call the resource.
func (res resource) name() string {
	if res.direct() {
		return res.ARN
	}
	return res.Service
}

// details adds the members that all events of a service integration have.
func (res resource) details(more map[string]any) map[string]any {
	if res.direct() {
		return more
	}
	if more == nil {
		more = map[string]any{}
	}
	more["resource"], more["resourceType"] = res.Verb(), res.Service
	return more
}

// taskEvent is an event type: of a function that is called by its ARN, and of
// everything else.
type taskEvent struct{ direct, integrated string }

func (res resource) event(e taskEvent) string {
	if res.direct() {
		return e.direct
	}
	return e.integrated
}

// region returns an ARN's fourth part.
func region(arn string) string {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[3]
}

// ErrToken says that a text is no task token of ours.
var ErrToken = errors.New("not a task token")

// Token returns the task token of a task: text of at most 1,024 characters, the
// service's bound, for any execution ARN that the service allows. It names the
// execution and the task, so that it can be routed, and carries a MAC under the
// execution's seed, without which it cannot be made.
func Token(info Info, ref uint64) string {
	b := binary.AppendUvarint(nil, ref)
	b = append(b, info.ExecutionARN...)
	b = append(b, keyed(info.Seed, "token", info.ExecutionARN, ref)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseToken returns which execution and task a token names. Whether the token
// is genuine is known only to who has the execution's seed: see ValidToken.
func ParseToken(token string) (executionARN string, ref uint64, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < sha256.Size {
		return "", 0, ErrToken
	}
	body := b[:len(b)-sha256.Size]
	ref, n := binary.Uvarint(body)
	if n <= 0 || len(body) == n {
		return "", 0, ErrToken
	}
	return string(body[n:]), ref, nil
}

// ValidToken reports whether token is the one of that task, in a time that does
// not depend on where they differ.
func ValidToken(info Info, ref uint64, token string) bool {
	return hmac.Equal([]byte(Token(info, ref)), []byte(token))
}

// currentToken returns the token of the task that the scope's state waits for.
func (r *Run) currentToken(s *scope) string {
	if s.task == 0 || !s.resource().callback() {
		return ""
	}
	return Token(r.info, s.task)
}
