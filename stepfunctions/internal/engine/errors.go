package engine

import "fmt"

// Code is the name the service gives an error of its API,
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html.
type Code string

// The codes that the engine's methods return.
const (
	ConflictException          Code = "ConflictException"
	ExecutionAlreadyExists     Code = "ExecutionAlreadyExists"
	ExecutionDoesNotExist      Code = "ExecutionDoesNotExist"
	ExecutionLimitExceeded     Code = "ExecutionLimitExceeded"
	ExecutionNotRedrivable     Code = "ExecutionNotRedrivable"
	InvalidArn                 Code = "InvalidArn"
	InvalidDefinition          Code = "InvalidDefinition"
	InvalidExecutionInput      Code = "InvalidExecutionInput"
	InvalidName                Code = "InvalidName"
	InvalidOutput              Code = "InvalidOutput"
	InvalidToken               Code = "InvalidToken"
	MissingRequiredParameter   Code = "MissingRequiredParameter"
	ResourceNotFound           Code = "ResourceNotFound"
	StateMachineAlreadyExists  Code = "StateMachineAlreadyExists"
	StateMachineDeleting       Code = "StateMachineDeleting"
	StateMachineDoesNotExist   Code = "StateMachineDoesNotExist"
	StateMachineTypeNotSupport Code = "StateMachineTypeNotSupported"
	TaskDoesNotExist           Code = "TaskDoesNotExist"
	TaskTimedOut               Code = "TaskTimedOut"
	TooManyTags                Code = "TooManyTags"
	ValidationException        Code = "ValidationException"
)

// Error is a refusal of the caller's request. Any other error of a method
// means that the journal failed or that the engine is closed.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Is makes errors.Is(err, &Error{Code: c}) true for every message.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Message == "" || t.Message == e.Message)
}

func refuse(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// errWrongType refuses what only machines of the other type can do.
var errWrongType = refuse(StateMachineTypeNotSupport, "This operation is not supported by this type of state machine")
