package samtemplate

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Statement is an IAM statement, its actions and resources as lists.
type Statement struct {
	Sid, Effect string
	Actions     []string
	// Resources are as they stand in the template, such as "!Ref Topic".
	Resources []string
	// If is the condition under which the statement is there; "" is always.
	If string
}

// iam is what is read of an AWS::IAM::Role, or an AWS::IAM::Policy.
type iam struct {
	Policies       []rolePolicy   `yaml:"Policies"`
	Roles          []value        `yaml:"Roles"`
	PolicyDocument policyDocument `yaml:"PolicyDocument"`
}

type policyDocument struct {
	Statement []struct {
		Sid      string `yaml:"Sid"`
		Effect   string `yaml:"Effect"`
		Action   list   `yaml:"Action"`
		Resource list   `yaml:"Resource"`
	} `yaml:"Statement"`
}

func (d policyDocument) statements(condition string) (all []Statement) {
	for _, s := range d.Statement {
		all = append(all, Statement{Sid: s.Sid, Effect: s.Effect, Actions: s.Action, Resources: s.Resource, If: condition})
	}
	return all
}

// rolePolicy is a policy of a role, or an !If with one.
type rolePolicy struct {
	condition string
	document  policyDocument
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (p *rolePolicy) UnmarshalYAML(node *yaml.Node) error {
	if node.Tag == "!If" && len(node.Content) == 3 {
		p.condition, node = node.Content[0].Value, node.Content[1]
	}
	var inner struct {
		PolicyDocument policyDocument `yaml:"PolicyDocument"`
	}
	err := node.Decode(&inner)
	p.document = inner.PolicyDocument
	return err
}

// list is a string or a list of them. An intrinsic keeps its tag.
type list []string

// UnmarshalYAML implements yaml.Unmarshaler.
func (l *list) UnmarshalYAML(node *yaml.Node) error {
	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		items = node.Content
	}
	for _, item := range items {
		text := item.Value
		if !strings.HasPrefix(item.Tag, "!!") {
			text = item.Tag + " " + text
		}
		*l = append(*l, text)
	}
	return nil
}

// addStatements files the statements of a role, or of a policy that names its
// roles, under each role.
func (t *Template) addStatements(id, condition string, i iam) {
	for _, p := range i.Policies {
		t.Roles[id] = append(t.Roles[id], p.document.statements(p.condition)...)
	}
	for _, r := range i.Roles {
		if role, ok := r.any.(Ref); ok {
			t.Roles[string(role)] = append(t.Roles[string(role)], i.PolicyDocument.statements(condition)...)
		}
	}
}
