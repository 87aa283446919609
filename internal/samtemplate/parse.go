package samtemplate

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Parse returns a template with its intrinsic functions in their long forms, its
// aliases and merges resolved, and every scalar as the text it is written as.
func Parse(text []byte) (map[string]any, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, err
	}
	if root.Kind != yaml.DocumentNode {
		return nil, errors.New("no document")
	}
	v, err := plain(root.Content[0])
	if err != nil {
		return nil, err
	}
	if m, ok := v.(map[string]any); ok {
		return m, nil
	}
	return nil, errors.New("the document is no mapping")
}

func plain(node *yaml.Node) (any, error) {
	if node.Kind == yaml.AliasNode {
		return plain(node.Alias)
	}
	v, err := content(node)
	if err != nil || !strings.HasPrefix(node.Tag, "!") || strings.HasPrefix(node.Tag, "!!") {
		return v, err
	}
	name := strings.TrimPrefix(node.Tag, "!")
	switch name {
	case "Ref", "Condition":
		return map[string]any{name: v}, nil
	case "GetAtt":
		if text, ok := v.(string); ok {
			// SAM's own references have a dot in the resource: Function.Alias.Attribute.
			at := strings.LastIndex(text, ".")
			if at < 0 {
				return nil, fmt.Errorf("line %d: !GetAtt %s names no attribute", node.Line, text)
			}
			v = []any{text[:at], text[at+1:]}
		}
	}
	return map[string]any{"Fn::" + name: v}, nil
}

func content(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value, nil
	case yaml.SequenceNode:
		items := make([]any, len(node.Content))
		for i, n := range node.Content {
			var err error
			if items[i], err = plain(n); err != nil {
				return nil, err
			}
		}
		return items, nil
	case yaml.MappingNode:
		return members(node)
	}
	return nil, fmt.Errorf("line %d: unexpected YAML", node.Line)
}

// members resolves merges: a mapping's own members win.
func members(node *yaml.Node) (any, error) {
	m, merged := map[string]any{}, map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		v, err := plain(node.Content[i+1])
		if err != nil {
			return nil, err
		}
		if node.Content[i].Tag == "!!merge" {
			merged = mapping(v)
			continue
		}
		m[node.Content[i].Value] = v
	}
	for name, v := range merged {
		if _, own := m[name]; !own {
			m[name] = v
		}
	}
	return m, nil
}
