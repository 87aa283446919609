package asl

import (
	"errors"
	"strings"

	"asynchttpapi/internal/asl/intrinsic"
	"asynchttpapi/internal/asl/jsonpath"
	"asynchttpapi/internal/asl/value"
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
	switch p := c.path(at, v); {
	case p == nil:
	case p.Root().Kind != jsonpath.Input:
		c.schema(at, "Value is not a Reference Path: the path must be into the state's input")
	case !p.Reference():
		c.schema(at, "Value is not a Reference Path: the path must name a single value by names and indexes")
	}
}

// comparedPath takes the path to a value that a Choice rule compares.
func comparedPath(c *checker, at string, v any) {
	if s, ok := v.(string); ok && !strings.HasPrefix(s, "$") {
		c.schema(at, "Value is not a Reference Path: Reference path didn't start with '$'")
		return
	}
	c.path(at, v)
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
