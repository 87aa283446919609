package engine

import "context"

// Invoker calls functions. In async/local it calls the project's own handlers, in
// stepfunctions an endpoint that speaks Lambda's Invoke API.
type Invoker interface {
	// Invoke calls the function and returns its result as JSON. function is
	// the state's Resource or the FunctionName of a lambda:invoke task: an
	// ARN, with or without a version, or a bare name. A failure of the function
	// itself is a *FunctionError, Lambda's refusal a *ServiceError; any other
	// error counts as Lambda.SdkClientException. ctx ends when nobody waits
	// for the result any more: the state has timed out, the execution was
	// stopped, or the engine closes. Invoke is called from many goroutines, at
	// most Config.MaxInvocations at a time.
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// FunctionError is what a function answered when it failed.
type FunctionError struct {
	// Payload is the error object as JSON. Its errorType is what Retry and
	// Catch match on, the whole of it becomes the Cause.
	Payload []byte
}

func (e *FunctionError) Error() string { return "the function failed" }

// ServiceError is Lambda's refusal to run a function.
type ServiceError struct {
	// Name is as the states language sees it, for instance Lambda.TooManyRequestsException.
	Name    string
	Message string
}

func (e *ServiceError) Error() string { return e.Name + ": " + e.Message }
