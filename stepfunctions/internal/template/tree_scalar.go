package template

import (
	"encoding/json"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// scalar keeps numbers as they are written, and takes dates for the texts that
// they are in a template.
func scalar(node *yaml.Node) (any, error) {
	switch node.ShortTag() {
	case "!!int", "!!float":
		return number(node)
	case "!!bool":
		var v bool
		if err := node.Decode(&v); err != nil {
			return nil, at(node, "%q is not true or false", node.Value)
		}
		return v, nil
	case "!!null":
		return nil, nil
	}
	return node.Value, nil
}

// zeros begin an account's number, say, which is not meant to be octal.
var zeros = regexp.MustCompile(`^0[0-9]+$`)

func number(node *yaml.Node) (any, error) {
	switch {
	case json.Valid([]byte(node.Value)):
		return json.Number(node.Value), nil
	case zeros.MatchString(node.Value):
		return node.Value, nil
	}
	// Forms that JSON does not have: 0x1F, 1_000, +1, .5, and .inf, which it
	// cannot have.
	var v any
	err := node.Decode(&v)
	text, cannot := json.Marshal(v)
	if err != nil || cannot != nil {
		return nil, at(node, "%q is not a number that JSON has", node.Value)
	}
	return json.Number(text), nil
}
