package template

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
)

// layout names the properties of one of the two types of state machines.
type layout struct {
	name, kind string
	// definition are those of which one has the definition.
	definition []string
}

var layouts = map[string]layout{
	samMachine: {"Name", "Type", []string{"Definition", "DefinitionUri"}},
	cfnMachine: {"StateMachineName", "StateMachineType", []string{"Definition", "DefinitionString", "DefinitionS3Location"}},
}

// machine is the state machine of that logical id, if its condition holds.
// What has no effect on one machine (Role, Events, Logging, Tags and others) is
// not looked at, so that nothing in it can be in the way.
func (t *template) machine(id string) (m StateMachine, exists bool, err error) {
	m, exists, err = t.describe(id)
	if missing := onlyOnAWS(""); errors.As(err, &missing) {
		m.OnlyOnAWS = err
		return m, true, nil
	}
	return m, exists, err
}

func (t *template) describe(id string) (m StateMachine, exists bool, err error) {
	m.LogicalID = id
	r := t.resources[id]
	if r.condition != "" {
		if exists, err = t.holds(r.condition); err != nil || !exists {
			return m, false, err
		}
	}
	if m.Name, err = t.machineName(id); err != nil {
		return m, false, err
	}
	if m.Type, err = t.machineType(r); err != nil {
		return m, false, err
	}
	if m.Alias, err = t.machineAlias(r); err != nil {
		return m, false, err
	}
	m.Property, m.Definition, m.Unfilled, err = t.definition(r)
	return m, err == nil, err
}

// property is one that is a text, "" where there is none.
func (t *template) property(r resource, name string) (string, error) {
	v, there, err := t.value(r, name)
	if err != nil || !there {
		return "", err
	}
	out, err := text(v)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// value is a property, if it is there.
func (t *template) value(r resource, name string) (v any, there bool, err error) {
	written, ok := r.properties[name]
	if !ok {
		return nil, false, nil
	}
	if v, err = t.evaluate(written); err != nil {
		return nil, false, fmt.Errorf("%s: %w", name, err)
	}
	return v, v != any(noValue{}), nil
}

// machineName is the name that the template gives, or else the logical id.
func (t *template) machineName(id string) (string, error) {
	if name, ok := t.names[id]; ok {
		return name, nil
	}
	r := t.resources[id]
	name, err := t.property(r, layouts[r.kind].name)
	if err != nil {
		return "", err
	}
	t.names[id] = cmp.Or(name, id)
	return t.names[id], nil
}

func (t *template) machineType(r resource) (string, error) {
	property := layouts[r.kind].kind
	kind, err := t.property(r, property)
	kind = cmp.Or(kind, "STANDARD")
	if err == nil && kind != "STANDARD" && kind != "EXPRESS" {
		err = fmt.Errorf("%s: %q is neither STANDARD nor EXPRESS", property, kind)
	}
	return kind, err
}

// aliasName is what the service takes for the name of an alias: a number would
// be a version.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html
var aliasName = regexp.MustCompile(`^[0-9]*[a-zA-Z_.\-][a-zA-Z0-9_.\-]*$`)

func (t *template) machineAlias(r resource) (string, error) {
	if r.kind != samMachine {
		return "", nil
	}
	alias, err := t.property(r, "AutoPublishAlias")
	if err == nil && alias != "" && (len(alias) > 80 || !aliasName.MatchString(alias)) {
		err = fmt.Errorf("AutoPublishAlias: %q is not the name of an alias", alias)
	}
	return alias, err
}
