package engine

import (
	"bytes"
	"encoding/json"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// Type is a state machine's type.
type Type string

// The types. Executions of an Express machine are not kept: they end with the process.
const (
	Standard Type = "STANDARD"
	Express  Type = "EXPRESS"
)

// StateMachine is a state machine as it is now, or as one version of it is.
type StateMachine struct {
	// ARN is the machine's own; VersionARN is set where a version was asked for.
	ARN        string
	VersionARN string
	Name       string
	Type       Type
	// Deleting is set from DeleteStateMachine until its last execution has ended.
	Deleting bool
	Created  time.Time
	// Description is the version's.
	Description string
	Revision
}

// Revision is what an execution keeps from its start to its end.
type Revision struct {
	// RevisionID tells two revisions of a machine apart. Initial is the one it
	// was created with, whose id the service does not show.
	RevisionID string
	Initial    bool
	Updated    time.Time
	Definition string
	RoleARN    string
	// Logging, Tracing and Encryption are kept and given back as they came;
	// the engine does nothing with them.
	Logging    json.RawMessage `json:",omitempty"`
	Tracing    json.RawMessage `json:",omitempty"`
	Encryption json.RawMessage `json:",omitempty"`
}

// same tells whether an update from r to o would change nothing.
func (r Revision) same(o Revision) bool {
	return r.RoleARN == o.RoleARN && r.sameSettings(o)
}

// sameSettings leaves the role out, as CreateStateMachine's idempotency does.
func (r Revision) sameSettings(o Revision) bool {
	return r.Definition == o.Definition && bytes.Equal(r.Logging, o.Logging) &&
		bytes.Equal(r.Tracing, o.Tracing) && bytes.Equal(r.Encryption, o.Encryption)
}

// Version is a published revision.
type Version struct {
	ARN         string
	Number      int
	RevisionID  string
	Description string
	Created     time.Time
}

// machineDocument is what the journal keeps of a machine.
type machineDocument struct {
	Format int
	machineIdentity
	machineState
}

// machineIdentity is what never changes about a machine: anybody may read it at
// any time.
type machineIdentity struct {
	ARN     string
	Name    string
	Type    Type
	Created time.Time
}

// machineState is guarded by registry.mu.
type machineState struct {
	Deleting bool   `json:",omitempty"`
	Current  string // revision id
	// Published and PublishedAs are the creation's Publish and Description, which
	// a repetition of it has to have too.
	Published   bool   `json:",omitempty"`
	PublishedAs string `json:",omitempty"`
	// Versions are in the order they were published; numbers are never given twice.
	Versions    []Version         `json:",omitempty"`
	LastVersion int               `json:",omitempty"`
	Aliases     []Alias           `json:",omitempty"`
	Tags        map[string]string `json:",omitempty"`
}

const machineFormat = 1

// machine is a machine in memory. registry.mu guards current and open, too.
type machine struct {
	machineDocument
	current *revision
	open    int // executions that have not ended
}

// revision is a parsed definition; it is not changed, executions share it.
type revision struct {
	Revision
	parsed *asl.Machine
}

func (m *machine) describe(r *revision) StateMachine {
	return StateMachine{ARN: m.ARN, Name: m.Name, Type: m.Type, Deleting: m.Deleting, Created: m.Created, Revision: r.Revision}
}
