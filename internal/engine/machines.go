package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"

	"asynchttpapi/internal/asl"
)

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
// refused with StateMachineAlreadyExists. Other refusals: InvalidName,
// InvalidDefinition, StateMachineDeleting, StateMachineTypeNotSupported, TooManyTags.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
func (e *Engine) CreateStateMachine(ctx context.Context, n NewStateMachine) (StateMachine, error) {
	if err := checkName(n.Name); err != nil {
		return StateMachine{}, err
	}
	if n.Type == "" {
		n.Type = Standard
	}
	if n.Type != Standard && n.Type != Express {
		return StateMachine{}, refuse(StateMachineTypeNotSupport, "State machine type '%s' is not supported", n.Type)
	}
	if err := checkTags(n.Tags); err != nil {
		return StateMachine{}, err
	}
	parsed, err := parseDefinition(n.Definition, n.Type)
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
	doc := machineDocument{ARN: e.arns.machine(n.Name), Name: n.Name, Type: n.Type, Created: now, Tags: maps.Clone(n.Tags)}
	var version *Version
	if n.Publish {
		version = doc.publish(r.RevisionID, n.Description, now)
	}
	m := &machine{}
	if err := e.registry.save(ctx, m, doc, r); err != nil {
		return StateMachine{}, err
	}
	return e.registry.described(m, version), nil
}

// again answers a creation of a machine that exists.
func (m *machine) again(n NewStateMachine) (StateMachine, error) {
	switch {
	case m.Deleting:
		return StateMachine{}, refuse(StateMachineDeleting, "State Machine is being deleted: '%s'", m.ARN)
	case m.Type != n.Type || !m.current.sameSettings(n.Revision):
		return StateMachine{}, refuse(StateMachineAlreadyExists, "State Machine Already Exists: '%s'", m.ARN)
	}
	s := m.describe(m.current)
	if n.Publish && len(m.Versions) > 0 {
		s.VersionARN = m.Versions[0].ARN
	}
	return s, nil
}

// UpdateStateMachine is what UpdateStateMachine changes; zero fields stay as they are.
type UpdateStateMachine struct {
	ARN string
	Revision
	Publish     bool
	Description string
}

// UpdateStateMachine makes a new revision. Executions that run keep the one
// they started with. Refusals: InvalidArn, InvalidDefinition,
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
	parsed, err := parseDefinition(next.Definition, m.Type)
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
		version = doc.publish(r.RevisionID, u.Description, now)
	}
	if err := e.registry.save(ctx, m, doc, r); err != nil {
		return StateMachine{}, err
	}
	return e.registry.described(m, version), nil
}

func (u UpdateStateMachine) check() error {
	if u.Definition == "" && u.RoleARN == "" && u.Logging == nil && u.Tracing == nil && u.Encryption == nil {
		return refuse(MissingRequiredParameter, "Either the definition, the role ARN, the LoggingConfiguration, the TracingConfiguration or the EncryptionConfiguration must be specified")
	}
	if u.Description != "" && !u.Publish {
		return refuse(ValidationException, "Version description can only be set when publish is true")
	}
	return nil
}

// with is r with the fields that u sets.
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

// DeleteStateMachine removes the machine once its last execution has ended; no
// new one starts. Deleting what is not there is no error, as the service has it.
func (e *Engine) DeleteStateMachine(ctx context.Context, arn string) error {
	own, qualifier, err := e.arns.parseMachine(arn)
	if err != nil {
		return err
	}
	if qualifier != "" {
		return refuse(ValidationException, "The state machine ARN '%s' must not have a qualifier", arn)
	}
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.registry.find(own)
	if err != nil {
		return nil
	}
	doc := m.machineDocument
	doc.Deleting = true
	if err := e.registry.save(ctx, m, doc, nil); err != nil {
		return err
	}
	return e.registry.removeIfIdle(ctx, m)
}

// removeIfIdle removes a machine that is being deleted and runs nothing. The
// caller holds change.
func (g *registry) removeIfIdle(ctx context.Context, m *machine) error {
	g.mu.Lock()
	idle := m.Deleting && m.open == 0
	g.mu.Unlock()
	if !idle {
		return nil
	}
	if err := g.journal.RemoveMachine(ctx, m.ARN); err != nil {
		return fmt.Errorf("remove the state machine: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.machines[m.ARN] == m {
		delete(g.machines, m.ARN)
	}
	return nil
}

// DescribeStateMachine tells of a machine, or of the version that arn names.
// Refusals: InvalidArn, StateMachineDoesNotExist.
func (e *Engine) DescribeStateMachine(ctx context.Context, arn string) (StateMachine, error) {
	m, r, v, err := e.registry.resolve(ctx, arn)
	if err != nil {
		return StateMachine{}, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	s := m.describe(r)
	if v != nil {
		s.VersionARN, s.Description, s.Created = v.ARN, v.Description, v.Created
	}
	return s, nil
}

// StateMachines lists all machines by name.
func (e *Engine) StateMachines() []StateMachine { return e.registry.all() }

// active gives a machine by ARN, refusing one that is being deleted.
func (e *Engine) active(arn string) (*machine, error) {
	own, qualifier, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	if qualifier != "" {
		return nil, refuse(ValidationException, "The state machine ARN '%s' must not have a qualifier", arn)
	}
	m, err := e.registry.find(own)
	if err != nil {
		return nil, err
	}
	if m.Deleting {
		return nil, refuse(StateMachineDeleting, "State Machine is being deleted: '%s'", arn)
	}
	return m, nil
}

func (g *registry) described(m *machine, v *Version) StateMachine {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := m.describe(m.current)
	if v != nil {
		s.VersionARN, s.Description = v.ARN, v.Description
	}
	return s
}

// parseDefinition refuses with every problem of the definition at once.
func parseDefinition(definition string, kind Type) (*asl.Machine, error) {
	diagnostics := asl.Validate([]byte(definition), asl.Options{Express: kind == Express})
	if why := asl.Refusal(diagnostics); why != "" {
		return nil, refuse(InvalidDefinition, "%s", why)
	}
	parsed, err := asl.Parse([]byte(definition))
	if err != nil {
		return nil, refuse(InvalidDefinition, "Invalid State Machine Definition: '%s'", err)
	}
	return parsed, nil
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	return formatUUID(b)
}

// formatUUID writes random bytes as a version 4 UUID (RFC 9562).
func formatUUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
