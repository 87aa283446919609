package template

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/nearest"
	"example.org/asynchttpapi/stepfunctions/internal/textfile"
)

// template is a template as it is written, and where it is deployed.
type template struct {
	place Place
	// dir is the folder that paths are relative to.
	dir                  string
	parameters           map[string]any
	mappings, conditions map[string]any
	resources            map[string]resource
	// functionAlias is the AutoPublishAlias of all functions that give none.
	functionAlias any
	// added is what adds to the template where it is deployed, "" for nothing.
	added string
	// names are those of state machines that have been worked out.
	names map[string]string
	// decided are the conditions that have been worked out; deciding are those
	// that are being looked at: one that refers to itself has no answer.
	decided, deciding map[string]bool
	// file is the definition's of the state machine that is looked at, "" for one
	// in the template.
	file string
	// missing are the parameters that have no value.
	missing []string
	// budget is the work that is left, depth how deep evaluation is in.
	budget, depth int
}

type resource struct {
	kind, condition string
	properties      map[string]any
}

const (
	samMachine = "AWS::Serverless::StateMachine"
	cfnMachine = "AWS::StepFunctions::StateMachine"
)

func (r resource) isMachine() bool { return r.kind == samMachine || r.kind == cfnMachine }

func (r resource) isFunction() bool {
	return r.kind == "AWS::Serverless::Function" || r.kind == "AWS::Lambda::Function"
}

// parse reads a template and checks what every part of it rests on.
func parse(text []byte, place Place) (*template, error) {
	t := &template{
		place: place, resources: map[string]resource{},
		names: map[string]string{}, decided: map[string]bool{}, deciding: map[string]bool{}, budget: maxWork,
	}
	root, err := read(text, t.warn)
	if err != nil {
		return nil, err
	}
	top, ok := root.(map[string]any)
	if !ok {
		return nil, errors.New("it is not a template: it is no mapping")
	}
	var resources map[string]any
	for name, to := range map[string]*map[string]any{
		"Parameters": &t.parameters, "Mappings": &t.mappings, "Conditions": &t.conditions, "Resources": &resources,
	} {
		if *to, ok = top[name].(map[string]any); !ok && top[name] != nil {
			return nil, fmt.Errorf("%s is not a mapping", name)
		}
	}
	if resources == nil {
		return nil, errors.New("it is not a template: it has no Resources")
	}
	for _, name := range slices.Sorted(maps.Keys(place.Parameters)) {
		if _, ok := t.parameters[name]; !ok {
			return nil, fmt.Errorf("it has no parameter %q%s", name, nearest.MeantIn(name, t.parameters))
		}
	}
	globals, _ := top["Globals"].(map[string]any)
	functions, _ := globals["Function"].(map[string]any)
	t.functionAlias = functions["AutoPublishAlias"]
	t.added = adds(top["Transform"], t.parameters, t.mappings, t.conditions, resources)
	return t, t.addResources(resources)
}

// adds returns what adds to the sections of a template where it is deployed: a
// macro, Fn::Transform or Fn::ForEach; "" for nothing.
func adds(transform any, sections ...map[string]any) string {
	macros, isList := transform.([]any)
	if !isList {
		macros = []any{transform}
	}
	for _, macro := range macros {
		name, isText := macro.(string)
		if macro != nil && !(isText && (strings.HasPrefix(name, "AWS::Serverless-") || name == "AWS::LanguageExtensions")) {
			return "a macro"
		}
	}
	for _, section := range sections {
		for _, name := range slices.Sorted(maps.Keys(section)) {
			if strings.HasPrefix(name, "Fn::") {
				return name
			}
		}
	}
	return ""
}

func (t *template) addResources(resources map[string]any) error {
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		if strings.HasPrefix(id, "Fn::") {
			t.addGenerated(id, resources[id])
			continue
		}
		r, _ := resources[id].(map[string]any)
		kind, ok := r["Type"].(string)
		if !ok {
			return fmt.Errorf("%s: it has no Type", id)
		}
		condition, ok := r["Condition"].(string)
		if r["Condition"] != nil && !ok {
			return fmt.Errorf("%s: Condition is not the name of a condition", id)
		}
		properties, ok := r["Properties"].(map[string]any)
		if r["Properties"] != nil && !ok {
			return fmt.Errorf("%s: Properties is not a mapping", id)
		}
		t.resources[id] = resource{kind: kind, condition: condition, properties: properties}
	}
	return nil
}

// addGenerated files Fn::ForEach or Fn::Transform where resources are under
// its own name, if a state machine is to come out of it: then it is missed.
func (t *template) addGenerated(id string, v any) {
	if mentions(v, samMachine) || mentions(v, cfnMachine) {
		t.resources[id] = resource{kind: cfnMachine, properties: map[string]any{"Definition": map[string]any{id: v}}}
	}
}

// mentions reports whether a text is anywhere in a tree.
func mentions(v any, text string) bool {
	is := func(v any) bool { return mentions(v, text) }
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		return slices.ContainsFunc(v, is)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), is)
	}
	return false
}

// maxFile bounds the files that are read, in bytes. CloudFormation takes
// templates and definitions of 1 MB; the difference is for comments.
const maxFile = 2 << 20

// readFile reads a template or a definition. Its errors name the path once.
func readFile(path string) ([]byte, error) {
	text, err := textfile.Read(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

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

// machine returns the state machine of that logical id, if its condition holds.
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
	t.file = ""
	m.Property, m.Definition, m.Unfilled, err = t.definition(r)
	m.File = t.file
	return m, err == nil, err
}

// property returns a property that is a string, "" where there is none.
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

// value returns a property, if it is there.
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

// machineName returns the name that the template gives, or else the logical id.
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
