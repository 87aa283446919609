package asl

import (
	"slices"
	"strings"

	"asynchttpapi/internal/asl/value"
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
	needed, others := actionFields(action)
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
		c.parameters(member(at, holder), parameters, needed, others)
	}
	if written && !c.jsonata {
		for _, wrong := range WrongParameters(action, v) {
			c.schema(member(at, holder), "%s", wrong)
		}
	}
}

func (c *checker) parameters(at string, o *value.Object, needed string, others []string) {
	known := map[string]bool{needed: true}
	for _, name := range others {
		known[name] = true
	}
	present := map[string]bool{}
	for _, m := range o.Members() {
		name := m.Name
		if !c.jsonata {
			name = strings.TrimSuffix(name, ".$")
		}
		present[name] = true
		if !known[name] {
			c.schema(at, `The field "%s" is not supported by Step Functions`, m.Name)
		}
		c.invocation(at, m)
	}
	if !present[needed] {
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
