package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
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
	// RevisionID distinguishes the revisions of a machine. Initial is the one it
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

// same reports whether an update from r to o would change nothing.
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

// machineIdentity is what never changes about a machine: any goroutine may read it at
// any time.
type machineIdentity struct {
	ARN     string
	Name    string
	Type    Type
	Created time.Time
	// After is the last execution's id when the machine was created: those of its
	// ARN up to it are executions of a deleted machine of the same name.
	After int64 `json:",omitempty"`
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
	// made is set where this program made it, used once something asked for it
	// to start or show it; registry.mu guards used.
	made, used bool
}

func (m *machine) describe(r *revision) StateMachine {
	return StateMachine{ARN: m.ARN, Name: m.Name, Type: m.Type, Deleting: m.Deleting, Created: m.Created, Revision: r.Revision}
}

// NewStateMachine is what CreateStateMachine needs.
type NewStateMachine struct {
	Name string
	// Type is Standard where empty.
	Type Type
	// Revision's RevisionID, Initial and Updated are ignored.
	Revision
	Tags map[string]string
	// Publish makes version 1 at once, with Description.
	Publish     bool
	Description string
}

// CreateStateMachine stores a machine. A second creation that differs in
// nothing but role and tags gives the first one's answer; one that differs is
// rejected with StateMachineAlreadyExists. Other errors: InvalidName,
// InvalidDefinition, StateMachineDeleting, StateMachineTypeNotSupported, TooManyTags.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
func (e *Engine) CreateStateMachine(ctx context.Context, n NewStateMachine) (StateMachine, error) {
	if err := CheckName(n.Name); err != nil {
		return StateMachine{}, err
	}
	if n.Type == "" {
		n.Type = Standard
	}
	if n.Type != Standard && n.Type != Express {
		return StateMachine{}, errorf(StateMachineTypeNotSupported, "State machine type '%s' is not supported", n.Type)
	}
	if err := checkTags(n.Tags); err != nil {
		return StateMachine{}, err
	}
	parsed, err := e.parseDefinition(n.Definition, n.Type)
	if err != nil {
		return StateMachine{}, err
	}
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	if existing, err := e.registry.find(e.arns.machine(n.Name)); err == nil {
		return existing.again(n)
	}
	return e.create(ctx, n, parsed)
}

func (e *Engine) create(ctx context.Context, n NewStateMachine, parsed *asl.Machine) (StateMachine, error) {
	now := e.now()
	r := newRevision(n.Revision, parsed, now)
	r.Initial = true
	doc := machineDocument{
		machineIdentity: machineIdentity{ARN: e.arns.machine(n.Name), Name: n.Name, Type: n.Type, Created: now, After: e.lastID.Load()},
		machineState:    machineState{Tags: maps.Clone(n.Tags), Published: n.Publish, PublishedAs: n.Description},
	}
	var version *Version
	if n.Publish {
		version = doc.publish(r.RevisionID, n.Description, now)
	}
	m := &machine{machineDocument: doc}
	if err := e.registry.save(ctx, m, doc, r); err != nil {
		return StateMachine{}, err
	}
	e.observeDefinition(m.Name, parsed)
	return e.registry.described(m, version), nil
}

// again answers a creation of a machine that exists.
func (m *machine) again(n NewStateMachine) (StateMachine, error) {
	switch {
	case m.Deleting:
		return StateMachine{}, errorf(StateMachineDeleting, "State Machine is being deleted: '%s'", m.ARN)
	case m.Type != n.Type || m.Published != n.Publish || m.PublishedAs != n.Description || !m.current.sameSettings(n.Revision):
		return StateMachine{}, errorf(StateMachineAlreadyExists, "State Machine Already Exists: '%s'", m.ARN)
	}
	s := m.describe(m.current)
	if n.Publish && len(m.Versions) > 0 {
		s.VersionARN = m.Versions[0].ARN
	}
	return s, nil
}

