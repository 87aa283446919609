package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
	"example.org/asynchttpapi/stepfunctions/internal/template"
)

// machines are the state machines of a template: those that are made, and
// those that cannot run on this machine, with the reason.
type machines struct {
	template string
	account  string
	mocks    *mocks
	stubs    bool
	// files are those that were read, and those that were missed.
	files   files
	made    []template.StateMachine
	leftOut []leftOut
}

type leftOut struct {
	id  string
	why error
}

// readMachines reads the template, if there is one, and checks everything that
// it says. What AWS would reject too is a mistake, and an error. What is fine
// on AWS and impossible here is left out, unless nothing remains. Beside an error
// the machines have but the files that were read.
func readMachines(s settings, mocks *mocks, log *slog.Logger) (*machines, error) {
	m := &machines{template: s.template, account: s.account, mocks: mocks, stubs: s.integrations == stub}
	if s.template == "" {
		return m, nil
	}
	found, err := template.StateMachines(s.template, template.Place{
		Region: s.region, Account: s.account, Parameters: s.parameters,
		Warn:    func(what string) { log.Warn(what, "template", s.template) },
		Reading: m.files.add,
	})
	if err != nil {
		return m, err
	}
	accepts := m.stubs || s.mocks != "" || s.writeMocks != ""
	for _, machine := range found {
		if err := m.add(machine, accepts, m.stubs || s.writeMocks != ""); err != nil {
			return m, fmt.Errorf("%s: %s: %w", s.template, machine.LogicalID, err)
		}
	}
	if len(m.made) == 0 {
		return m, m.nothing()
	}
	return m, nil
}

// Template is a template whose state machines are made in an engine, and what
// answers there for calls of other services.
type Template struct {
	Path            string
	Parameters      map[string]string
	Region, Account string
	Mocks           *mock.File
	Stubs           bool
}

// DeployTemplate makes the state machines of a template, or of a definition, in an
// engine that has started, as -template does.
func DeployTemplate(ctx context.Context, e *engine.Engine, t Template, log *slog.Logger) error {
	s := settings{template: t.Path, parameters: t.Parameters, region: t.Region, account: t.Account, integrations: refuse}
	if t.Stubs {
		s.integrations = stub
	}
	answers := &mocks{}
	if t.Mocks != nil {
		s.mocks = t.Mocks.Path()
		answers.file.Store(t.Mocks)
	}
	m, err := readMachines(s, answers, log)
	if err != nil {
		return err
	}
	return m.deploy(ctx, e, log)
}

// add sorts a machine in, or returns what is wrong with it. accepts says that
// calls of other services are answered, stubs that writes are.
func (m *machines) add(machine template.StateMachine, accepts, stubs bool) error {
	if machine.OnlyOnAWS != nil {
		m.leftOut = append(m.leftOut, leftOut{machine.LogicalID, machine.OnlyOnAWS})
		return nil
	}
	diagnostics := asl.Validate([]byte(machine.Definition), asl.Options{Express: machine.Type == "EXPRESS", Integrations: accepts, Stubs: stubs})
	message := asl.ErrorMessage(diagnostics)
	if message == "" {
		m.made = append(m.made, machine)
		return nil
	}
	why := fmt.Errorf("%s: %s%s%s", machine.Property, message, m.positions(machine, diagnostics), unfilled(machine))
	for _, d := range diagnostics {
		if d.Severity == asl.SeverityError {
			return why
		}
	}
	m.leftOut = append(m.leftOut, leftOut{machine.LogicalID, why})
	return nil
}

// maxPositions is how many places of a rejected definition are listed.
const maxPositions = 5

// positions returns where in which file a definition is rejected.
func (m *machines) positions(machine template.StateMachine, diagnostics []asl.Diagnostic) string {
	var all []string
	for _, d := range diagnostics {
		at := machine.Position(m.template, d.Location)
		if at != "" && !slices.Contains(all, at) && len(all) < maxPositions {
			all = append(all, at)
		}
	}
	if all == nil {
		return ""
	}
	return " in " + strings.Join(all, ", ")
}

// unfilled returns placeholders: they are often why a definition is rejected.
func unfilled(machine template.StateMachine) string {
	if len(machine.Unfilled) == 0 {
		return ""
	}
	return "; DefinitionSubstitutions has no " + strings.Join(machine.Unfilled, ", ")
}

