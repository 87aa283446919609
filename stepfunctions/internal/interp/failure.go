package interp

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
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
	itemReaderError  = "States.ItemReaderFailed"
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

// broken returns the failure of a state that cannot be executed as it is written
// with the data it got. It cannot be caught or retried.
func (s *scope) broken(format string, arguments ...any) *failure {
	return &failure{name: runtimeError, cause: s.explain(fmt.Sprintf(format, arguments...)), final: true}
}

// nowhere returns the failure of a state without a next one. The service has it for
// a Choice state that no rule and no Default leads out of, too: the guide
// reserves the specification's States.NoChoiceMatched for the future ("Error
// names"; measured: github.com/floci-io/floci, pull request 3167).
func (s *scope) nowhere() *failure {
	return s.broken("Failed to transition out of the state. The state does not point to a next state.")
}

// mismatch returns a failure of the same kind that has a name to catch it by.
func (s *scope) mismatch(name, cause string) *failure {
	return &failure{name: name, cause: s.explain(cause)}
}

// tooLargeResult returns the failure of a state that gives more than a state can pass on.
func (s *scope) tooLargeResult() *failure {
	return &failure{name: dataLimitError, cause: "The state/task '" + s.state.Name + "' " + tooLargeResult, final: true}
}

// ResultTooLarge returns the error and the cause of a task of this Resource whose
// result is more than a state can have.
func ResultTooLarge(arn string) (name, cause string) {
	return dataLimitError, "The state/task '" + resource{integration.Parse(arn)}.name() + "' " + tooLargeResult
}

// tooLargeParameters returns the failure of a task that would be given more than that.
func (s *scope) tooLargeParameters() *failure {
	return &failure{name: dataLimitError, cause: "The state/task '" + s.state.Name + "' provided parameters with a size exceeding the maximum number of bytes service limit."}
}

// tooLargeVariables returns the failure of a state that assigns more than that.
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

// matches reports whether a Retry or Catch for these names is about f. States.ALL
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

