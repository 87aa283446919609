package jsonpath

import (
	"fmt"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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
