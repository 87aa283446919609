// Package interp runs a parsed state machine as a pure fold: a Run takes one
// Input after another and answers each with its Effects. It does no I/O, has
// no clock and starts no goroutine, so that the same inputs always give the
// same run; the engine journals inputs alone and replays them after a restart.
package interp

import (
	"encoding/json"
	"time"
)

// Info is what a run knows of the execution around it.
type Info struct {
	ExecutionARN     string
	ExecutionName    string
	RoleARN          string
	StateMachineARN  string
	StateMachineName string
	// VersionARN and AliasARN are what the execution was started through, empty
	// for the machine itself.
	VersionARN, AliasARN string
	// Seed feeds States.UUID, States.MathRandom, retry jitter and task tokens;
	// tokens must not be guessable, so it comes from a cryptographic source.
	Seed [16]byte
}

// InputKind says what happened.
type InputKind uint8

// What can happen to a run.
const (
	Started       InputKind = iota + 1 // Output is the execution's input
	TaskSucceeded                      // Ref is the task, Output its result
	TaskFailed                         // Ref is the task, Error and Cause its failure
	TaskHeartbeat                      // Ref is the task
	TimerFired                         // Ref is the timer
	Stopped                            // Error and Cause as StopExecution gave them
	Redriven                           // the run goes on from where it failed
	TaskSubmitted                      // Ref is a task with a Token, or a .sync one; Output answers its request
	MapRunUpdated                      // Output is a MapRunLimits as JSON
)

// Input is one thing that happened. Inputs are what the journal keeps.
type Input struct {
	Kind   InputKind       `json:"k"`
	At     time.Time       `json:"t"`
	Ref    uint64          `json:"r,omitempty"`
	Output json.RawMessage `json:"o,omitempty"`
	Error  string          `json:"e,omitempty"`
	Cause  string          `json:"c,omitempty"`
}

// Task is work that the run waits for. Refs are unique within a run, shared
// with timers, and the same on every replay.
type Task struct {
	Ref uint64
	// Resource is the state's Resource, as written.
	Resource string
	// Parameters is the task's effective input as JSON.
	Parameters json.RawMessage
	// Function and Payload are set for a task that calls a Lambda function,
	// directly or by lambda:invoke: call Function (name or ARN, with its
	// qualifier) with Payload, and report the bytes it answers as they are.
	Function string
	Payload  json.RawMessage
	// Token is set for .waitForTaskToken tasks: the answer to the request is
	// then not the task's result. It is reported as TaskSubmitted, or as
	// TaskFailed where the request failed; TaskSucceeded is what came in by the token.
	Token string
	State string
	// Submitted tells, of an outstanding task, that TaskSubmitted was applied: its
	// request need not be made again.
	Submitted bool
}

// Timer asks for a TimerFired input with its Ref once At has come.
type Timer struct {
	Ref uint64
	At  time.Time
}

// Outcome is how a run ended.
type Outcome struct {
	// Status is SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
	Status string
	Output json.RawMessage
	Error  string
	Cause  string
}

// Effects is what has to be done after an Input, once it is journaled.
type Effects struct {
	Tasks  []Task
	Timers []Timer
	// Dropped are Refs of tasks and timers that no longer matter: an input
	// that names one is ignored.
	Dropped []uint64
	// Outcome is set by the input that ends the run.
	Outcome *Outcome
}

// Event is one entry of the execution history, in the service's terms.
type Event struct {
	ID       int64
	Previous int64
	Type     string
	At       time.Time
	// Details are the members of the event's ...EventDetails object; nil where
	// the type has none.
	Details map[string]any
}
