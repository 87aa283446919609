// Package async is the asynchronous HTTP API pattern itself, for any kind
// of work: accept it, start it, and project its record to the least a client
// needs. It knows neither the domain, nor AWS, nor HTTP events.
package async

import (
	"encoding/json"
	"time"

	"example.org/asynchttpapi/api"
)

// Record is all that is kept about a submission. Only Project's result of it
// ever leaves the system.
type Record struct {
	// ID is also the name of the workflow execution: starting twice is harmless.
	ID string
	State
	// Payload is the accepted work as JSON. It may be personal: it is never
	// projected, logged, or handed to the workflow.
	Payload json.RawMessage
	// Decisions are the recorded results of stages by stage name. A stage that
	// runs again returns the decision recorded here.
	Decisions map[string]string
	Created   time.Time
	Updated   time.Time
	// Deadline is when a record that is still not terminal has outlived its
	// workflow's timeout, so that a reader asks the workflow service once.
	Deadline time.Time
	// Expires is the end of retention. Stores may keep an expired record for
	// days (DynamoDB's TTL does); readers check the time themselves.
	Expires time.Time
}

// State is the part of a record that moves.
type State struct {
	Status       api.Status
	CustomStatus string
	Message      string
	// Error is set only when Status is api.Failed.
	Error *api.Error
	// Redrive counts how often the workflow was reopened after it had ended;
	// Rank is the position within one run. The pair, compared in this order,
	// only ever grows: see State.After.
	Redrive int
	Rank    int
}

// After reports whether s may replace old: writes that are late, repeated or
// reordered are not after what is stored, and are refused. A terminal state
// gives way only to a higher Redrive.
func (s State) After(old State) bool {
	if s.Redrive != old.Redrive {
		return s.Redrive > old.Redrive
	}
	return !old.Status.Terminal() && s.Rank > old.Rank
}
