package interp

import (
	"fmt"

	"asynchttpapi/internal/asl/value"
)

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

// set gives all of the object's members as variables of this scope.
func (v *variables) set(assigned *value.Object) error {
	for _, m := range assigned.Members() {
		if _, ok := v.outer.get(m.Name); ok {
			return fmt.Errorf("The variable '%s' is defined in an outer scope and cannot be assigned here.", m.Name) //nolint:staticcheck // a cause, which is a sentence
		}
	}
	for _, m := range assigned.Members() {
		v.own = v.own.With(m.Name, m.Value)
	}
	return nil
}
