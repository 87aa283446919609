package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	// maxDepth is more than a template needs. An anchor that contains itself
	// has no end.
	maxDepth = 200
	// maxNodes bounds what aliases may repeat: ten lists of ten aliases each
	// are ten thousand million nodes.
	maxNodes = 1 << 18
)

// reader makes a tree of YAML's nodes: maps, lists, texts, numbers, truth
// values and nil, as encoding/json would.
type reader struct {
	// short tells that short forms of intrinsic functions become their long
	// ones: !Ref x is {"Ref": "x"}. Elsewhere they are refused.
	short bool
	left  int
}

// read reads YAML or JSON. short is the reader's.
func read(text []byte, short bool) (any, error) {
	// JSON is YAML, but for its tabs.
	if json.Valid(text) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var v any
		err := decoder.Decode(&v)
		return v, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, errors.New("it is empty")
	}
	r := &reader{short: short, left: maxNodes}
	return r.node(document.Content[0], maxDepth)
}

func (r *reader) node(node *yaml.Node, depth int) (any, error) {
	if r.left--; r.left < 0 {
		return nil, errors.New("its aliases make too much of it")
	}
	if depth == 0 {
		return nil, at(node, "it is nested too deeply")
	}
	if name := longForm(node.Tag); name != "" {
		return r.function(name, node, depth)
	}
	switch node.Kind {
	case yaml.AliasNode:
		return r.node(node.Alias, depth-1)
	case yaml.MappingNode:
		return r.mapping(node, depth-1)
	case yaml.SequenceNode:
		return r.sequence(node, depth-1)
	}
	return scalar(node)
}

// longForm is the name of the intrinsic function that a tag stands for, "" for
// a tag that is none.
func longForm(tag string) string {
	name, ok := strings.CutPrefix(tag, "!")
	switch {
	case !ok || name == "" || strings.HasPrefix(name, "!"):
		return ""
	case name == "Ref" || name == "Condition":
		return name
	}
	return "Fn::" + name
}

func (r *reader) function(name string, node *yaml.Node, depth int) (any, error) {
	if !r.short {
		return nil, at(node, "%s has no meaning here: only DefinitionSubstitutions are made in it", node.Tag)
	}
	if node.Kind == yaml.ScalarNode {
		return map[string]any{name: node.Value}, nil
	}
	plain := *node
	plain.Tag = ""
	argument, err := r.node(&plain, depth-1)
	return map[string]any{name: argument}, err
}

func (r *reader) sequence(node *yaml.Node, depth int) (any, error) {
	out := make([]any, len(node.Content))
	for i, item := range node.Content {
		value, err := r.node(item, depth)
		if err != nil {
			return nil, err
		}
		out[i] = value
	}
	return out, nil
}

// at is an error about a place in the text.
func at(node *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %w", node.Line, fmt.Errorf(format, args...))
}
