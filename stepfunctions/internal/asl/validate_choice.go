package asl

import (
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// topRule checks a rule of a Choice state; rules inside it neither go anywhere
// nor assign variables.
func topRule(c *checker, at string, v any) {
	o := c.rule(at, v, field{"Next", text}, field{"Assign", assign}, field{"Output", template})
	if o != nil {
		c.required(at, o, "Next")
		c.foreign(at, o)
	}
}

func innerRule(c *checker, at string, v any) { c.rule(at, v) }

// rule checks a condition that may have more fields.
func (c *checker) rule(at string, v any, more ...field) *value.Object {
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return nil
	}
	c.object(at, o, slices.Concat(more, ruleFields(), operatorFields(o)))
	c.form(at, o)
	return o
}

func ruleFields() []field {
	return []field{
		{"Comment", text},
		{"And", list(innerRule)},
		{"Or", list(innerRule)},
		{"Not", innerRule},
		{"Variable", comparedPath},
		{"Condition", condition},
	}
}

// operatorFields gives the operators that o has, with checks of their operands.
func operatorFields(o *value.Object) []field {
	var fields []field
	for _, m := range o.Members() {
		if operator, ok := choice.Lookup(m.Name); ok {
			fields = append(fields, field{m.Name, operand(operator)})
		}
	}
	return fields
}

func operand(o choice.Operator) check {
	switch {
	case o.Path:
		return comparedPath
	case o.Kind == choice.String:
		return text
	case o.Kind == choice.Number:
		return func(c *checker, at string, v any) {
			if _, ok := value.Number(v); !ok {
				c.schema(at, "Expected value of type Number")
			}
		}
	case o.Kind == choice.Timestamp:
		return timestamp
	}
	return boolean
}

func condition(c *checker, at string, v any) {
	if _, literal := v.(bool); literal {
		return
	}
	text(c, at, v)
}

// form checks that a rule is exactly one thing: a combination of rules, or a
// comparison with one operator.
func (c *checker) form(at string, o *value.Object) {
	forms := []string{"And", "Or", "Not", "Variable", "Condition"}
	present := slices.DeleteFunc(slices.Clone(forms), func(name string) bool { return !has(o, name) })
	if len(present) != 1 {
		c.schema(at, "The object must have only one of the following fields, [%s]", strings.Join(forms, ", "))
	}
	var operators []string
	for _, f := range operatorFields(o) {
		operators = append(operators, f.name)
	}
	switch {
	case len(operators) > 1:
		c.schema(at, "There should only be one of the following fields: [%s]", strings.Join(operators, ", "))
	case has(o, "Variable") && len(operators) == 0:
		c.schema(at, "This object should have only one comparison operator, such as StringEquals")
	case !has(o, "Variable") && len(operators) == 1 && len(present) == 1:
		c.schema(at, "Field '%s' is not supported", operators[0])
	}
	c.conditionLanguage(at, o)
}

// conditionLanguage reports a comparison in JSONata, and a condition in
// JSONPath.
func (c *checker) conditionLanguage(at string, o *value.Object) {
	switch {
	case c.jsonata && has(o, "Variable"):
		c.schema(at, "The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage")
	case !c.jsonata && has(o, "Condition"):
		c.schema(at, "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage")
	}
}
