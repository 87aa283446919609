package engine

import (
	"context"
	"fmt"
)

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

// deleting tells whether the machine is being deleted, or is gone.
func (g *registry) deleting(machineARN string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.machines[machineARN]
	return m == nil || m.Deleting
}
