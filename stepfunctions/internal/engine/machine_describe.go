package engine

import (
	"context"
)

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
