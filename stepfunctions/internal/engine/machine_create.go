package engine

import (
	"context"
	"maps"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
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
	doc := machineDocument{
		machineIdentity: machineIdentity{ARN: e.arns.machine(n.Name), Name: n.Name, Type: n.Type, Created: now},
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
	return e.registry.described(m, version), nil
}

// again answers a creation of a machine that exists.
func (m *machine) again(n NewStateMachine) (StateMachine, error) {
	switch {
	case m.Deleting:
		return StateMachine{}, refuse(StateMachineDeleting, "State Machine is being deleted: '%s'", m.ARN)
	case m.Type != n.Type || m.Published != n.Publish || m.PublishedAs != n.Description || !m.current.sameSettings(n.Revision):
		return StateMachine{}, refuse(StateMachineAlreadyExists, "State Machine Already Exists: '%s'", m.ARN)
	}
	s := m.describe(m.current)
	if n.Publish && len(m.Versions) > 0 {
		s.VersionARN = m.Versions[0].ARN
	}
	return s, nil
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
