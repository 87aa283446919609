package interp

import (
	"fmt"
	"slices"
)

// The error names that have a meaning of their own.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	allErrors        = "States.ALL"
	taskFailedError  = "States.TaskFailed"
	timeoutError     = "States.Timeout"
	heartbeatError   = "States.HeartbeatTimeout"
	runtimeError     = "States.Runtime"
	dataLimitError   = "States.DataLimitExceeded"
	resultPathError  = "States.ResultPathMatchFailure"
	toleranceError   = "States.ExceedToleratedFailureThreshold"
	tooLargeResult   = "returned a result with a size exceeding the maximum number of bytes service limit."
	toleranceMessage = "The specified tolerated failure threshold was exceeded"
)

// failure is why a state failed. An empty cause is one that was not given.
type failure struct {
	name  string
	cause string
	// final failures end the execution whatever wildcards in Retry and Catch say.
	final bool
}

// broken is the failure of a state that cannot be executed as it is written
// with the data it got. It cannot be caught or retried.
func (s *scope) broken(format string, arguments ...any) *failure {
	return &failure{name: runtimeError, cause: s.explain(fmt.Sprintf(format, arguments...)), final: true}
}

// nowhere is the failure of a state without a next one. The service has it for
// a Choice state that no rule and no Default leads out of, too: the guide
// reserves the specification's States.NoChoiceMatched for the future ("Error
// names"; measured: github.com/floci-io/floci, pull request 3167).
func (s *scope) nowhere() *failure {
	return s.broken("Failed to transition out of the state. The state does not point to a next state.")
}

// mismatch is a failure of the same kind that has a name to catch it by.
func (s *scope) mismatch(name, cause string) *failure {
	return &failure{name: name, cause: s.explain(cause)}
}

// tooLargeResult is the failure of a state that gives more than a state can pass on.
func (s *scope) tooLargeResult() *failure {
	return &failure{name: dataLimitError, cause: "The state/task '" + s.state.Name + "' " + tooLargeResult, final: true}
}

// tooLargeParameters is the failure of a task that would be given more than that.
func (s *scope) tooLargeParameters() *failure {
	return &failure{name: dataLimitError, cause: "The state/task '" + s.state.Name + "' provided parameters with a size exceeding the maximum number of bytes service limit."}
}

// tooLargeVariables is the failure of a state that assigns more than that.
func (s *scope) tooLargeVariables() *failure {
	return s.mismatch(dataLimitError, "The variables assigned exceed the maximum number of bytes service limit.")
}

func (s *scope) explain(cause string) string {
	if s.log.bare {
		return cause
	}
	return fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s",
		s.state.Name, s.entered, cause)
}

// matches tells whether a Retry or Catch for these names is about f. States.ALL
// and States.TaskFailed are wildcards, the latter not for timeouts, and neither
// for a state's data that are too large, which have to be named
// (states-language.net, "Errors"; the Step Functions guide, "Error names").
func (f failure) matches(names []string) bool {
	if f.final {
		return f.name == dataLimitError && slices.Contains(names, dataLimitError)
	}
	for _, name := range names {
		switch {
		case name == f.name, name == allErrors:
			return true
		case name == timeoutError:
			if f.name == heartbeatError {
				return true
			}
		case name == taskFailedError:
			if f.name != timeoutError && f.name != heartbeatError {
				return true
			}
		}
	}
	return false
}

// The lengths of the error and the cause in every answer of the service, in
// characters; a Catch gets them whole.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
const (
	maxErrorName = 256
	maxCause     = 32_768
)

// told is the failure as it is told outside of the execution.
func (f failure) told() failure {
	return failure{name: cut(f.name, maxErrorName), cause: cut(f.cause, maxCause), final: f.final}
}

// cut keeps the first characters of text, at most this many.
func cut(text string, most int) string {
	for i := range text {
		if most == 0 {
			return text[:i]
		}
		most--
	}
	return text
}

// details are the error and cause of an event, where they are known.
func (f failure) details() map[string]any {
	f = f.told()
	details := map[string]any{}
	if f.name != "" {
		details["error"] = f.name
	}
	if f.cause != "" {
		details["cause"] = f.cause
	}
	return details
}
