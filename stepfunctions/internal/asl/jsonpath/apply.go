package jsonpath

import (
	"fmt"
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func (s member) apply(v any, after []step, e *evaluation) error {
	object, ok := v.(*value.Object)
	switch {
	case !ok && e.certain(after):
		return e.notFound(fmt.Sprintf("Expected to find an object with property %s in path %s but found '%s'.",
			s.fragment(), e.path.canonical(e.depth(after)), javaType(v)))
	case !ok:
		return nil
	case len(s.names) == 1:
		return s.one(object, s.names[0], after, e)
	case len(after) == 0:
		return e.follow(s.merge(object), after)
	}
	for _, name := range s.names {
		if err := s.one(object, name, after, e); err != nil {
			return err
		}
	}
	return nil
}

// one follows a single name.
func (s member) one(object *value.Object, name string, after []step, e *evaluation) error {
	v, ok := object.Get(name)
	if ok {
		return e.follow(v, after)
	}
	n := e.depth(after) + 1
	if len(after) == 0 {
		if e.strict {
			return e.missing("No results for path: %s", n)
		}
		return nil
	}
	if e.strict || (len(s.names) == 1 && e.certain(after)) {
		return e.missing("Missing property in path %s", n)
	}
	return nil
}

// merge returns an object of those names that are there: what several names at
// the end of a path mean.
func (s member) merge(object *value.Object) any {
	var members []value.Member
	for _, name := range s.names {
		if v, ok := object.Get(name); ok {
			members = append(members, value.Member{Name: name, Value: v})
		}
	}
	return value.NewObject(members...)
}

// javaType returns Jayway's name for the kind of a value.
func javaType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "java.lang.String"
	case bool:
		return "java.lang.Boolean"
	case []any:
		return "java.util.ArrayList"
	}
	if _, ok := value.Integer(v); ok {
		return "java.lang.Integer"
	}
	return "java.lang.Double"
}

func (s index) apply(v any, after []step, e *evaluation) error {
	array, err := e.array(v, after)
	if err != nil {
		return err
	}
	return e.elements(array, s.at, after)
}

func (s slice) apply(v any, after []step, e *evaluation) error {
	array, err := e.array(v, after)
	if err != nil {
		return err
	}
	from, to := s.bounds(len(array))
	for i := from; i < to; i++ {
		if err := e.elements(array, []int{i}, after); err != nil {
			return err
		}
	}
	return nil
}

// bounds returns the half-open range of indexes; like Jayway's, it may run
// through negative ones, which count from the end.
func (s slice) bounds(length int) (from, to int) {
	switch {
	case s.to == nil:
		from, to = *s.from, length
		if from < 0 {
			from = max(0, length+from)
		}
	case s.from == nil:
		to = *s.to
		if to < 0 {
			to += length
		}
		to = min(length, to)
	default:
		from, to = max(*s.from, -length), min(length, *s.to)
	}
	return from, to
}

// array returns v's elements, or an error if v is none and that is sure to be
// wrong.
func (e *evaluation) array(v any, after []step) ([]any, error) {
	array, ok := v.([]any)
	switch {
	case ok || !e.certain(after):
		return array, nil
	case v == nil:
		return nil, e.missing("The path %s is null", e.depth(after))
	}
	err := e.notFound(fmt.Sprintf("Filter: %s can only be applied to arrays. Current context is: %s",
		e.rest(after), value.Java(v)))
	err.Kind = NoArray
	return nil, err
}

// elements follows those of the wanted elements that exist.
func (e *evaluation) elements(array []any, at []int, after []step) error {
	for _, i := range at {
		v, ok := element(array, i)
		if !ok {
			continue
		}
		if err := e.follow(v, after); err != nil {
			return err
		}
	}
	return nil
}

func (wildcard) apply(v any, after []step, e *evaluation) error {
	return children(v, func(child any) error { return e.follow(child, after) })
}

// children visits the members or elements of v.
func children(v any, visit func(any) error) error {
	switch v := v.(type) {
	case *value.Object:
		for _, m := range v.Members() {
			if err := visit(m.Value); err != nil {
				return err
			}
		}
	case []any:
		for _, child := range v {
			if err := visit(child); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s filter) apply(v any, after []step, e *evaluation) error {
	switch v := v.(type) {
	case *value.Object:
		if s.condition.holds(v, e) {
			return e.follow(v, after)
		}
	case []any:
		for _, child := range v {
			if !s.condition.holds(child, e) {
				continue
			}
			if err := e.follow(child, after); err != nil {
				return err
			}
		}
	default:
		if e.certain(after) {
			return &EvaluationError{Path: e.path, Reason: fmt.Sprintf(
				"Filter: %s can not be applied to primitives. Current context is: %s", e.rest(after), value.Java(v))}
		}
	}
	return nil
}

// Set returns a copy of root with v in the path's place; root itself does not
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
