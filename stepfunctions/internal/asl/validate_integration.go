package asl

import (
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// integration checks the parameters of a service integration, which AWS knows
// by name: the one that is needed, and no others than the action has.
func (c *checker) integration(at string, o *value.Object) {
	text, _ := get(o, "Resource").(string)
	a := parseARN(text)
	if !slices.Contains(calls(), a.call()) || (c.express && a.pattern() != "") {
		return // refused already
	}
	action, _, _ := strings.Cut(a.call(), ".")
	holder := "Parameters"
	if c.jsonata {
		holder = "Arguments"
	}
	v, written := o.Get(holder)
	parameters, ok := v.(*value.Object)
	switch {
	case !written:
		c.schema(member(at, "Resource"), "%s field is required for resource ARN: %s", holder, text)
	case ok:
		c.parameters(member(at, holder), parameters, action)
	}
	if written && !c.jsonata {
		for _, wrong := range WrongParameters(action, v) {
			c.schema(member(at, holder), "%s", wrong)
		}
	}
}

// parameters checks the names of an action's parameters. AWS lets those pass
// whose values are yet to be found, by ".$", and fails the task instead.
func (c *checker) parameters(at string, o *value.Object, action string) {
	for _, m := range o.Members() {
		dynamic := !c.jsonata && strings.HasSuffix(m.Name, ".$")
		if unknown := UnknownParameter(action, m.Name); unknown != "" && !dynamic {
			c.schema(at, "%s", unknown)
		}
		c.invocation(at, m)
	}
	needed, _ := actionFields(action)
	if !has(o, needed) && (c.jsonata || !has(o, needed+".$")) {
		c.schema(at, "The field '%s' is required but was missing", needed)
	}
}

// invocation reports the parameters of Lambda's Invoke that this engine cannot
// honour: it waits for every function's answer, and passes on a payload alone.
func (c *checker) invocation(at string, m value.Member) {
	switch {
	case m.Name == "InvocationType" && m.Value != "RequestResponse":
		c.unsupported(member(at, m.Name), "The InvocationType %s is not supported: a task waits for its function's answer", value.Text(m.Value))
	case strings.TrimSuffix(m.Name, ".$") == "ClientContext":
		c.unsupported(member(at, m.Name), "A ClientContext cannot be passed to a function")
	}
}
