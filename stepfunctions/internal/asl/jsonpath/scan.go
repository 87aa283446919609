package jsonpath

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// apply visits v and everything below it, in the order of the document, and
// applies the step after the scan wherever that step can match.
func (s scan) apply(v any, after []step, e *evaluation) error {
	if err := e.spend(); err != nil {
		return err
	}
	if err := s.visit(v, after, e); err != nil {
		return err
	}
	return children(v, func(child any) error { return s.apply(child, after, e) })
}

// visit applies the next step to one value. Jayway takes all elements of an
// array there, whatever the step says, unless the step is the path's last.
func (s scan) visit(v any, after []step, e *evaluation) error {
	next, rest := after[0], after[1:]
	if !matches(next, len(rest) == 0, v, e) {
		return nil
	}
	if array, ok := v.([]any); ok && len(rest) > 0 {
		for _, child := range array {
			if err := e.follow(child, rest); err != nil {
				return err
			}
		}
		return nil
	}
	return next.apply(v, rest, e)
}

// matches tells whether it makes sense to apply next to v.
func matches(next step, leaf bool, v any, e *evaluation) bool {
	object, isObject := v.(*value.Object)
	_, isArray := v.([]any)
	switch next := next.(type) {
	case member:
		return isObject && next.within(object, leaf)
	case index, slice:
		return isArray
	case wildcard:
		return isObject || isArray
	case filter:
		return (isObject || isArray) && next.condition.holds(v, e)
	}
	return false
}

// within tells whether the step can find its names in object: all of them if
// it is to merge them, which it does at the end of a path.
func (s member) within(object *value.Object, leaf bool) bool {
	if !s.definite(leaf) {
		return true
	}
	for _, name := range s.names {
		if _, ok := object.Get(name); !ok {
			return false
		}
	}
	return true
}
