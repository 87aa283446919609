package jsonpath

import (
	"fmt"

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

// merge gives an object of those names that are there: what several names at
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

// javaType is Jayway's name for the kind of a value.
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
