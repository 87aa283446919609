package samtemplate

import (
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"
)

// document mirrors the template's own layout.
type document struct {
	Parameters map[string]struct {
		Default value `yaml:"Default"`
	} `yaml:"Parameters"`
	Globals struct {
		Function properties `yaml:"Function"`
	} `yaml:"Globals"`
	Resources map[string]struct {
		Type       string    `yaml:"Type"`
		Condition  string    `yaml:"Condition"`
		Properties yaml.Node `yaml:"Properties"`
	} `yaml:"Resources"`
}

type properties struct {
	CodeURI     string `yaml:"CodeUri"`
	Timeout     int    `yaml:"Timeout"`
	Environment struct {
		Variables map[string]value `yaml:"Variables"`
	} `yaml:"Environment"`
	Role   value            `yaml:"Role"`
	Events map[string]event `yaml:"Events"`
}

type event struct {
	Type       string `yaml:"Type"`
	Properties struct {
		Method string `yaml:"Method"`
		Path   string `yaml:"Path"`
	} `yaml:"Properties"`
}

func (d document) template() (*Template, error) {
	t := &Template{Parameters: map[string]string{}, Functions: map[string]Function{}, Roles: map[string][]Statement{}}
	for name, p := range d.Parameters {
		def, err := resolve(p.Default.any, nil)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		t.Parameters[name] = def
	}
	for id, r := range d.Resources {
		if err := t.add(id, r.Type, r.Condition, r.Properties, d.Globals.Function); err != nil {
			return nil, fmt.Errorf("resource %s: %w", id, err)
		}
	}
	return t, nil
}

// add reads the properties of the resource types that matter, whose layout is
// known; others may have the same names for something else.
func (t *Template) add(id, kind, condition string, node yaml.Node, globals properties) error {
	var p properties
	switch kind {
	case "AWS::Serverless::Function":
		if err := node.Decode(&p); err != nil {
			return err
		}
		t.Functions[id] = p.function(globals)
	case "AWS::IAM::Role", "AWS::IAM::Policy":
		var i iam
		if err := node.Decode(&i); err != nil {
			return err
		}
		t.addStatements(id, condition, i)
	}
	return nil
}

func (p properties) function(globals properties) Function {
	f := Function{CodeURI: p.CodeURI, environment: map[string]any{}}
	seconds := p.Timeout
	if seconds == 0 {
		seconds = globals.Timeout
	}
	f.Timeout = time.Duration(seconds) * time.Second
	for _, from := range []properties{globals, p} {
		for name, v := range from.Environment.Variables {
			f.environment[name] = v.any
		}
	}
	if role, ok := p.Role.any.(GetAtt); ok {
		f.Role = role.LogicalID()
	}
	for _, e := range p.Events {
		if e.Type == "HttpApi" {
			f.Routes = append(f.Routes, e.routeKey())
		}
	}
	return f
}

// routeKey returns what API Gateway calls the route.
func (e event) routeKey() string {
	if e.Properties.Path == "" {
		return "$default"
	}
	return e.Properties.Method + " " + e.Properties.Path
}
