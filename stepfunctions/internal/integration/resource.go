// Package integration is the table of service integrations: which actions of
// which services a Task state can name, what they need, what they answer, and
// who answers on this machine. Validation, interpreter, engine and TestState
// read it, so that they agree.
//
// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
package integration

import "strings"

// Pattern is how a task waits for more than the answer to its request.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
type Pattern string

// The patterns. Sync2 is Sync with the job's output as JSON and not as a string.
const (
	RequestResponse Pattern = ""
	Sync            Pattern = ".sync"
	Sync2           Pattern = ".sync:2"
	Callback        Pattern = ".waitForTaskToken"
)

// Resource is what a Task state's Resource names.
type Resource struct {
	// ARN is the text as written.
	ARN string
	// Service and Action are set for a service integration,
	// arn:aws:states:::service:action, the action without its pattern. Services
	// of the AWS SDK integrations begin with SDK. The service takes ARNs with
	// region and account, too.
	Service, Action string
	Pattern         Pattern

	scheme, partition, owner, region, account, rest string
}

// SDK begins the name of a service that is called by the AWS SDK.
const SDK = "aws-sdk:"

// Parse takes a Resource apart. Every text gives one: see Valid.
func Parse(text string) Resource {
	parts := append(strings.SplitN(text, ":", 6), "", "", "", "", "")
	r := Resource{ARN: text, scheme: parts[0], partition: parts[1], owner: parts[2], region: parts[3], account: parts[4], rest: parts[5]}
	if r.owner != "states" || r.Activity() {
		return r
	}
	call := r.rest
	for _, pattern := range []Pattern{Sync2, Sync, Callback} {
		if cut, ok := strings.CutSuffix(call, string(pattern)); ok {
			call, r.Pattern = cut, pattern
			break
		}
	}
	r.Service = call
	if i := strings.LastIndexByte(call, ':'); i >= 0 {
		r.Service, r.Action = call[:i], call[i+1:]
	}
	return r
}

// Valid reports whether the text has the form of a resource's ARN.
func (r Resource) Valid() bool {
	return r.scheme == "arn" && strings.HasPrefix(r.partition, "aws") && r.owner != "" && r.rest != "" &&
		!strings.ContainsAny(r.rest, " \t\r\n")
}

// Function reports whether it is the ARN of a Lambda function, maybe with a
// version or alias.
func (r Resource) Function() bool {
	kind, name, _ := strings.Cut(r.rest, ":")
	return r.owner == "lambda" && r.region != "" && r.account != "" && kind == "function" && name != ""
}

// Incomplete returns the part that the ARN of a Lambda function lacks: region,
// account, or "" where it lacks none or is another ARN.
func (r Resource) Incomplete() string {
	switch {
	case r.owner != "lambda" || !strings.HasPrefix(r.rest, "function:"):
		return ""
	case r.region == "":
		return "region"
	case r.account == "":
		return "account"
	}
	return ""
}

// Activity reports whether it is the ARN of an activity.
func (r Resource) Activity() bool {
	return r.owner == "states" && strings.HasPrefix(r.rest, "activity:")
}

// Integrated reports whether the resource is a service integration.
func (r Resource) Integrated() bool { return r.Service != "" }

// Call is service:action without the pattern, such as sns:publish.
func (r Resource) Call() string {
	if r.Action == "" {
		return r.Service
	}
	return r.Service + ":" + r.Action
}

// Verb is the action with its pattern, as the history's events name it.
func (r Resource) Verb() string { return r.Action + string(r.Pattern) }

// Invokes reports whether the task is a request to Lambda's Invoke.
func (r Resource) Invokes() bool { return r.Service == "lambda" && r.Action == "invoke" }

// Starts reports whether the task starts an execution.
func (r Resource) Starts() bool { return r.Service == "states" && r.Action == "startExecution" }
