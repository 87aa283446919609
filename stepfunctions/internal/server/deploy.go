package server

import (
	"context"
	"fmt"
	"log/slog"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/template"
)

// deploy brings the engine's state machines to what the template says, and
// logs a line for each. One that is as it should be is not touched, and
// neither is any that the template does not have.
func (m *machines) deploy(ctx context.Context, e *engine.Engine, log *slog.Logger) error {
	for _, l := range m.leftOut {
		log.Error("state machine left out: it cannot run here", "template", m.template, "resource", l.id, "why", l.why)
	}
	for _, machine := range m.made {
		if err := m.deployOne(ctx, e, machine, log); err != nil {
			return fmt.Errorf("%s: %s: %w", m.template, machine.LogicalID, err)
		}
	}
	return nil
}

func (m *machines) deployOne(ctx context.Context, e *engine.Engine, machine template.StateMachine, log *slog.Logger) error {
	if machine.Unfilled != nil {
		log.Warn("the definition has placeholders that DefinitionSubstitutions does not have",
			"template", m.template, "resource", machine.LogicalID, "placeholders", machine.Unfilled)
	}
	now, found := find(e, machine.Name)
	if now.Deleting {
		log.Error("state machine left out: it is being deleted, and has executions that have not ended",
			"template", m.template, "resource", machine.LogicalID)
		return nil
	}
	did := created
	var err error
	if found {
		did, err = update(ctx, e, machine, now)
	} else {
		now, err = m.create(ctx, e, machine)
	}
	if err != nil {
		return err
	}
	tell := []any{"arn", now.ARN}
	if machine.Alias != "" {
		alias, moved, err := publish(ctx, e, now.ARN, machine.Alias)
		if err != nil {
			return fmt.Errorf("AutoPublishAlias: %w", err)
		}
		if moved && did == unchanged {
			did = updated
		}
		tell = append(tell, "alias", alias)
	}
	log.Info("state machine "+did, tell...)
	return nil
}

// What a start does to a state machine.
const (
	created   = "created"
	updated   = "updated"
	unchanged = "unchanged"
)

func (m *machines) create(ctx context.Context, e *engine.Engine, machine template.StateMachine) (engine.StateMachine, error) {
	return e.CreateStateMachine(ctx, engine.NewStateMachine{
		Name: machine.Name, Type: engine.Type(machine.Type),
		Revision: engine.Revision{
			Definition: machine.Definition,
			RoleARN:    "arn:aws:iam::" + m.account + ":role/" + machine.LogicalID + "Role", // never assumed
		},
	})
}

// update changes the definition if it is another one. Executions that run keep
// the one that they began with.
func update(ctx context.Context, e *engine.Engine, machine template.StateMachine, now engine.StateMachine) (did string, err error) {
	switch {
	case string(now.Type) != machine.Type:
		return "", fmt.Errorf("%s is %s in the data folder, and cannot become %s: delete it first, or take another folder", now.ARN, now.Type, machine.Type)
	case now.Definition == machine.Definition:
		return unchanged, nil
	}
	_, err = e.UpdateStateMachine(ctx, engine.UpdateStateMachine{ARN: now.ARN, Revision: engine.Revision{Definition: machine.Definition}})
	return updated, err
}

func find(e *engine.Engine, name string) (engine.StateMachine, bool) {
	for _, m := range e.StateMachines() {
		if m.Name == name {
			return m, true
		}
	}
	return engine.StateMachine{}, false
}
