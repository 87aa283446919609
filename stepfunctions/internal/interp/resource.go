package interp

import "strings"

// resource is what a Task state's Resource names.
type resource struct {
	arn string
	// service and action are set for a service integration
	// (arn:aws:states:::service:action); the action has its .sync or
	// .waitForTaskToken suffix. Both are empty for a function's ARN.
	service, action string
}

const integration = ":states:::"

func parseResource(arn string) resource {
	_, rest, ok := strings.Cut(arn, integration)
	if !ok {
		return resource{arn: arn}
	}
	at := strings.LastIndexByte(rest, ':')
	if i := strings.Index(rest, ".sync:2"); i >= 0 {
		at = strings.LastIndexByte(rest[:i], ':')
	}
	if at < 0 {
		return resource{arn: arn, service: rest}
	}
	return resource{arn: arn, service: rest[:at], action: rest[at+1:]}
}

// direct tells whether the resource is a function called by its ARN.
func (res resource) direct() bool { return res.service == "" }

// callback tells whether the task ends by a task token.
func (res resource) callback() bool { return strings.HasSuffix(res.action, ".waitForTaskToken") }

// invokes tells whether the task is a request to Lambda's Invoke.
func (res resource) invokes() bool {
	return res.service == "lambda" && strings.TrimSuffix(res.action, ".waitForTaskToken") == "invoke"
}

// name is how messages call the resource.
func (res resource) name() string {
	if res.direct() {
		return res.arn
	}
	return res.service
}

// details adds the members that all events of a service integration have.
func (res resource) details(more map[string]any) map[string]any {
	if res.direct() {
		return more
	}
	if more == nil {
		more = map[string]any{}
	}
	more["resource"], more["resourceType"] = res.action, res.service
	return more
}

// event is the event type for a task of this resource: Scheduled, Started,
// Succeeded, Failed or TimedOut.
func (res resource) event(what string) string {
	if res.direct() {
		return "LambdaFunction" + what
	}
	return "Task" + what
}

// region is an ARN's fourth part.
func region(arn string) string {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[3]
}
