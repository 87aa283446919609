package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Fault is a refusal in the service's own terms: Type is the exception's name
// as the SDKs know it, Message what they show.
type Fault struct {
	Type    string
	Message string
	// Reason and ResourceName are members that some exceptions carry besides.
	Reason       string
	ResourceName string
	// Status is the HTTP status; 0 stands for 400, which the service uses for
	// everything a caller can get wrong.
	Status int
}

func (f *Fault) Error() string { return f.Type + ": " + f.Message }

// MarshalJSON writes the awsJson1_0 error body: __type, message, and the
// members of the exception.
func (f *Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type         string `json:"__type"`
		Message      string `json:"message"`
		Reason       string `json:"reason,omitempty"`
		ResourceName string `json:"resourceName,omitempty"`
	}{f.Type, f.Message, f.Reason, f.ResourceName})
}

func (f *Fault) status() int {
	if f.Status == 0 {
		return http.StatusBadRequest
	}
	return f.Status
}

func fault(kind, format string, args ...any) *Fault {
	return &Fault{Type: kind, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *Fault {
	return fault("ValidationException", format, args...)
}

func invalidReason(reason, format string, args ...any) *Fault {
	f := invalid(format, args...)
	f.Reason = reason
	return f
}

func invalidArn(detail, arn string) *Fault {
	return fault("InvalidArn", "Invalid Arn: '%s: %s'", detail, arn)
}

func noStateMachine(arn string) *Fault {
	return fault("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
}

func noExecution(arn string) *Fault {
	return fault("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}

func noResource(arn string) *Fault {
	f := fault("ResourceNotFound", "Resource not found: '%s'", arn)
	f.ResourceName = arn
	return f
}

func invalidToken() *Fault {
	return fault("InvalidToken", "Invalid Token: 'Invalid token'")
}

func malformed(format string, args ...any) *Fault {
	return fault("SerializationException", format, args...)
}
