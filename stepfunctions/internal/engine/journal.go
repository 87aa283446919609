package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Errors that a Journal returns, possibly wrapped; any other error means that
// the outcome of a write is unknown until the execution is read again.
var (
	ErrNotFound = errors.New("not in the journal")
	ErrExists   = errors.New("in the journal already")
	// ErrJournalLost says that no write will succeed before the next start. The
	// journal's provider logs why, once.
	ErrJournalLost = errors.New("the journal was lost")
	// ErrJournalFull says that nothing was written, and nothing will be before
	// there is room.
	ErrJournalFull = errors.New("the journal has no room")
)

// Journal keeps what the engine must not lose: definitions, and for each
// execution its head (Record) and its entries, which hold what happened to it
// in order. Adapter: stepfunctions/internal/journal. Every write is durable when it returns
// nil, and all of it happens or nothing. Reads see every write that returned.
type Journal interface {
	// Create stores a new execution with its first entries. ErrExists where
	// the machine has an execution of that name, unless that one is past: it then
	// gives way, with its entries.
	Create(ctx context.Context, r Record, entries [][]byte, past Past) error
	// Append adds entries after the first seq ones of the execution and, if
	// head is not nil, replaces its Head. A wrong seq is an error: another
	// program has written.
	Append(ctx context.Context, id int64, seq int, entries [][]byte, head *Head) error
	// Announced clears the Head's Unannounced and leaves the rest alone.
	Announced(ctx context.Context, id int64) error

	// Record finds an execution by id, Find by name; ErrNotFound.
	Record(ctx context.Context, id int64) (Record, error)
	Find(ctx context.Context, machineARN, name string) (Record, error)
	// Entries are up to limit entries of the execution in order, after the
	// first ones that after counts; ErrNotFound where it has none at all.
	Entries(ctx context.Context, id int64, after, limit int) ([][]byte, error)
	// Length is the number of the execution's entries.
	Length(ctx context.Context, id int64) (int, error)
	// List returns the newest executions first, without their Outputs: a page of
	// them may be more than there is memory.
	List(ctx context.Context, f Filter) ([]Record, error)
	// Unfinished returns executions that are open, or whose end is not announced,
	// by id, at most limit of those above after.
	Unfinished(ctx context.Context, after int64, limit int) ([]Record, error)
	// LastID is the highest id ever stored, 0 where there is none.
	LastID(ctx context.Context) (int64, error)
	// Expire removes up to limit executions that were closed before t, and
	// returns how many it removed: none only where there are none, or with an error.
	Expire(ctx context.Context, t time.Time, limit int) (int, error)

	// SaveMachine stores a machine's document, and its newest revision if not nil.
	SaveMachine(ctx context.Context, arn string, document []byte, revision *StoredRevision) error
	// RemoveMachine removes the document; its revisions stay for the executions
	// that name them.
	RemoveMachine(ctx context.Context, arn string) error
	// Machines gives every machine's document.
	Machines(ctx context.Context) ([][]byte, error)
	Revision(ctx context.Context, id string) ([]byte, error)
	// UnusedRevisions gives the ids of the revisions that no execution names.
	UnusedRevisions(ctx context.Context) ([]string, error)
	// RemoveRevisions removes revisions; one that is not there is no error.
	RemoveRevisions(ctx context.Context, ids []string) error
}

// StoredRevision is a definition that executions name by its ID.
type StoredRevision struct {
	ID       string
	Document []byte
}

// Record is what the journal knows of an execution besides its entries.
type Record struct {
	// ID is given by the engine and only ever grows.
	ID         int64
	MachineARN string
	Name       string
	// Revision is the definition the execution started with, VersionARN the
	// version it was started through, if any.
	Revision   string
	VersionARN string
	// AliasARN is set where a version was chosen by an alias.
	AliasARN string
	Seed     [16]byte
	Started  time.Time
	// Parent is set for an execution that a state of another one started.
	Parent *Parent
	// Express makes executions of one name distinct; such are never stored.
	Express string
	Head
}

// WithoutOutput returns the record without its Output.
func (r Record) WithoutOutput() Record {
	r.Output = nil
	return r
}

// Parent is the task that started a nested execution.
type Parent struct {
	ID  int64
	Ref uint64
}

// Head is the part of a Record that changes.
type Head struct {
	Status Status
	// Stopped, Output, Error and Cause are set once Status is final.
	Stopped time.Time
	Output  json.RawMessage
	Error   string
	Cause   string
	// Unannounced is set until Config.Ended has been called for the end.
	Unannounced  bool
	RedriveCount int
	Redriven     time.Time
}

// Past says which executions give way to a new one of their machine and name:
// those closed before ClosedBefore, and the closed ones with an id of up to
// UpTo, which an earlier machine of the name has left.
type Past struct {
	ClosedBefore time.Time
	UpTo         int64
}

// Includes reports whether r is past.
func (p Past) Includes(r Record) bool {
	return r.Status != Running && (r.ID <= p.UpTo || r.Stopped.Before(p.ClosedBefore))
}

// Filter selects executions of one machine, or of all.
type Filter struct {
	// MachineARN is not looked at with AllMachines.
	MachineARN  string
	AllMachines bool
	// NamePart is a part of the execution's name; empty for all.
	NamePart string
	// VersionARN and AliasARN are empty for all.
	VersionARN, AliasARN string
	// Status is empty for all.
	Status Status
	// Before bounds the ids from above, 0 for no bound; all of them are above After.
	Before, After int64
	// ClosedAfter leaves out what was closed before.
	ClosedAfter time.Time
	// Limit is the longest list wanted.
	Limit int
}

// Status is an execution's status, as the service names it.
type Status string

// The statuses.
const (
	Running        Status = "RUNNING"
	Succeeded      Status = "SUCCEEDED"
	Failed         Status = "FAILED"
	TimedOut       Status = "TIMED_OUT"
	Aborted        Status = "ABORTED"
	PendingRedrive Status = "PENDING_REDRIVE"
)
