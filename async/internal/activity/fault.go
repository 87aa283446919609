package activity

import "github.com/aws/aws-lambda-go/lambda/messages"

// Names of the errors that activities end with. Retry and Catch in the state
// machine match on them, so they are part of its contract.
const (
	// Unavailable is the only name that is retried: something the activity
	// needs did not answer, or the activity was interrupted.
	Unavailable = "Activity.Unavailable"
	// ReviewFailed says that the committee will not decide.
	ReviewFailed = "Activity.ReviewFailed"
	// NotFound says that there is no such submission: its acceptance was given
	// up, and nobody has been told its id. The execution ends quietly.
	NotFound = "Activity.NotFound"
	// Overtaken says that the submission has moved on without this execution.
	// The execution ends quietly.
	Overtaken = "Activity.Overtaken"
	// Failed ends an execution whose failure has been recorded.
	Failed = "Activity.Failed"
	// Invalid says that the input, or the stored presentation, cannot be read.
	Invalid = "Activity.Invalid"
)

// fault is the one error that activities return. aws-lambda-go reports an
// error under the name of its Go type, so that wrapping one would change what
// Retry and Catch see; this type alone carries a name of its own, and only
// when it is outermost. The message ends up in logs and in the execution's
// history: it is a constant sentence, never an error's text.
func fault(name, message string) error {
	return messages.InvokeResponse_Error{Type: name, Message: message}
}
