package asl

import (
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// resource checks what a Task state calls: it has to be an ARN, of a kind that
// the engine can call (AWS documentation, "Integrating services").
func resource(c *checker, at string, v any) {
	text, ok := v.(string)
	a := parseARN(text)
	pattern := a.pattern()
	switch {
	case !ok:
		c.schema(at, "Expected value of type String")
	case !a.valid():
		c.schema(at, "Value is not a valid resource ARN")
	case c.express && a.activity():
		c.schema(at, "Express state machine does not support Activity ARN")
	case c.express && pattern != "":
		c.schema(at, "%s", expressRefusal(pattern))
	case a.function() || slices.Contains(calls(), a.call()):
	case strings.HasPrefix(a.call(), "lambda:") || strings.HasPrefix(a.call(), "states:"):
		c.schema(at, "The resource provided %s is not recognized. "+
			"The value is not a valid resource ARN, or the resource is not available in this region.", text)
	default:
		c.unsupported(at, "The resource %s is not supported: tasks can call Lambda functions, by their ARN or through "+
			"lambda:invoke, and state machines through states:startExecution", text)
	}
}

// expressRefusal words why an Express machine cannot wait. AWS's words for the
// callback pattern, unlike those for jobs, end in a space.
func expressRefusal(pattern string) string {
	refusal := "Express state machine does not support '" + pattern + "' service integration"
	if pattern == callbackPattern {
		refusal += " "
	}
	return refusal
}

// callbackPattern ends the action of a task that waits for a task token.
const callbackPattern = ".waitForTaskToken"

// calls are the service integrations that the engine has.
func calls() []string {
	return []string{
		"lambda:invoke", "lambda:invoke.waitForTaskToken",
		"states:startExecution", "states:startExecution.sync", "states:startExecution.sync:2", "states:startExecution.waitForTaskToken",
	}
}

// arn is arn:partition:service:region:account:rest.
type arn struct{ scheme, partition, service, region, account, rest string }

func parseARN(text string) arn {
	parts := append(strings.SplitN(text, ":", 6), "", "", "", "", "")
	return arn{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]}
}

func (a arn) valid() bool {
	return a.scheme == "arn" && strings.HasPrefix(a.partition, "aws") && a.service != "" && a.rest != "" &&
		!strings.ContainsAny(a.rest, " \t\r\n")
}

// function tells whether it is a Lambda function, maybe with a version or alias.
func (a arn) function() bool {
	kind, name, _ := strings.Cut(a.rest, ":")
	return a.service == "lambda" && a.region != "" && a.account != "" && kind == "function" && name != ""
}

func (a arn) activity() bool { return a.service == "states" && strings.HasPrefix(a.rest, "activity:") }

// call gives service:action for an ARN of a service integration.
func (a arn) call() string {
	if a.service != "states" || a.activity() {
		return ""
	}
	return a.rest
}

// pattern gives how a task waits for more than the answer, if it does.
func (a arn) pattern() string {
	for _, pattern := range []string{".sync", callbackPattern} {
		if strings.HasSuffix(strings.TrimSuffix(a.call(), ":2"), pattern) {
			return pattern
		}
	}
	return ""
}

func (c *checker) taskRules(at string, o *value.Object) {
	c.required(at, o, "Resource")
	c.integration(at, o)
	if name, _ := get(o, "Resource").(string); has(o, "Credentials") && parseARN(name).activity() {
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

// credentials takes any members, for AWS asks for one alone.
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

// WrongParameters tells what is wrong with the values of the parameters of a
// service integration's action, such as lambda:invoke, in the words of AWS. It
// finds nothing wrong with an action that is not known.
func WrongParameters(action string, parameters any) []string {
	if !slices.Contains(calls(), action) {
		return nil
	}
	o, ok := parameters.(*value.Object)
	if !ok {
		return []string{"The Parameters must be an OBJECT"}
	}
	var wrong []string
	needed, others := actionFields(action)
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

// UnknownParameter words the refusal of a parameter that an action does not
// have; empty where it has it, or the action is not known.
func UnknownParameter(action, name string) string {
	needed, others := actionFields(action)
	if !slices.Contains(calls(), action) || name == needed || slices.Contains(others, name) {
		return ""
	}
	return `The field "` + name + `" is not supported by Step Functions`
}

// takes tells whether the parameter is data for who is called, and may be this
// value besides a text. AWS refuses numbers as a function's Payload.
func takes(name string, v any) bool {
	switch v.(type) {
	case *value.Object, []any:
		return name == "Payload" || name == "Input"
	}
	return name == "Input"
}

// actionFields gives the parameters of an action: the one it needs and the
// others (Lambda's Invoke and Step Functions' StartExecution).
func actionFields(action string) (needed string, others []string) {
	if action == "lambda:invoke" {
		return "FunctionName", []string{"ClientContext", "InvocationType", "LogType", "Payload", "Qualifier", "TenantId"}
	}
	return "StateMachineArn", []string{"Input", "Name", "TraceHeader"}
}
