package interp

import (
	"math"
	"slices"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// wait pauses until the time a Wait state names; one that has come already
// lets the state be left at once.
func (r *Run) wait(s *scope) *failure {
	in, f := r.selected(s)
	if f != nil {
		return f
	}
	until, f := r.waitUntil(s, in)
	if f != nil {
		return f
	}
	if until.Sub(s.enteredAt) > maxWait {
		return s.broken("Wait state delay is too long.")
	}
	if until.After(r.now) && r.testState == nil {
		s.pause = r.timer(s, waitOver, until)
		return nil
	}
	return r.waited(s)
}

// waited leaves a Wait state whose time has come.
func (r *Run) waited(s *scope) *failure {
	in, f := r.selected(s)
	if f != nil {
		return f
	}
	out, f := r.through(s, s.state.OutputPath, in)
	if f != nil {
		return f
	}
	r.leave(s, out, exit{assign: s.state.Assign, from: in, next: s.state.Next})
	return nil
}

// maxWait is the longest pause that the service makes, in whatever form it is
// asked for: its delay is a 32-bit number of seconds. The guide allows Seconds
// that are written in a definition less, which validation sees to.
const maxWait = math.MaxInt32 * time.Second

// waitUntil returns the end of the pause. Of a timestamp the service takes whole
// seconds alone (https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html).
func (r *Run) waitUntil(s *scope, in data) (time.Time, *failure) {
	st := s.state
	switch {
	case st.Seconds != nil:
		return s.enteredAt.Add(seconds(*st.Seconds)), nil
	case st.SecondsPath != nil:
		n, f := r.waitSeconds(s, in, st.SecondsPath)
		return s.enteredAt.Add(seconds(n)), f
	case st.TimestampPath != nil:
		at, f := r.waitTimestamp(s, in, st.TimestampPath)
		return at.Truncate(time.Second), f
	}
	at, ok := value.Timestamp(st.Timestamp)
	if !ok {
		return at, s.broken("The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: %s", st.Timestamp)
	}
	return at.Truncate(time.Second), nil
}

func (r *Run) waitSeconds(s *scope, in data, p *asl.Path) (int64, *failure) {
	v, err := r.evaluate(s, in).get(p.JSONPath)
	if err != nil || v == nil {
		return 0, s.broken("The SecondsPath parameter does not reference an input value: %s", p.Text)
	}
	n, ok := value.Integer(v)
	if !ok {
		return 0, s.broken("The SecondsPath parameter cannot be parsed as a long value: %s == %s", p.Text, plain(v))
	}
	if n < 0 {
		return 0, s.broken("The SecondsPath parameter references a negative value: %s == %d", p.Text, n)
	}
	return n, nil
}

func (r *Run) waitTimestamp(s *scope, in data, p *asl.Path) (time.Time, *failure) {
	v, err := r.evaluate(s, in).get(p.JSONPath)
	if err != nil || v == nil {
		return time.Time{}, s.broken("The TimestampPath parameter does not reference an input value: %s", p.Text)
	}
	at, ok := value.Timestamp(v)
	if !ok {
		return at, s.broken("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: %s == %s",
			p.Text, plain(v))
	}
	return at, nil
}

// plain returns a value, or its beginning, as messages show it: a string without its quotes.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return value.Excerpt(v, maxExcerpt)
}

// variables are the workflow variables of one scope. A part inside a Parallel
// or Map state reads the variables outside, and sets its own alone.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
type variables struct {
	outer *variables
	own   *value.Object
}

func (v *variables) get(name string) (any, bool) {
	for ; v != nil; v = v.outer {
		if found, ok := v.own.Get(name); ok {
			return found, true
		}
	}
	return nil, false
}

// maxVariables is the service's limit of all variables that a state can see, in
// bytes of JSON.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
const maxVariables = 10 << 20

// fit reports whether the object's members may be added.
func (v *variables) fit(assigned *value.Object) bool {
	left := value.Left(assigned, maxVariables)
	for ; v != nil && left >= 0; v = v.outer {
		left = value.Left(v.own, left)
		for _, m := range assigned.Members() {
			if old, ok := v.own.Get(m.Name); ok {
				left += size(old) + size(m.Name) + 1 // it gives way
			}
		}
	}
	return left >= 0
}

// set returns all of the object's members as variables of this scope; ok is
// false, and nothing is set, where one of them is taken by an outer scope.
func (v *variables) set(assigned *value.Object) (taken string, ok bool) {
	for _, m := range assigned.Members() {
		if _, outer := v.outer.get(m.Name); outer {
			return m.Name, false
		}
	}
	v.own = value.NewObject(slices.Concat(v.own.Members(), assigned.Members())...)
	return "", true
}
