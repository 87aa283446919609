package asl

import (
	"slices"
	"strings"
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
