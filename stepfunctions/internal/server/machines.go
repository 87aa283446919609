package server

import (
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/template"
)

// machines are the state machines of a template: those that are made, and
// those that cannot run on this machine, with the reason.
type machines struct {
	template string
	account  string
	made     []template.StateMachine
	leftOut  []leftOut
}

type leftOut struct {
	id  string
	why error
}

// readMachines reads the template, if there is one, and checks everything that
// it says. What AWS would refuse too is a mistake, and an error. What is fine
// on AWS and impossible here is left out, unless nothing remains.
func readMachines(s settings) (*machines, error) {
	m := &machines{template: s.template, account: s.account}
	if s.template == "" {
		return m, nil
	}
	found, err := template.StateMachines(s.template, template.Place{Region: s.region, Account: s.account, Parameters: s.parameters})
	if err != nil {
		return nil, err
	}
	for _, machine := range found {
		if err := m.add(machine); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", s.template, machine.LogicalID, err)
		}
	}
	if len(m.made) == 0 {
		return nil, m.nothing()
	}
	return m, nil
}

// add sorts a machine in, or says what is wrong with it.
func (m *machines) add(machine template.StateMachine) error {
	if machine.OnlyOnAWS != nil {
		m.leftOut = append(m.leftOut, leftOut{machine.LogicalID, machine.OnlyOnAWS})
		return nil
	}
	diagnostics := asl.Validate([]byte(machine.Definition), asl.Options{Express: machine.Type == "EXPRESS"})
	refusal := asl.Refusal(diagnostics)
	if refusal == "" {
		m.made = append(m.made, machine)
		return nil
	}
	why := fmt.Errorf("%s: %s%s", machine.Property, refusal, unfilled(machine))
	for _, d := range diagnostics {
		if d.Severity == asl.SeverityError {
			return why
		}
	}
	m.leftOut = append(m.leftOut, leftOut{machine.LogicalID, why})
	return nil
}

// unfilled tells of placeholders: they are often why a definition is refused.
func unfilled(machine template.StateMachine) string {
	if len(machine.Unfilled) == 0 {
		return ""
	}
	return "; DefinitionSubstitutions has no " + strings.Join(machine.Unfilled, ", ")
}

// nothing is the error about a template of which no machine can be made.
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
