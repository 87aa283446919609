package asl

import (
	"encoding/json"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// anything takes any JSON.
func anything(*checker, string, any) {}

func text(c *checker, at string, v any) {
	if s, ok := v.(string); ok {
		c.expressionMarks(at, s)
		return
	}
	c.schema(at, "Expected value of type String")
}

// oneOf takes these texts.
func oneOf(allowed ...string) check {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch {
		case !ok:
			c.schema(at, "Expected value of type [STRING]")
		case !slices.Contains(allowed, s):
			c.schema(at, "Value should be one of the following: [%s]", strings.Join(allowed, ", "))
		}
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.schema(at, "Expected value of type Boolean")
	}
}

// integer takes a whole number within bounds, and in JSONata an expression.
func integer(low, high int64) check {
	return func(c *checker, at string, v any) {
		n, ok := value.Integer(v)
		switch {
		case c.isExpression(v):
		case !ok:
			c.schema(at, "Expected value of type Integer")
		case n < low:
			c.schema(at, "Minimum value is %d", low)
		case n > high:
			c.schema(at, "Maximum value is %d", high)
		}
	}
}

// number takes a number that is not below low nor above high, which AWS words
// as Java writes a double.
func number(low, high float64) check {
	return func(c *checker, at string, v any) {
		n, ok := value.Number(v)
		switch {
		case c.isExpression(v):
		case !ok:
			c.schema(at, "Expected value of type Number")
		case n < low:
			c.schema(at, "Minimum value is %.1f", low)
		case n > high:
			c.schema(at, "Maximum value is %.1f", high)
		}
	}
}

// list takes an array that is not empty, and looks at each element.
func list(each check) check {
	return func(c *checker, at string, v any) {
		if items, ok := c.items(at, v); ok && len(items) == 0 {
			c.schema(at, "Value cannot be empty")
		} else {
			c.each(at, items, each)
		}
	}
}

// anyList takes an array, which may be empty.
func anyList(each check) check {
	return func(c *checker, at string, v any) {
		items, _ := c.items(at, v)
		c.each(at, items, each)
	}
}

func (c *checker) items(at string, v any) ([]any, bool) {
	items, ok := v.([]any)
	if !ok {
		c.schema(at, "Expected value of type Array")
	}
	return items, ok
}

func (c *checker) each(at string, items []any, look check) {
	for i, item := range items {
		look(c, element(at, i), item)
	}
}

func timestamp(c *checker, at string, v any) {
	if _, ok := value.Timestamp(v); !ok && !c.isExpression(v) {
		c.schema(at, "String does not match RFC3339 timestamp")
	}
}

// kindName is what AWS calls the type of a value.
func kindName(v any) string {
	switch n := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return "BOOLEAN"
	case string:
		return "STRING"
	case []any:
		return "ARRAY"
	case json.Number:
		if _, ok := value.Integer(n); ok {
			return "INTEGER"
		}
		return "FLOAT"
	}
	return "OBJECT"
}
