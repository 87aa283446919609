package engine

import (
	"context"
)

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
