package engine

import (
	"context"
	"slices"
)

// CreateStateMachineAlias makes an alias of the machine whose versions the
// routes name. Making the same one again is no error. Refusals: InvalidArn,
// ResourceNotFound, ValidationException, ConflictException for a name that
// leads elsewhere.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html
func (e *Engine) CreateStateMachineAlias(ctx context.Context, name, description string, routes []Route) (Alias, error) {
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.checkRoutes(routes)
	if err != nil {
		return Alias{}, err
	}
	now := e.now()
	a := Alias{ARN: m.ARN + ":" + name, Name: name, Description: description, Routes: routes, Created: now, Updated: now}
	if old := m.alias(a.ARN); old != nil {
		if old.Description != description || !slices.Equal(old.Routes, routes) {
			return Alias{}, refuse(ConflictException, "Failed to create alias because an alias with the same name and a different routing configuration already exists.")
		}
		return *old, nil
	}
	doc := m.machineDocument
	doc.Aliases = append(slices.Clone(doc.Aliases), a)
	return a, e.registry.save(ctx, m, doc, nil)
}

// UpdateStateMachineAlias changes what is not nil. Refusals: those of
// CreateStateMachineAlias but ConflictException.
func (e *Engine) UpdateStateMachineAlias(ctx context.Context, arn string, description *string, routes []Route) (Alias, error) {
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.aliased(arn)
	if err != nil {
		return Alias{}, err
	}
	if routes != nil {
		of, err := e.checkRoutes(routes)
		if err != nil {
			return Alias{}, err
		}
		if of != m {
			return Alias{}, refuse(ValidationException, "Routing configuration must contain versions of one state machine only")
		}
	}
	doc := m.machineDocument
	doc.Aliases = slices.Clone(doc.Aliases)
	a := doc.alias(arn)
	if description != nil {
		a.Description = *description
	}
	if routes != nil {
		a.Routes = routes
	}
	a.Updated = e.now()
	return *a, e.registry.save(ctx, m, doc, nil)
}

// DeleteStateMachineAlias removes an alias; executions started through it go
// on. Refusals: InvalidArn, ResourceNotFound.
func (e *Engine) DeleteStateMachineAlias(ctx context.Context, arn string) error {
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.aliased(arn)
	if err != nil {
		return err
	}
	doc := m.machineDocument
	doc.Aliases = slices.DeleteFunc(slices.Clone(doc.Aliases), func(a Alias) bool { return a.ARN == arn })
	return e.registry.save(ctx, m, doc, nil)
}

// DescribeStateMachineAlias tells of an alias. Refusals: InvalidArn, ResourceNotFound.
func (e *Engine) DescribeStateMachineAlias(arn string) (Alias, error) {
	m, err := e.aliased(arn)
	if err != nil {
		return Alias{}, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	if a := m.alias(arn); a != nil {
		return *a, nil
	}
	return Alias{}, refuse(ResourceNotFound, "Resource not found: '%s'", arn)
}

// StateMachineAliases lists the aliases of a machine, or those that lead to
// the version that the ARN names. Refusals: InvalidArn, StateMachineDoesNotExist.
func (e *Engine) StateMachineAliases(arn string) ([]Alias, error) {
	own, qualifier, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(own)
	if err != nil {
		return nil, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	all := slices.Clone(m.Aliases)
	if qualifier == "" {
		return all, nil
	}
	names := m.aliasesOf(arn)
	return slices.DeleteFunc(all, func(a Alias) bool { return !slices.Contains(names, a.Name) }), nil
}

// aliased gives the machine that has the alias.
func (e *Engine) aliased(arn string) (*machine, error) {
	own, _, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(own)
	if err != nil {
		return nil, refuse(ResourceNotFound, "Resource not found: '%s'", arn)
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	if m.alias(arn) == nil {
		return nil, refuse(ResourceNotFound, "Resource not found: '%s'", arn)
	}
	return m, nil
}
