package engine

import (
	"context"
	"maps"
	"slices"
)

// opened counts an execution of the machine, closed its end.
func (g *registry) opened(m *machine) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m.Deleting {
		return refuse(StateMachineDeleting, "State Machine is being deleted: '%s'", m.ARN)
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
// An execution whose start was told of a failure may have outlived its machine:
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
