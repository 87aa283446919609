package interp

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
)

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

// all tells whether every rule gives want; it stops at the first that does not.
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