// public returns the failure as it is shown outside of the execution.
func (f failure) public() failure {
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

// details returns the error and cause of an event, where they are known.
func (f failure) details() map[string]any {
	f = f.public()
	details := map[string]any{}
	if f.name != "" {
		details["error"] = f.name
	}
	if f.cause != "" {
		details["cause"] = f.cause
	}
	return details
}

// fail deals with the failure of a scope's state: retry, else catch, else the
// scope fails with it.
func (r *Run) fail(s *scope, f failure) {
	r.releaseAll(s)
	if r.retry(s, f) {
		return
	}
	if s.fork != nil || s.reading != nil {
		s.reading = nil
		r.event(s, string(s.state.Type)+"StateFailed", nil)
	} else {
		r.failed, r.attempts = s.state.Name, s.retries+1
	}
	if r.catch(s, f) {
		return
	}
	r.scopeFailed(s, f)
}

// retry applies the first retrier that is about f
// (states-language.net, "Retrying after error").
func (r *Run) retry(s *scope, f failure) bool {
	for i, retrier := range s.state.Retry {
		if !f.matches(retrier.ErrorEquals) {
			continue
		}
		if s.attempts == nil {
			s.attempts = make([]int64, len(s.state.Retry))
		}
		if r.testState != nil {
			s.attempts[i] = r.testState.with.RetrierRetryCount
		}
		if s.attempts[i] >= retrier.MaxAttempts {
			return false
		}
		if r.testState != nil {
			r.testState.retriable(f, i, Backoff(retrier, s.attempts[i]))
			return true
		}
		delay := r.delay(retrier, s.attempts[i])
		s.attempts[i]++
		s.retries++
		r.discard(s)
		s.pause = r.timer(s, retryDue, r.now.Add(delay))
		return true
	}
	return false
}

// delay returns how long to wait before another attempt, after this many retries.
func (r *Run) delay(retrier *asl.Retrier, retries int64) time.Duration {
	delay := Backoff(retrier, retries)
	if retrier.JitterStrategy == "FULL" {
		delay *= r.random()
	}
	return time.Duration(delay * float64(time.Second))
}

// Backoff returns the delay in seconds before another attempt, after this many
// retries, without jitter. It grows to the bound of every time in seconds and no further.
func Backoff(retrier *asl.Retrier, retries int64) float64 {
	delay := float64(retrier.IntervalSeconds) * math.Pow(retrier.BackoffRate, float64(retries))
	if m := retrier.MaxDelaySeconds; m > 0 {
		delay = min(delay, float64(m))
	}
	if math.IsNaN(delay) {
		return 0
	}
	return max(0, min(delay, asl.MaxSeconds))
}

// catch applies the first catcher that is about f
// (states-language.net, "Fallback states").
func (r *Run) catch(s *scope, f failure) bool {
	for i, catcher := range s.state.Catch {
		if !f.matches(catcher.ErrorEquals) {
			continue
		}
		r.discard(s)
		r.testState.caught(f, i)
		caught := data{v: f.output()}
		out, broken := s.placed(catcher.ResultPath, caught)
		if broken != nil {
			r.scopeFailed(s, *broken)
			return true
		}
		r.leave(s, out, exit{assign: catcher.Assign, from: caught, next: catcher.Next, caught: true})
		return true
	}
	return false
}

// output returns what a catcher gives its state.
func (f failure) output() *value.Object {
	return value.NewObject(
		value.Member{Name: "Error", Value: f.name},
		value.Member{Name: "Cause", Value: f.cause},
	)
}

// redrive goes on with a run that failed, timed out or was stopped, from the
// states that did not succeed; what succeeded is not done again.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
func (r *Run) redrive() {
	if !r.redrivable() {
		return
	}
	r.outcome = nil
	r.redrives++
	r.root.prev = r.log.write(r.now, r.log.last, "ExecutionRedriven", func() map[string]any {
		return map[string]any{"redriveCount": json.Number(strconv.Itoa(r.redrives))}
	})
	if t := r.machine.TimeoutSeconds; t != nil {
		r.deadline = r.timer(r.root, deadline, r.now.Add(seconds(*t)))
	}
	r.resume(r.root)
}

func (r *Run) redrivable() bool {
	return r.outcome != nil && r.outcome.Status != StatusSucceeded && r.root != nil && r.root.state != nil && !r.log.full
}

// resume has a scope go on with its state: the parts of a fork that did not
// succeed, or the state's whole work with a new count of retries.
func (r *Run) resume(s *scope) {
	s.status = running
	s.attempts, s.retries = nil, 0
	if s.entered == 0 {
		r.ready = append(r.ready, s)
		return
	}
	if s.fork == nil {
		r.begin(s)
		return
	}
	r.resumeFork(s)
}

func (r *Run) resumeFork(s *scope) {
	if s.state.Type == asl.Map && s.fork.each.mapRun != nil {
		r.redriveMapRun(s)
	}
	var parts []*scope
	for _, p := range s.fork.parts {
		if p != nil {
			parts = append(parts, p)
		}
	}
	for _, p := range parts {
		if r.outcome != nil || s.status != running || s.fork == nil {
			return
		}
		if p.log == s.log {
			p.prev = s.prev
		}
		r.resume(p)
	}
	if s.fork != nil && s.fork.each != nil {
		r.fill(s)
	}
}

// redriveMapRun counts the failures of a Map Run again.
func (r *Run) redriveMapRun(s *scope) {
	e := s.fork.each
	s.fork.done -= e.failures
	e.failures = 0
	e.hold(-e.held)
	for _, p := range s.fork.parts {
		if p != nil && p.child != nil {
			e.hold(p.child.made)
		}
	}
	e.reopened(s.fork.parts, e.next, r.now)
	r.event(s, "MapRunRedriven", func() map[string]any {
		return map[string]any{"mapRunArn": e.arn, "redriveCount": json.Number(strconv.Itoa(r.redrives))}
	})
}
