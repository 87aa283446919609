package template

import (
	"maps"

	"go.yaml.in/yaml/v3"
)

func (r *reader) mapping(node *yaml.Node, depth int) (any, error) {
	own, merged := map[string]any{}, map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		value, err := r.node(node.Content[i+1], depth)
		_, twice := own[key.Value]
		switch {
		case err != nil:
			return nil, err
		case key.Kind != yaml.ScalarNode:
			return nil, at(key, "a key is not a text")
		case key.ShortTag() == "!!merge":
			if !merge(merged, value) {
				return nil, at(key, "<< wants a mapping, or a list of them")
			}
		case twice:
			return nil, at(key, "%q is there twice", key.Value)
		default:
			own[key.Value] = value
		}
	}
	maps.Copy(merged, own)
	return merged, nil
}

// merge adds what a merge key (<<) brings. What is there already wins.
// https://yaml.org/type/merge.html
func merge(into map[string]any, from any) bool {
	switch from := from.(type) {
	case map[string]any:
		for name, value := range from {
			if _, there := into[name]; !there {
				into[name] = value
			}
		}
		return true
	case []any:
		for _, item := range from {
			if _, ok := item.(map[string]any); !ok || !merge(into, item) {
				return false
			}
		}
		return true
	}
	return false
}
