package asl

import (
	"errors"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// path takes a JSONPath.
func path(c *checker, at string, v any) { c.path(at, v) }

func (c *checker) path(at string, v any) *jsonpath.Path {
	s, ok := v.(string)
	if !ok {
		c.schema(at, "Expected value of type String")
		return nil
	}
	p, err := jsonpath.Parse(s)
	if err != nil {
		c.schema(at, "Value must be a valid JSONPath.")
		return nil
	}
	return p
}

// pathOrNull takes a JSONPath or null.
func pathOrNull(c *checker, at string, v any) {
	if v != nil {
		c.path(at, v)
	}
}

// resultPath takes a Reference Path into the state's input, or null.
func resultPath(c *checker, at string, v any) {
	if v == nil {
		return
	}
	c.reference(at, v, jsonpath.Input)
}

// numberPath takes a Reference Path to a number that bounds a Map state. Of a
// Map's paths AWS lets ItemsPath alone be into the context object.
func numberPath(c *checker, at string, v any) { c.reference(at, v, jsonpath.Input, jsonpath.Variable) }

// reference takes a Reference Path, one that names a single value by names and
// indexes, with one of these roots.
func (c *checker) reference(at string, v any, roots ...jsonpath.RootKind) {
	p := c.path(at, v)
	if p != nil && (!p.Reference() || !slices.Contains(roots, p.Root().Kind)) {
		c.schema(at, "Value is not a Reference Path")
	}
}

// comparedPath takes the path to a value that a Choice rule compares.
func comparedPath(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok {
		c.schema(at, "Expected value of type String")
		return
	}
	if !strings.HasPrefix(s, "$") {
		c.schema(at, "Value is not a Reference Path: Reference path didn't start with '$'")
		return
	}
	var syntax *jsonpath.SyntaxError
	if _, err := jsonpath.Parse(s); errors.As(err, &syntax) {
		c.schema(at, "Value is not a Reference Path: %s", syntax.Reason)
	}
}

// pathOrCall takes a JSONPath or an intrinsic function's call.
func pathOrCall(c *checker, at string, v any) {
	s, ok := v.(string)
	switch {
	case !ok:
		c.schema(at, "Expected value of type String")
	case unreadableExpression(s) != nil:
		c.schema(at, "Value must be a valid JSONPath or a valid intrinsic function call")
	}
}

func unreadableExpression(text string) error {
	if intrinsic.Looks(text) {
		_, err := intrinsic.Parse(text)
		return err
	}
	if !strings.HasPrefix(text, "$") {
		return errors.New("neither a path nor a call")
	}
	_, err := jsonpath.Parse(text)
	return err
}

// template takes a payload template (states-language.net, "Payload Template"):
// any JSON in which the members whose names end in ".$" hold expressions. In
// JSONata the names mean nothing, but texts may be expressions.
func template(c *checker, at string, v any) {
	switch v := v.(type) {
	case *value.Object:
		for _, m := range v.Members() {
			if !c.jsonata && strings.HasSuffix(m.Name, ".$") {
				c.templateMember(at, m)
				continue
			}
			template(c, member(at, m.Name), m.Value)
		}
	case []any:
		c.each(at, v, template)
	case string:
		c.expressionMarks(at, v)
	}
}

func (c *checker) templateMember(at string, m value.Member) {
	s, ok := m.Value.(string)
	switch {
	case !ok:
		c.schema(at, "The value for the field '%s' must be a STRING that contains a JSONPath but was an %s", m.Name, kindName(m.Value))
	case unreadableExpression(s) != nil:
		c.schema(at, "The value for the field '%s' must be a valid JSONPath or a valid intrinsic function call", m.Name)
	}
}
