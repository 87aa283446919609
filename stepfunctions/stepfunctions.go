// Package stepfunctions runs Amazon States Language state machines durably on
// one machine, and serves AWS Step Functions' API for them.
//
// An Engine is made of a Journal, which is where executions survive, and an
// Invoker, which calls the functions that tasks name:
//
//	e := stepfunctions.New(stepfunctions.Config{Journal: journal, Invoker: invoker})
//	if err := e.Start(ctx); err != nil { ... }
//	defer e.Close(ctx)
//	http.Handle("/", stepfunctions.Handler(e, log))
//
// README.md in this folder has what it is for, docs/stepfunctions-local.md what the
// engine supports, and where it differs from AWS.
package stepfunctions

import (
	"log/slog"
	"net/http"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/console"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
	"example.org/asynchttpapi/stepfunctions/internal/server"
	"example.org/asynchttpapi/stepfunctions/internal/wire"
)

// Main runs the command stepfunctions with the process's arguments and
// environment, and ends the process.
func Main() { server.Main() }

// Engine runs executions. Its methods are safe for concurrent use.
type Engine = engine.Engine

// Config is what New makes an Engine of.
type Config = engine.Config

// New returns an engine. Nothing runs until its Start is called.
func New(c Config) *Engine { return engine.New(c) }

// Clock is an Engine's source of time; the machine's clock if Config has none.
type Clock = engine.Clock

// Journal keeps state machines and executions.
type Journal = engine.Journal

// JournalSchema makes the tables of a journal: a part of what sqlite.Open takes.
const JournalSchema = journal.Schema

// OpenJournal returns the journal in db, which was opened with JournalSchema
// and stays the caller's to close.
func OpenJournal(db *sqlite.DB) Journal { return journal.New(db) }

// Invoker calls the functions of Task states. It returns a *FunctionError for a
// function that failed, and a *ServiceError for a call that Lambda would reject.
type Invoker = engine.Invoker

// FunctionError and ServiceError are the errors that an Invoker returns.
type (
	FunctionError = engine.FunctionError
	ServiceError  = engine.ServiceError
)

// Arguments and results of the Engine's methods.
type (
	NewStateMachine    = engine.NewStateMachine
	UpdateStateMachine = engine.UpdateStateMachine
	Revision           = engine.Revision
	StateMachine       = engine.StateMachine
	StartExecution     = engine.StartExecution
	Started            = engine.Started
	Execution          = engine.Execution
)

// Status is the status of an execution, in the API's words.
type Status = engine.Status

// The statuses of an execution.
const (
	Running   = engine.Running
	Succeeded = engine.Succeeded
	Failed    = engine.Failed
	TimedOut  = engine.TimedOut
	Aborted   = engine.Aborted
)

// Error is a rejected request. errors.Is(err, &Error{Code: c}) reports whether
// err has the code c.
type Error = engine.Error

// Code is the API's name of an error.
type Code = engine.Code

// Codes that callers of StartExecution, CreateStateMachine and the Describe
// methods commonly handle one by one.
const (
	ExecutionAlreadyExists    = engine.ExecutionAlreadyExists
	ExecutionDoesNotExist     = engine.ExecutionDoesNotExist
	ExecutionLimitExceeded    = engine.ExecutionLimitExceeded
	StateMachineAlreadyExists = engine.StateMachineAlreadyExists
	StateMachineDoesNotExist  = engine.StateMachineDoesNotExist
)

// ErrClosed is returned by an Engine's methods before Start and after Close.
var ErrClosed = engine.ErrClosed

// Handler serves AWS Step Functions' API (JSON 1.0) for the state machines and
// executions of e, and to browsers a page that shows them. Internal errors
// are logged to log.
func Handler(e *Engine, log *slog.Logger) http.Handler {
	return console.New(e, wire.NewHandler(e, log), log)
}

// Guard lets requests through to next whose Host is this machine's own or one of
// names, and no page of another origin: see docs/stepfunctions-local.md.
func Guard(next http.Handler, names []string, log *slog.Logger) http.Handler {
	return wire.Guard(next, names, log)
}

// SetTimeouts sets the timeouts and limits of a server of Handler.
func SetTimeouts(s *http.Server) { wire.SetTimeouts(s) }

// Diagnostic is a finding of Validate.
type Diagnostic = asl.Diagnostic

// Validate returns what is wrong with the definition of a Standard state
// machine, with the codes of AWS's ValidateStateMachineDefinition.
func Validate(definition []byte) []Diagnostic { return asl.Validate(definition, asl.Options{}) }