// parseDefinition rejects with every problem of the definition at once.
func (e *Engine) parseDefinition(definition string, kind Type) (*asl.Machine, error) {
	diagnostics := asl.Validate([]byte(definition), e.Validation(kind))
	if why := asl.ErrorMessage(diagnostics); why != "" {
		return nil, errorf(InvalidDefinition, "%s", why)
	}
	parsed, err := asl.Parse([]byte(definition))
	if err != nil {
		return nil, errorf(InvalidDefinition, "Invalid State Machine Definition: '%s'", err)
	}
	return parsed, nil
}

// UpdateStateMachine is what UpdateStateMachine changes; zero fields stay as they are.
type UpdateStateMachine struct {
	ARN string
	Revision
	Publish     bool
	Description string
}

// UpdateStateMachine makes a new revision. Executions that run keep the one
// they started with. Errors: InvalidARN, InvalidDefinition,
// MissingRequiredParameter, StateMachineDeleting, StateMachineDoesNotExist.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
func (e *Engine) UpdateStateMachine(ctx context.Context, u UpdateStateMachine) (StateMachine, error) {
	if err := u.check(); err != nil {
		return StateMachine{}, err
	}
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.active(u.ARN)
	if err != nil {
		return StateMachine{}, err
	}
	next := m.current.Revision.with(u.Revision)
	parsed, err := e.parseDefinition(next.Definition, m.Type)
	if err != nil {
		return StateMachine{}, err
	}
	now := e.now()
	doc := m.machineDocument
	r := m.current
	if !next.same(m.current.Revision) {
		r = newRevision(next, parsed, now)
	}
	var version *Version
	if u.Publish {
		if err := doc.roomForVersion(r.RevisionID); err != nil {
			return StateMachine{}, err
		}
		version = doc.publish(r.RevisionID, u.Description, now)
	}
	if err := e.registry.save(ctx, m, doc, r); err != nil {
		return StateMachine{}, err
	}
	e.observeDefinition(m.Name, parsed)
	return e.registry.described(m, version), nil
}

func (u UpdateStateMachine) check() error {
	if u.Definition == "" && u.RoleARN == "" && u.Logging == nil && u.Tracing == nil && u.Encryption == nil {
		return errorf(MissingRequiredParameter, "Either the definition, the role ARN, the LoggingConfiguration, the TracingConfiguration or the EncryptionConfiguration must be specified")
	}
	if u.Description != "" && !u.Publish {
		return errorf(ValidationException, "Version description can only be set when publish is true")
	}
	return nil
}

// with returns r with the fields that u sets.
func (r Revision) with(u Revision) Revision {
	if u.Definition != "" {
		r.Definition = u.Definition
	}
	if u.RoleARN != "" {
		r.RoleARN = u.RoleARN
	}
	if u.Logging != nil {
		r.Logging = u.Logging
	}
	if u.Tracing != nil {
		r.Tracing = u.Tracing
	}
	if u.Encryption != nil {
		r.Encryption = u.Encryption
	}
	return r
}

// opened counts an execution of the machine, closed its end.
func (g *registry) opened(m *machine) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m.Deleting {
		return errorf(StateMachineDeleting, "State Machine is being deleted: '%s'", m.ARN)
	}
	m.open++
	return nil
}

func (g *registry) closed(m *machine) (last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m.open--
	return m.Deleting && m.open == 0
}

// reopened counts an execution that a start finds open, and gives its machine.
// An execution whose start returned an error may have outlived its machine:
// it goes on, its definition is still there.
func (g *registry) reopened(arn string) *machine {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.machines[arn]
	if m == nil {
		m = &machine{machineDocument: machineDocument{machineIdentity: machineIdentity{ARN: arn, Type: Standard}}}
	}
	m.open++
	return m
}

// removeIdle removes the machines that a crash kept from going with their last
// execution.
func (g *registry) removeIdle(ctx context.Context) error {
	g.change.Lock()
	defer g.change.Unlock()
	g.mu.Lock()
	all := slices.Collect(maps.Values(g.machines))
	g.mu.Unlock()
	for _, m := range all {
		if err := g.removeIfIdle(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
