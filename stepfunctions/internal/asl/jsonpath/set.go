package jsonpath

import (
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Set gives a copy of root with v in the path's place; root itself does not
// change, and what is not on the way is shared. Missing objects are made; an
// array has to have the element that an index names. Where that cannot be, and
// for a path that is no Reference Path, the answer is a *MatchError.
func (p *Path) Set(root, v any) (any, error) {
	if !p.reference {
		return nil, p.mismatch(root)
	}
	changed, ok := set(root, v, p.steps)
	if !ok {
		return nil, p.mismatch(root)
	}
	return changed, nil
}

func set(current, v any, steps []step) (any, bool) {
	if len(steps) == 0 {
		return v, true
	}
	switch s := steps[0].(type) {
	case member:
		return setMember(current, v, s.names[0], steps[1:])
	case index:
		return setElement(current, v, s.at[0], steps[1:])
	}
	return nil, false
}

func setMember(current, v any, name string, after []step) (any, bool) {
	object, ok := current.(*value.Object)
	if !ok {
		return nil, false
	}
	child, ok := object.Get(name)
	if !ok && len(after) > 0 {
		child = value.NewObject()
	}
	child, ok = set(child, v, after)
	if !ok {
		return nil, false
	}
	return object.With(name, child), true
}

func setElement(current, v any, at int, after []step) (any, bool) {
	child, ok := element(current, at)
	if !ok {
		return nil, false
	}
	child, ok = set(child, v, after)
	if !ok {
		return nil, false
	}
	array := slices.Clone(current.([]any))
	array[at] = child
	return array, true
}

func (p *Path) mismatch(root any) error {
	return &MatchError{Path: p, Input: value.Text(root)}
}
