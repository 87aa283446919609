package asyncgen

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// plainKeywords are what a schema in Swagger 2.0 has as JSON Schema has it, and
// Power Platform reads. Patterns are left out: the service itself says what is
// wrong with a value, and the platform's dialect is another one.
var plainKeywords = []string{
	"description", "title", "default", "enum", "multipleOf", "maximum", "minimum", "maxLength", "minLength",
	"maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "readOnly",
}

// formats are those that Power Platform's schema of definitions has; it refuses
// a definition with another.
var formats = []string{
	"int32", "int64", "float", "double", "byte", "binary", "date", "date-time", "date-no-tz", "password", "email", "html", "uri", "uuid",
}

// deepest bounds how deep what is written out may be nested.
const deepest = 8

// swagger returns the schema of a name in Swagger 2.0, written out without
// references, in the order of its members. What Swagger 2.0 cannot say is left
// out: it then takes more than the API does, and the API refuses that.
func (s *schemas) swagger(name string) object { return s.convert(s.byName[name], []string{name}) }

// convert has the names of the schemas that the node is in: one within itself is
// an object of any members.
func (s *schemas) convert(node *yaml.Node, within []string) object {
	if node == nil || node.Kind != yaml.MappingNode {
		return object{}
	}
	if ref := child(node, "$ref"); ref != nil {
		name := strings.TrimPrefix(ref.Value, "#/components/schemas/")
		if slices.Contains(within, name) || len(within) > deepest {
			return object{{"type", "object"}}
		}
		target := s.convert(s.byName[name], append(slices.Clip(within), name))
		return withMember(target, "description", child(node, "description"))
	}
	var o object
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		switch {
		case slices.Contains(plainKeywords, key):
			o = append(o, member{key, valueOf(value)})
		case key == "format" && slices.Contains(formats, value.Value), key == "required" && len(value.Content) > 0:
			o = append(o, member{key, valueOf(value)})
		case key == "const":
			o = append(o, member{"enum", []any{valueOf(value)}})
		case key == "exclusiveMinimum":
			o = append(o, member{"minimum", valueOf(value)}, member{"exclusiveMinimum", true})
		case key == "exclusiveMaximum":
			o = append(o, member{"maximum", valueOf(value)}, member{"exclusiveMaximum", true})
		case key == "type":
			o = append(o, types(value)...)
		case key == "anyOf", key == "oneOf":
			o = append(o, s.commonType(value, within)...)
		case key == "items":
			o = append(o, member{"items", s.convert(value, within)})
		case key == "properties":
			o = append(o, member{"properties", s.properties(value, within)})
		case key == "additionalProperties" && value.Kind == yaml.MappingNode:
			o = append(o, member{"additionalProperties", s.convert(value, within)})
		}
	}
	return o
}

func (s *schemas) properties(node *yaml.Node, within []string) (o object) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		name := node.Content[i].Value
		o = append(o, member{name, append(object{{"x-ms-summary", titleOf(name)}}, s.convert(node.Content[i+1], within)...)})
	}
	return o
}

// types returns the type of a schema; of several the first that is not null.
func types(node *yaml.Node) object {
	all := node.Content
	if node.Kind == yaml.ScalarNode {
		all = []*yaml.Node{node}
	}
	var o object
	for _, n := range all {
		switch {
		case n.Value == "null":
			o = append(o, member{"x-nullable", true})
		case !slices.ContainsFunc(o, func(m member) bool { return m.Name == "type" }):
			o = append(o, member{"type", n.Value})
		}
	}
	return o
}

// commonType returns the type that all alternatives but null have, or nothing.
func (s *schemas) commonType(alternatives *yaml.Node, within []string) object {
	var common object
	for _, n := range alternatives.Content {
		var own object
		for _, m := range s.convert(n, within) {
			if m.Name == "type" {
				own = object{m}
			}
		}
		switch {
		case own == nil:
		case common == nil:
			common = own
		case common[0].Value != own[0].Value:
			return nil
		}
	}
	return common
}

// withMember replaces a member by a scalar, if there is one.
func withMember(o object, name string, value *yaml.Node) object {
	if value == nil {
		return o
	}
	o = slices.DeleteFunc(slices.Clone(o), func(m member) bool { return m.Name == name })
	return append(o, member{name, value.Value})
}

func valueOf(node *yaml.Node) (v any) {
	_ = node.Decode(&v) // it was made from JSON, or read as YAML
	return v
}
