package interp

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// request is a task on its way out, with what only its events tell.
type request struct {
	resource
	limits
	task *Task
	// role is the RoleArn of Credentials, empty without them. There is nobody
	// here to assume it; the history shows it as the service's does.
	role any
}

// schedule sets a Task state's work going.
func (r *Run) schedule(s *scope) *failure {
	q := &request{resource: parseResource(s.state.Resource)}
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
	q.task = &Task{Ref: s.task, Resource: s.state.Resource, State: s.state.Name}
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
	if why := q.refused(parameters); why != "" {
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
	r.event(s, q.event("Scheduled"), func() map[string]any {
		details := q.details(map[string]any{})
		if q.direct() {
			details["resource"], details["input"] = q.arn, string(q.task.Parameters)
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
	r.event(s, q.event("Started"), func() map[string]any { return q.details(nil) })
}
