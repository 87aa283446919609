package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

func newRevision(r Revision, parsed *asl.Machine, now time.Time) *revision {
	r.RevisionID, r.Initial, r.Updated = newUUID(), false, now
	return &revision{Revision: r, parsed: parsed, made: true}
}

// publish adds a version of the revision, or gives the newest one if it
// already is of this revision.
func (d *machineDocument) publish(revisionID, description string, now time.Time) *Version {
	if n := len(d.Versions); n > 0 && d.Versions[n-1].RevisionID == revisionID {
		return &d.Versions[n-1]
	}
	d.LastVersion++
	v := Version{ARN: fmt.Sprintf("%s:%d", d.ARN, d.LastVersion), Number: d.LastVersion, RevisionID: revisionID, Description: description, Created: now}
	// A new slice: readers hold the old one.
	d.Versions = append(slices.Clone(d.Versions), v)
	return &v
}

// PublishStateMachineVersion makes a version of the current revision; where
// there is one already, that is the answer. revisionID, if not empty, has to
// be the current one, ConflictException otherwise.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html
func (e *Engine) PublishStateMachineVersion(ctx context.Context, arn, revisionID, description string) (Version, error) {
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.active(arn)
	if err != nil {
		return Version{}, err
	}
	if revisionID != "" && revisionID != m.current.RevisionID && !(revisionID == "INITIAL" && m.current.Initial) {
		return Version{}, errorf(ConflictException, "Failed to publish the State Machine version for revision %s. The current State Machine revision is %s.", revisionID, m.current.RevisionID)
	}
	doc := m.machineDocument
	if err := doc.roomForVersion(m.current.RevisionID); err != nil {
		return Version{}, err
	}
	v := *doc.publish(m.current.RevisionID, description, e.now())
	return v, e.registry.save(ctx, m, doc, nil)
}

// DeleteStateMachineVersion removes a version; executions started through it
// go on. Deleting what is not there is no error. Errors: InvalidARN,
// ConflictException for one that an alias leads to.
func (e *Engine) DeleteStateMachineVersion(ctx context.Context, versionARN string) error {
	own, qualifier, err := e.arns.parseMachine(versionARN)
	if err != nil {
		return err
	}
	if qualifier == "" {
		return invalidARN(versionARN)
	}
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.registry.find(own)
	if err != nil {
		return nil
	}
	if names := m.aliasesOf(versionARN); len(names) > 0 {
		return errorf(ConflictException, "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [%s]", strings.Join(names, ", "))
	}
	doc := m.machineDocument
	doc.Versions = slices.DeleteFunc(slices.Clone(doc.Versions), func(v Version) bool { return v.ARN == versionARN })
	return e.registry.save(ctx, m, doc, nil)
}

// StateMachineVersions returns the versions of a machine, the newest first.
func (e *Engine) StateMachineVersions(arn string) ([]Version, error) {
	own, _, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(own)
	if err != nil {
		return nil, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	versions := slices.Clone(m.Versions)
	slices.Reverse(versions)
	return versions, nil
}

// version returns a copy of the version of that ARN, nil where there is none.
func (d *machineDocument) version(arn string) *Version {
	i := slices.IndexFunc(d.Versions, func(v Version) bool { return v.ARN == arn })
	if i < 0 {
		return nil
	}
	v := d.Versions[i]
	return &v
}

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

// aliasesOf returns the names of the aliases that lead to a version.
func (d *machineDocument) aliasesOf(versionARN string) (names []string) {
	for _, a := range d.Aliases {
		if slices.ContainsFunc(a.Routes, func(r Route) bool { return r.VersionARN == versionARN }) {
			names = append(names, a.Name)
		}
	}
	return names
}

// checkRoutes rejects routes that are not of one machine's versions or do not
// add up, and returns the machine.
func (e *Engine) checkRoutes(routes []Route) (*machine, error) {
	if len(routes) == 0 {
		return nil, errorf(ValidationException, "Routing configuration must not be empty")
	}
	own, _, err := e.arns.parseMachine(routes[0].VersionARN)
	if err != nil {
		return nil, err
	}
	m, err := e.active(own)
	if err != nil {
		return nil, errorf(ResourceNotFound, "Resource not found: '%s'", routes[0].VersionARN)
	}
	sum := 0
	for i, r := range routes {
		sum += r.Weight
		switch {
		case !strings.HasPrefix(r.VersionARN, own+":"):
			return nil, errorf(ValidationException, "Routing configuration must contain versions of one state machine only")
		case m.version(r.VersionARN) == nil:
			return nil, errorf(ResourceNotFound, "Resource not found: '%s'", r.VersionARN)
		case i > 0 && r.VersionARN == routes[0].VersionARN:
			return nil, errorf(ValidationException, "Routing configuration must contain distinct state machine version ARNs")
		}
	}
	if sum != 100 {
		return nil, errorf(ValidationException, "Sum of routing configuration weights must equal 100")
	}
	return m, nil
}

// CreateStateMachineAlias makes an alias of the machine whose versions the
// routes name. Making the same one again is no error. Errors: InvalidARN,
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
			return Alias{}, errorf(ConflictException, "Failed to create alias because an alias with the same name and a different routing configuration already exists.")
		}
		return *old, nil
	}
	if len(m.Aliases) >= maxAliases {
		return Alias{}, overQuota("aliases", maxAliases)
	}
	doc := m.machineDocument
	doc.Aliases = append(slices.Clone(doc.Aliases), a)
	return a, e.registry.save(ctx, m, doc, nil)
}

