package interp

import (
	"encoding/json"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// limits are a task's TimeoutSeconds and HeartbeatSeconds; nil is none.
type limits struct{ timeout, heartbeat *int64 }

func (r *Run) limits(s *scope) (limits, *failure) {
	in, f := r.selected(s)
	if f != nil {
		return limits{}, f
	}
	e := r.evaluate(s, in)
	timeout, f := e.seconds("TimeoutSecondsPath", s.state.TimeoutSeconds, s.state.TimeoutSecondsPath)
	if f != nil {
		return limits{}, f
	}
	heartbeat, f := e.seconds("HeartbeatSecondsPath", s.state.HeartbeatSeconds, s.state.HeartbeatSecondsPath)
	return limits{timeout: timeout, heartbeat: heartbeat}, f
}

func (e *evaluation) seconds(field string, literal *int64, p *asl.Path) (*int64, *failure) {
	if p == nil {
		return literal, nil
	}
	n, f := e.integer(field, p)
	if f != nil {
		return nil, f
	}
	if n <= 0 {
		return nil, e.scope.broken("The %s field refers to value \"%d\" which is not a positive integer: %s", field, n, p.Text)
	}
	return &n, nil
}

// integer resolves a Path form of a number; digits in a string count as one.
func (e *evaluation) integer(field string, p *asl.Path) (int64, *failure) {
	v, f := e.field(p)
	if f != nil {
		return 0, f
	}
	n, ok := value.Integer(number(v))
	if !ok {
		return 0, e.scope.broken("The %s field refers to value \"%s\" which is not a valid integer: %s", field, plain(v), p.Text)
	}
	return n, nil
}

// watch asks for the timers that a task's limits need.
func (r *Run) watch(s *scope, l limits) {
	if l.timeout != nil {
		s.timeout = r.timer(s, taskTimeout, r.now.Add(seconds(*l.timeout)))
	}
	if l.heartbeat != nil {
		s.heartbeat = r.timer(s, taskHeartbeat, r.now.Add(seconds(*l.heartbeat)))
		r.pending[s.heartbeat].interval = seconds(*l.heartbeat)
	}
}

// heard starts a task's heartbeat interval anew.
func (r *Run) heard(s *scope) {
	old, ok := r.pending[s.heartbeat]
	if !ok {
		return
	}
	interval := old.interval
	r.release(&s.heartbeat)
	s.heartbeat = r.timer(s, taskHeartbeat, r.now.Add(interval))
	r.pending[s.heartbeat].interval = interval
}

// number takes a string of digits for the number it says.
func number(v any) any {
	if s, ok := v.(string); ok {
		return json.Number(s)
	}
	return v
}
