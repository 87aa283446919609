package interp

import (
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
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

// set gives all of the object's members as variables of this scope; ok is
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
