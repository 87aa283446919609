package jsonpath

import (
	"fmt"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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

// bounds gives the half-open range of indexes; like Jayway's, it may run
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

// array gives v's elements, or an error if v is none and that is sure to be
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
