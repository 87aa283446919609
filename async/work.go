package async

import (
	"encoding/json"
	"time"

	"example.org/asynchttpapi/api"
)

// Work is what the pattern needs to know of a domain, and all that it knows.
type Work interface {
	// Accept turns a request body, valid JSON without duplicate names, into the
	// canonical payload to keep: equal work gives equal bytes, which is how a
	// repeated request is recognised. A body that is not acceptable gives every
	// problem at once instead.
	Accept(body []byte) (payload json.RawMessage, problems []api.FieldError)
	// Words says how a submission stands after an event that the pattern, not
	// the work, has to record. last is the state before it, the zero State for
	// Received.
	Words(e Event, last State) Words
	// Remaining is how long a submission is expected to stay in a custom
	// status, from when it was entered; Retry-After is derived from it. Zero
	// where nothing is known.
	Remaining(customStatus string) time.Duration
}

// Words are the free parts of a State, for people. Nothing in them is personal.
type Words struct{ CustomStatus, Message string }

// Event is what the pattern itself records of a submission.
type Event string

// The events. Ends are named by the error code that they are recorded with.
const (
	Received     Event = "Received"            // accepted, nothing done yet
	Reopened     Event = "Reopened"            // an operator redrove the execution
	GivenUp      Event = "GivenUp"             // the execution was aborted
	RanOutOfTime Event = api.CodeTimedOut      // the execution timed out
	BrokeOff     Event = api.CodeProcessFailed // the execution failed and recorded nothing
	LostResult   Event = api.CodeProcessLost   // the execution ended well or vanished, and recorded nothing
)
