package interp

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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
	if r.trial != nil {
		r.trial.left(out, how)
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
	if !value.Fits(assigned, maxData) {
		return nil, s.tooLargeVariables()
	}
	if taken, ok := s.vars.set(assigned); !ok {
		return nil, s.broken("The variable '%s' is defined in an outer scope and cannot be assigned here.", taken)
	}
	return assigned, nil
}

// texts gives each member's value as JSON text.
func texts(o *value.Object) map[string]any {
	out := make(map[string]any, o.Len())
	for _, m := range o.Members() {
		out[m.Name] = value.Text(m.Value)
	}
	return out
}
