package asl

import (
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
)

// resource checks what a Task state calls: it has to be an ARN, of a kind that
// the engine can call or, with Options.Integrations, have answered by a mock or
// a stub (AWS documentation, "Integrating services").
func resource(c *checker, at string, v any) {
	text, ok := v.(string)
	r := integration.Parse(text)
	kind := r.Kind()
	switch {
	case !ok:
		c.schema(at, "Expected value of type String")
	case r.Incomplete() != "":
		c.schema(at, "Value is not a valid resource ARN: the ARN of a Lambda function needs a %s, as in %s",
			r.Incomplete(), functionForm)
	case !r.Valid():
		c.schema(at, "Value is not a valid resource ARN")
	case c.express && r.Activity():
		c.schema(at, "Express state machine does not support Activity ARN")
	case c.express && r.Pattern != "":
		c.schema(at, "%s", expressMessage(r.Pattern))
	case r.Function() || kind == integration.Native:
	case r.Service == "lambda" || r.Service == "states" || r.LacksPattern():
		c.schema(at, "The resource provided %s is not recognized. "+
			"The value is not a valid resource ARN, or the resource is not available in this region.", text)
	case c.testState:
	case r.Activity():
		c.unsupported(at, "The resource %s is not supported: nothing polls for the tasks of activities", text)
	case kind == integration.Unknown && !r.Integrated() && strings.Contains(text, ":lambda:"):
		c.unsupported(at, "The resource %s is not supported: the ARN of a Lambda function has the form %s", text, functionForm)
	case kind == integration.Unknown:
		c.unsupported(at, "The resource %s is not supported: it is no service integration that is known here", text)
	case !c.integrations:
		c.unsupported(at, "The resource %s is not supported by itself: %s", text, instead(kind))
	}
}

// functionForm is the form of the ARN of a Lambda function.
const functionForm = "arn:aws:lambda:REGION:ACCOUNT:function:NAME"

// withMock says how a mock can answer for a state.
const withMock = "give it a mock (-mock FILE; -write-mocks FILE makes such a file)"

// instead returns what can answer for a call of another service.
func instead(kind integration.Kind) string {
	if kind == integration.Write {
		return withMock + " or a stub (-integrations stub)"
	}
	return withMock
}

// expressMessage returns why an Express machine cannot wait. AWS's words for the
// callback pattern, unlike those for jobs, end in a space.
func expressMessage(pattern integration.Pattern) string {
	if pattern == integration.Callback {
		return "Express state machine does not support '" + string(pattern) + "' service integration "
	}
	return "Express state machine does not support '" + string(integration.Sync) + "' service integration"
}

func (c *checker) taskRules(at string, o *value.Object) {
	c.required(at, o, "Resource")
	c.integration(at, o)
	if name, _ := get(o, "Resource").(string); has(o, "Credentials") && integration.Parse(name).Activity() {
		c.schema(member(at, "Credentials"), "The field 'Credentials' is not supported for activities")
	}
	c.atMostOne(at, o, "TimeoutSeconds", "TimeoutSecondsPath")
	c.atMostOne(at, o, "HeartbeatSeconds", "HeartbeatSecondsPath")
	c.catchAllLast(at, o)
	timeout, _ := o.Get("TimeoutSeconds")
	heartbeat, _ := o.Get("HeartbeatSeconds")
	if order, ok := value.CompareNumbers(heartbeat, timeout); ok && order >= 0 {
		c.schema(member(at, "HeartbeatSeconds"), "HeartbeatSeconds must be smaller than TimeoutSeconds")
	}
}

// credentials accepts any members, for AWS asks for one alone.
func credentials(c *checker, at string, v any) {
	if c.isExpression(v) {
		return
	}
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return
	}
	if !has(o, "RoleArn") && !has(o, "RoleArn.$") {
		c.schema(at, "The field 'RoleArn' is required but was missing")
	}
	template(c, at, v)
}

// integration checks the parameters of a service integration, which AWS knows
// by name: the one that is needed, and no others than the action has.
func (c *checker) integration(at string, o *value.Object) {
	text, _ := get(o, "Resource").(string)
	r := integration.Parse(text)
	if r.Kind() != integration.Native || (c.express && r.Pattern != "") {
		return // rejected already, or not known by name
	}
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
		c.parameters(member(at, holder), parameters, r)
	}
	if written && !c.jsonata {
		for _, wrong := range WrongParameters(r, v) {
			c.schema(member(at, holder), "%s", wrong)
		}
	}
}

// parameters checks the names of an action's parameters. AWS lets those pass
// whose values are yet to be found, by ".$", and fails the task instead.
func (c *checker) parameters(at string, o *value.Object, r integration.Resource) {
	for _, m := range o.Members() {
		dynamic := !c.jsonata && strings.HasSuffix(m.Name, ".$")
		if unknown := UnknownParameter(r, m.Name); unknown != "" && !dynamic {
			c.schema(at, "%s", unknown)
		}
		c.invocation(at, m)
	}
	needed, _, _ := r.Parameters()
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

// WrongParameters returns what is wrong with the values of the parameters of a
// native service integration, such as lambda:invoke, in the words of AWS. It
// finds nothing wrong with any other.
func WrongParameters(r integration.Resource, parameters any) []string {
	needed, others, known := r.Parameters()
	if !known {
		return nil
	}
	o, ok := parameters.(*value.Object)
	if !ok {
		return []string{"The Parameters must be an OBJECT"}
	}
	var wrong []string
	for _, name := range append([]string{needed}, others...) {
		v, present := o.Get(name)
		_, isText := v.(string)
		switch {
		case name == needed && v == "":
			wrong = append(wrong, "The value of the field '"+name+"' has an invalid format")
		case !present || isText || takes(name, v) || (v == nil && name != needed):
		default:
			wrong = append(wrong, "The value for the field '"+name+"' must be a STRING")
		}
	}
	return wrong
}

// UnknownParameter returns the message about a parameter that a native service
// integration does not have; empty where it has it, and for any other.
func UnknownParameter(r integration.Resource, name string) string {
	needed, others, known := r.Parameters()
	if !known || name == needed || slices.Contains(others, name) {
		return ""
	}
	return `The field "` + name + `" is not supported by Step Functions`
}

// takes reports whether the parameter is data for who is called, and may be this
// value besides a text. AWS rejects numbers as a function's Payload.
func takes(name string, v any) bool {
	switch v.(type) {
	case *value.Object, []any:
		return name == "Payload" || name == "Input"
	}
	return name == "Input"
}
