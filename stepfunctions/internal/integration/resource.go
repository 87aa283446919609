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

	kind kindOfARN
}

// kindOfARN is what an ARN names, as far as tasks are concerned.
type kindOfARN uint8

const (
	otherARN kindOfARN = iota
	invalidARN
	functionARN
	// An ARN of a function without region or account.
	withoutRegion
	withoutAccount
	activityARN
)

// SDK begins the name of a service that is called by the AWS SDK.
const SDK = "aws-sdk:"

// Parse takes a Resource apart. Every text gives one: see Valid. It allocates
// nothing, for it is called for tasks as well.
func Parse(text string) Resource {
	r := Resource{ARN: text}
	scheme, rest, _ := strings.Cut(text, ":")
	partition, rest, _ := strings.Cut(rest, ":")
	owner, rest, _ := strings.Cut(rest, ":")
	region, rest, _ := strings.Cut(rest, ":")
	account, rest, _ := strings.Cut(rest, ":")
	if scheme != "arn" || !strings.HasPrefix(partition, "aws") || owner == "" || rest == "" || strings.ContainsAny(rest, " \t\r\n") {
		r.kind = invalidARN
	}
	switch {
	case owner == "lambda":
		r.function(region, account, rest)
	case owner == "states" && strings.HasPrefix(rest, "activity:"):
		if r.kind != invalidARN {
			r.kind = activityARN
		}
	case owner == "states":
		r.integration(rest)
	}
	return r
}

// function reads the rest of an ARN of Lambda.
func (r *Resource) function(region, account, rest string) {
	kind, name, _ := strings.Cut(rest, ":")
	switch {
	case r.kind == invalidARN || kind != "function" || name == "":
	case region == "":
		r.kind = withoutRegion
	case account == "":
		r.kind = withoutAccount
	default:
		r.kind = functionARN
	}
}

// integration reads the rest of an ARN of a service integration.
func (r *Resource) integration(call string) {
	for _, pattern := range [...]Pattern{Sync2, Sync, Callback} {
		if cut, ok := strings.CutSuffix(call, string(pattern)); ok {
			call, r.Pattern = cut, pattern
			break
		}
	}
	r.Service = call
	if i := strings.LastIndexByte(call, ':'); i >= 0 {
		r.Service, r.Action = call[:i], call[i+1:]
	}
}

// Valid reports whether the text has the form of a resource's ARN.
func (r Resource) Valid() bool { return r.kind != invalidARN }

// Function reports whether it is the ARN of a Lambda function, maybe with a
// version or alias.
func (r Resource) Function() bool { return r.kind == functionARN }

// Incomplete returns the part that the ARN of a Lambda function lacks: region,
// account, or "" where it lacks none or is another ARN.
func (r Resource) Incomplete() string {
	switch r.kind {
	case withoutRegion:
		return "region"
	case withoutAccount:
		return "account"
	}
	return ""
}

// Activity reports whether it is the ARN of an activity.
func (r Resource) Activity() bool { return r.kind == activityARN }

// Integrated reports whether the resource is a service integration.
func (r Resource) Integrated() bool { return r.Service != "" }

// Call returns service:action without the pattern, such as sns:publish.
func (r Resource) Call() string {
	if r.Action == "" {
		return r.Service
	}
	return r.Service + ":" + r.Action
}

// Verb returns the action with its pattern, as the history's events name it.
func (r Resource) Verb() string { return r.Action + string(r.Pattern) }

// Invokes reports whether the task is a request to Lambda's Invoke.
func (r Resource) Invokes() bool { return r.Service == "lambda" && r.Action == "invoke" }

// Starts reports whether the task starts an execution.
func (r Resource) Starts() bool { return r.Service == "states" && r.Action == "startExecution" }