// UpdateStateMachineAlias changes what is not nil. Errors: those of
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
			return Alias{}, errorf(ValidationException, "Routing configuration must contain versions of one state machine only")
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
// on. Errors: InvalidARN, ResourceNotFound.
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

// DescribeStateMachineAlias returns an alias. Errors: InvalidARN, ResourceNotFound.
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
	return Alias{}, errorf(ResourceNotFound, "Resource not found: '%s'", arn)
}

// StateMachineAliases returns the aliases of a machine, or those that lead to
// the version that the ARN names. Errors: InvalidARN, StateMachineDoesNotExist.
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

// aliased returns the machine that has the alias.
func (e *Engine) aliased(arn string) (*machine, error) {
	own, _, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(own)
	if err != nil {
		return nil, errorf(ResourceNotFound, "Resource not found: '%s'", arn)
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	if m.alias(arn) == nil {
		return nil, errorf(ResourceNotFound, "Resource not found: '%s'", arn)
	}
	return m, nil
}

// arns builds and takes apart the names of what the engine keeps.
type arns struct{ prefix string } // arn:aws:states:REGION:ACCOUNT:

func newARNs(region, account string) arns {
	return arns{prefix: fmt.Sprintf("arn:aws:states:%s:%s:", region, account)}
}

func (a arns) machine(name string) string { return a.prefix + "stateMachine:" + name }

func (a arns) execution(r Record) string {
	if r.Express != "" {
		return a.prefix + "express:" + machineName(r.MachineARN) + ":" + r.Name + ":" + r.Express
	}
	return a.prefix + "execution:" + machineName(r.MachineARN) + ":" + r.Name
}

func machineName(machineARN string) string {
	return machineARN[strings.LastIndexByte(machineARN, ':')+1:]
}

// parseMachine takes a state machine ARN apart: the machine's own, and the
// version or alias after it, if any.
func (a arns) parseMachine(arn string) (machineARN, qualifier string, err error) {
	rest, ok := strings.CutPrefix(arn, a.prefix+"stateMachine:")
	if !ok || rest == "" {
		return "", "", invalidARN(arn)
	}
	if strings.Contains(rest, "/") {
		return "", "", errorf(ValidationException, "The state machine ARN '%s' names a Distributed Map state", arn)
	}
	name, qualifier, qualified := strings.Cut(rest, ":")
	if name == "" || qualified && qualifier == "" {
		return "", "", invalidARN(arn)
	}
	return a.machine(name), qualifier, nil
}

// parseExecution takes an execution ARN apart.
func (a arns) parseExecution(arn string) (machineARN, name string, err error) {
	rest, ok := strings.CutPrefix(arn, a.prefix+"execution:")
	machine, name, both := strings.Cut(rest, ":")
	if !ok || !both || machine == "" || name == "" || strings.Contains(name, ":") {
		return "", "", invalidARN(arn)
	}
	return a.machine(machine), name, nil
}

func invalidARN(arn string) error { return errorf(InvalidARN, "Invalid Arn: '%s'", arn) }

const maxName = 80

// CheckName holds the rule for names of machines and executions,
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html.
func CheckName(name string) error {
	runes := 0
	for _, r := range name {
		if runes++; forbidden(r) {
			return errorf(InvalidName, "Invalid Name: '%s'", name)
		}
	}
	if runes == 0 || runes > maxName {
		return errorf(InvalidName, "Invalid Name: '%s'", name)
	}
	return nil
}

func forbidden(r rune) bool {
	switch {
	case r <= 0x20, r >= 0x7f && r <= 0x9f, r >= 0xd800 && r <= 0xdfff, r >= 0xfffd && r <= 0xffff, r == 0x10ffff:
		return true
	}
	return strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", r)
}
