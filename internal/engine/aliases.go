package engine

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Alias leads to one or two versions of a machine.
type Alias struct {
	ARN, Name, Description string
	Routes                 []Route
	Created, Updated       time.Time
}

// Route is a version and how many of a hundred starts it gets.
type Route struct {
	VersionARN string
	Weight     int
}

// choose draws one of the versions by their weights.
func (a *Alias) choose() string {
	n := rand.IntN(100)
	for _, r := range a.Routes {
		if n -= r.Weight; n < 0 {
			return r.VersionARN
		}
	}
	return a.Routes[0].VersionARN
}

func (d *machineDocument) alias(arn string) *Alias {
	i := slices.IndexFunc(d.Aliases, func(a Alias) bool { return a.ARN == arn })
	if i < 0 {
		return nil
	}
	return &d.Aliases[i]
}

// aliasesOf names the aliases that lead to a version.
func (d *machineDocument) aliasesOf(versionARN string) (names []string) {
	for _, a := range d.Aliases {
		if slices.ContainsFunc(a.Routes, func(r Route) bool { return r.VersionARN == versionARN }) {
			names = append(names, a.Name)
		}
	}
	return names
}

// checkRoutes refuses routes that are not of one machine's versions or do not
// add up, and gives the machine.
func (e *Engine) checkRoutes(routes []Route) (*machine, error) {
	if len(routes) == 0 {
		return nil, refuse(ValidationException, "Routing configuration must not be empty")
	}
	own, _, err := e.arns.parseMachine(routes[0].VersionARN)
	if err != nil {
		return nil, err
	}
	m, err := e.active(own)
	if err != nil {
		return nil, refuse(ResourceNotFound, "Resource not found: '%s'", routes[0].VersionARN)
	}
	sum := 0
	for i, r := range routes {
		sum += r.Weight
		switch {
		case !strings.HasPrefix(r.VersionARN, own+":"):
			return nil, refuse(ValidationException, "Routing configuration must contain versions of one state machine only")
		case m.version(r.VersionARN) == nil:
			return nil, refuse(ResourceNotFound, "Resource not found: '%s'", r.VersionARN)
		case i > 0 && r.VersionARN == routes[0].VersionARN:
			return nil, refuse(ValidationException, "Routing configuration must contain distinct state machine version ARNs")
		}
	}
	if sum != 100 {
		return nil, refuse(ValidationException, "Sum of routing configuration weights must equal 100")
	}
	return m, nil
}

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
