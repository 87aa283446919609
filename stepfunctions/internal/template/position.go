package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Position returns file:line:column of a place in the machine's definition, such
// as /States/Pay/Catch[0]/Next; the part of it that is in the file, and "" if
// the definition cannot be read as it is written. path is that of the template.
func (m StateMachine) Position(path, location string) string {
	base := []string(nil)
	if m.File != "" {
		path = m.File
	} else {
		base = []string{"Resources", m.LogicalID, "Properties", m.Property}
	}
	text, err := readFile(path)
	var document yaml.Node
	if err != nil || yaml.Unmarshal(text, &document) != nil || len(document.Content) == 0 {
		return ""
	}
	node := document.Content[0]
	for _, name := range base {
		if node = valueOf(node, name); node == nil {
			return ""
		}
	}
	node = deepest(node, strings.TrimPrefix(location, "/"), maxDepth)
	return fmt.Sprintf("%s:%d:%d", path, node.Line, node.Column)
}

// valueOf returns the value of a key, nil where there is none.
func valueOf(node *yaml.Node, name string) *yaml.Node {
	node = followed(node)
	if node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i+1]
		}
	}
	return nil
}

func followed(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// deepest goes as far along a location as there are nodes, and returns the last
// one: of a key, the key. Names in a location may have slashes of their own.
func deepest(node *yaml.Node, location string, depth int) *yaml.Node {
	at := followed(node)
	if location == "" || depth == 0 {
		return node
	}
	if index, rest, ok := element(location); ok && at.Kind == yaml.SequenceNode && index < len(at.Content) {
		return deepest(at.Content[index], strings.TrimPrefix(rest, "/"), depth-1)
	}
	if at.Kind != yaml.MappingNode {
		return node
	}
	var names []int
	for i := 0; i+1 < len(at.Content); i += 2 {
		rest, ok := strings.CutPrefix(location, at.Content[i].Value)
		if ok && (rest == "" || rest[0] == '/' || rest[0] == '[') {
			names = append(names, i)
		}
	}
	if names == nil {
		return node
	}
	// The longest name is meant where one is the beginning of another.
	i := slices.MaxFunc(names, func(a, b int) int { return len(at.Content[a].Value) - len(at.Content[b].Value) })
	rest := strings.TrimPrefix(location[len(at.Content[i].Value):], "/")
	if found := deepest(at.Content[i+1], rest, depth-1); found != at.Content[i+1] {
		return found
	}
	return at.Content[i]
}

// element takes [0] off a location.
func element(location string) (index int, rest string, ok bool) {
	inside, ok := strings.CutPrefix(location, "[")
	number, rest, closed := strings.Cut(inside, "]")
	index, err := strconv.Atoi(number)
	return index, rest, ok && closed && err == nil && index >= 0
}