// nothing returns the error about a template of which no machine can be made.
func (m *machines) nothing() error {
	if len(m.leftOut) == 0 {
		return fmt.Errorf("%s: it has no state machine, or none whose condition holds", m.template)
	}
	var all []error
	for _, l := range m.leftOut {
		all = append(all, fmt.Errorf("%s: %s cannot run here: %w", m.template, l.id, l.why))
	}
	return errors.Join(all...)
}

// deploy brings the engine's state machines to what the template says, and
// logs a line for each. One that is as it should be is not touched, and
// neither is any that the template does not have. Where one of them cannot be
// deployed, none is.
func (m *machines) deploy(ctx context.Context, e *engine.Engine, log *slog.Logger) error {
	for _, machine := range m.made {
		if err := deployable(e, machine); err != nil {
			return fmt.Errorf("%s: %s: %w", m.template, machine.LogicalID, err)
		}
	}
	for _, l := range m.leftOut {
		log.Error("state machine left out: it cannot run here", "template", m.template, "resource", l.id, "why", l.why)
	}
	for _, machine := range m.made {
		if err := m.deployOne(ctx, e, machine, log); err != nil {
			return fmt.Errorf("%s: %s: %w", m.template, machine.LogicalID, err)
		}
	}
	if m.template != "" {
		m.mocks.reportAbsent(e, log)
	}
	return nil
}

// deployable returns why the engine cannot take a machine whose definition is valid.
func deployable(e *engine.Engine, machine template.StateMachine) error {
	if err := engine.CheckName(machine.Name); err != nil {
		return err
	}
	if now, found := find(e, machine.Name); found && !now.Deleting && string(now.Type) != machine.Type {
		return fmt.Errorf("%s is %s in the data folder, and cannot become %s: delete it first, or take another folder", now.ARN, now.Type, machine.Type)
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
	fields := []any{"arn", now.ARN}
	if machine.Alias != "" {
		alias, moved, err := publish(ctx, e, now.ARN, machine.Alias)
		if err != nil {
			return fmt.Errorf("AutoPublishAlias: %w", err)
		}
		if moved && did == unchanged {
			did = updated
		}
		fields = append(fields, "alias", alias)
	}
	log.Info("state machine "+did, fields...)
	if did == unchanged {
		if definition, err := asl.Parse([]byte(machine.Definition)); err == nil {
			m.mocks.report(machine.Name, definition, m.stubs, log)
		}
	}
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
	if now.Definition == machine.Definition {
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

// parametersVariable is read before the flags, which win name by name.
const parametersVariable = "STEPFUNCTIONS_PARAMETERS"

// parameters are the values of a template's parameters. It is a flag.Value.
type parameters map[string]string

func (p parameters) String() string { return "" }

// Set takes NAME=VALUE.
func (p parameters) Set(pair string) error {
	name, value, ok := strings.Cut(pair, "=")
	if !ok || name == "" {
		return errors.New("not of the form NAME=VALUE")
	}
	p[name] = value
	return nil
}

// read takes the pairs of the environment variable.
func (p parameters) read(pairs string) error {
	for pair := range strings.FieldsSeq(pairs) {
		if err := p.Set(pair); err != nil {
			return fmt.Errorf("%s: %q: %w", parametersVariable, pair, err)
		}
	}
	return nil
}

// publish makes a version of a machine's current definition, unless there is
// one, and the alias that leads to it alone. moved reports whether it led elsewhere.
func publish(ctx context.Context, e *engine.Engine, machineARN, alias string) (arn string, moved bool, err error) {
	version, err := e.PublishStateMachineVersion(ctx, machineARN, "", "")
	if err != nil {
		return "", false, err
	}
	arn, routes := machineARN+":"+alias, []engine.Route{{VersionARN: version.ARN, Weight: 100}}
	now, err := e.DescribeStateMachineAlias(arn)
	switch {
	case errors.Is(err, &engine.Error{Code: engine.ResourceNotFound}):
		_, err = e.CreateStateMachineAlias(ctx, alias, "", routes)
		return arn, true, err
	case err != nil:
		return arn, false, err
	case len(now.Routes) == 1 && now.Routes[0].VersionARN == version.ARN:
		return arn, false, nil
	}
	_, err = e.UpdateStateMachineAlias(ctx, arn, nil, routes)
	return arn, true, err
}
