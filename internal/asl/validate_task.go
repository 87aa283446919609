package asl

import (
	"regexp"
	"strings"

	"asynchttpapi/internal/asl/value"
)

func (c *checker) taskRules(at string, o *value.Object) {
	c.required(at, o, "Resource")
	c.atMostOne(at, o, "TimeoutSeconds", "TimeoutSecondsPath")
	c.atMostOne(at, o, "HeartbeatSeconds", "HeartbeatSecondsPath")
	c.catchAllLast(at, o)
	timeout, _ := o.Get("TimeoutSeconds")
	heartbeat, _ := o.Get("HeartbeatSeconds")
	if order, ok := value.CompareNumbers(heartbeat, timeout); ok && order >= 0 {
		c.schema(member(at, "HeartbeatSeconds"), "HeartbeatSeconds must be smaller than TimeoutSeconds")
	}
}

// The forms of resources (AWS documentation, "Integrating services").
const (
	partition    = `arn:aws[a-z-]*:`
	lambdaForm   = partition + `lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]+(:[a-zA-Z0-9_$.-]+)?`
	invokeForm   = partition + `states:[a-z0-9-]*:\d*:lambda:invoke(\.waitForTaskToken)?`
	startForm    = partition + `states:[a-z0-9-]*:\d*:states:startExecution(\.sync|\.sync:2|\.waitForTaskToken)?`
	activityForm = partition + `states:[a-z0-9-]+:\d{12}:activity:.+`
)

// resource checks what a Task state calls: it has to be an ARN, of a kind that
// the engine can call.
func resource(c *checker, at string, v any) {
	arn, ok := v.(string)
	switch {
	case !ok:
		c.schema(at, "Expected value of type String")
	case !strings.HasPrefix(arn, "arn:") || strings.Count(arn, ":") < 5:
		c.schema(at, "Value is not a valid resource ARN")
	case c.express && matches(activityForm, arn):
		c.schema(at, "Express state machine does not support Activity ARN")
	case c.express && waits(arn) != "":
		c.schema(at, "Express state machine does not support '%s' service integration", waits(arn))
	case !matches(lambdaForm+"|"+invokeForm+"|"+startForm, arn):
		c.foreignResource(at, arn)
	}
}

// waits gives the integration pattern by which a task waits for something.
func waits(arn string) string {
	for _, pattern := range []string{".sync", ".waitForTaskToken"} {
		if strings.HasSuffix(strings.TrimSuffix(arn, ":2"), pattern) {
			return pattern
		}
	}
	return ""
}

// foreignResource reports a resource that is not run here: AWS itself does not
// know other forms of what is.
func (c *checker) foreignResource(at, arn string) {
	if matches(partition+`states:[a-z0-9-]*:\d*:(lambda|states):.*`, arn) {
		c.schema(at, "The resource provided %s is not recognized. "+
			"The value is not a valid resource ARN, or the resource is not available in this region.", arn)
		return
	}
	c.unsupported(at, "The resource %s is not supported: tasks can call Lambda functions, by their ARN or through "+
		"lambda:invoke, and state machines through states:startExecution", arn)
}

func matches(form, arn string) bool { return regexp.MustCompile("^(?:" + form + ")$").MatchString(arn) }

func credentials(c *checker, at string, v any) {
	if c.isExpression(v) {
		return
	}
	o := c.object(at, v, credentialFields(v))
	if o != nil && !has(o, "RoleArn") && !has(o, "RoleArn.$") {
		c.schema(at, "The field 'RoleArn' is required but was missing")
	}
	if !c.jsonata {
		template(c, at, v)
	}
}

// credentialFields takes any member, for AWS asks for one alone.
func credentialFields(v any) []field {
	var fields []field
	o, _ := v.(*value.Object)
	for _, m := range o.Members() {
		fields = append(fields, field{m.Name, anything})
	}
	return fields
}
