// Package template reads the state machines of a CloudFormation or SAM template, so
// that they can be made on one machine. References are filled in as a
// deployment would, with ARNs that `sam local start-lambda` understands: a
// function's name is its logical id, and its versions and aliases are left
// out, since there is but one version of it.
//
// A template may be anybody's: what it can make the program do is bounded.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
package template

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// Place is where the template is deployed, as far as the template can tell.
type Place struct {
	Region, Account string
	// Parameters override the defaults of the template's parameters.
	Parameters map[string]string
}

// StateMachine is an AWS::Serverless::StateMachine or an
// AWS::StepFunctions::StateMachine.
type StateMachine struct {
	LogicalID string
	// Name is the logical id where the template gives none.
	Name string
	// Type is STANDARD or EXPRESS.
	Type string
	// Definition is JSON, with its substitutions made; it is not validated.
	Definition string
	// Property is the one that the definition is in, such as DefinitionUri.
	Property string
	// Unfilled are the placeholders of the definition that no substitution is
	// for. They stay as they are, as on AWS.
	Unfilled []string
	// Alias is the AutoPublishAlias, "" for none.
	Alias string
	// OnlyOnAWS, if not nil, is what the machine needs that is nowhere but on
	// AWS, such as another stack's export. Name and Definition may be empty then.
	OnlyOnAWS error
}

// StateMachines reads the template at path and gives its state machines,
// ordered by logical id. Those whose condition does not hold are left out. An
// error names the file, and the part of it that is wrong.
func StateMachines(path string, place Place) ([]StateMachine, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	t, err := parse(text, place)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t.dir = filepath.Dir(path)
	found, err := t.machines()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

func (t *template) machines() (found []StateMachine, err error) {
	named := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(t.resources)) {
		if !t.resources[id].isMachine() {
			continue
		}
		m, exists, err := t.machine(id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		if !exists {
			continue
		}
		found = append(found, m)
		if m.OnlyOnAWS != nil {
			continue
		}
		if other := named[m.Name]; other != "" {
			return nil, fmt.Errorf("%s: its name is %q, and so is that of %s", id, m.Name, other)
		}
		named[m.Name] = id
	}
	return found, nil
}
