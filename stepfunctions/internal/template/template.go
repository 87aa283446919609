package template

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// template is a template as it is written, and where it is deployed.
type template struct {
	place Place
	// dir is the folder that paths are relative to.
	dir                  string
	parameters           map[string]any
	mappings, conditions map[string]any
	resources            map[string]resource
	// published are the resources with an AutoPublishAlias, by the logical id
	// that SAM gives the alias.
	published map[string]string
	// names are those of state machines that have been worked out.
	names map[string]string
	// decided are the conditions that have been worked out; deciding are those
	// that are being looked at: one that needs itself has no answer.
	decided, deciding map[string]bool
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
	root, err := read(text, true)
	if err != nil {
		return nil, err
	}
	top, ok := root.(map[string]any)
	if !ok {
		return nil, errors.New("it is not a template: it is no mapping")
	}
	t := &template{
		place: place, resources: map[string]resource{}, published: map[string]string{},
		names: map[string]string{}, decided: map[string]bool{}, deciding: map[string]bool{}, budget: maxWork,
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
			return nil, fmt.Errorf("it has no parameter %q", name)
		}
	}
	return t, t.addResources(resources)
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
		if alias, ok := properties["AutoPublishAlias"].(string); ok {
			t.published[id+"Alias"+alias] = id
		}
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

// mentions tells whether a text is anywhere in a tree.
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
