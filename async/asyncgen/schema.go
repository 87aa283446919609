package asyncgen

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"
	"go.yaml.in/yaml/v4"

	"example.org/asynchttpapi/async/internal/orderedjson"
)

// reserved are the schemas that every description has.
var reserved = []string{
	"ID", "Submission", "Completions", "CustomStatus", "UnfinishedWord", "Accepted", "Unfinished", "Finished", "FinishedStatus", "Succeeded", "Failed",
	"Canceled", "Error", "ErrorCode", "Problem", "GatewayRefusal", "FieldError",
}

// schemas gathers the schemas of Go types by name, in the order in which they
// are added. OpenAPI 3.1 takes JSON Schema 2020-12 as it is.
type schemas struct {
	names  map[reflect.Type]string
	taken  map[string]bool
	order  []string
	byName map[string]*yaml.Node
	errs   []error
}

func newSchemas() *schemas {
	s := &schemas{names: map[reflect.Type]string{}, taken: map[string]bool{}, byName: map[string]*yaml.Node{}}
	for _, name := range reserved {
		s.taken[name] = true
	}
	return s
}

// add adds the schema of a type and of what it consists of, and returns its
// name: the type's, or the one given if it has none.
func (s *schemas) add(unnamed string, t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, Namer: s.name}
	text, err := orderedjson.Marshal(r.ReflectFromType(t))
	if err != nil {
		s.errs = append(s.errs, fmt.Errorf("schema of %v: %w", t, err))
		return unnamed
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(string(text), "#/$defs/", "#/components/schemas/")), &node); err != nil {
		s.errs = append(s.errs, fmt.Errorf("schema of %v: %w", t, err))
		return unnamed
	}
	root := node.Content[0]
	if definitions := child(root, "$defs"); definitions != nil {
		for i := 0; i+1 < len(definitions.Content); i += 2 {
			s.put(definitions.Content[i].Value, definitions.Content[i+1])
		}
	}
	if ref := child(root, "$ref"); ref != nil {
		return strings.TrimPrefix(ref.Value, "#/components/schemas/")
	}
	remove(root, "$schema", "$id", "$defs")
	name := s.unique(unnamed)
	s.put(name, root)
	return name
}

func (s *schemas) put(name string, schema *yaml.Node) {
	if s.byName[name] == nil {
		s.order = append(s.order, name)
	}
	s.byName[name] = schema
}

// name names a type: each type has a name of its own, whatever its package.
func (s *schemas) name(t reflect.Type) string {
	if name, ok := s.names[t]; ok {
		return name
	}
	if t.Name() == "" {
		return ""
	}
	name := s.unique(strings.ToUpper(t.Name()[:1]) + notInName.ReplaceAllString(t.Name()[1:], "_"))
	s.names[t] = name
	return name
}

// notInName is what a component's name cannot have.
var notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)

func (s *schemas) unique(name string) string {
	free := name
	for i := 2; s.taken[free]; i++ {
		free = fmt.Sprint(name, i)
	}
	s.taken[free] = true
	return free
}

// override replaces schemas by those given in YAML, and adds new ones.
func (s *schemas) override(text []byte) error {
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return fmt.Errorf("schemas given: %w", err)
	}
	if len(node.Content) == 0 {
		return nil
	}
	given := node.Content[0]
	if given.Kind != yaml.MappingNode {
		return errors.New("schemas given: want an object of schemas by name")
	}
	for i := 0; i+1 < len(given.Content); i += 2 {
		name := given.Content[i].Value
		for _, other := range reserved {
			if name == other {
				return fmt.Errorf("schemas given: the name %s is taken", name)
			}
		}
		s.put(name, given.Content[i+1])
	}
	return nil
}

func (s *schemas) yaml() (string, error) {
	all := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range s.order {
		all.Content = append(all.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, s.byName[name])
	}
	text, err := nodeText(all)
	return text, errors.Join(append(s.errs, err)...)
}

// remove removes members of a mapping.
func remove(node *yaml.Node, names ...string) {
	var rest []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		keep := true
		for _, name := range names {
			keep = keep && node.Content[i].Value != name
		}
		if keep {
			rest = append(rest, node.Content[i], node.Content[i+1])
		}
	}
	node.Content = rest
}

var (
	marshalerType     = reflect.TypeFor[json.Marshaler]()
	textMarshalerType = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
)

// pointersOf returns the JSON pointers of a type's members, outer ones first,
// and whether these are all: below lists and maps there are more.
func pointersOf(t reflect.Type) (all []string, finite bool) {
	finite = true
	var walk func(t reflect.Type, prefix string, depth int)
	walk = func(t reflect.Type, prefix string, depth int) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch custom := reflect.PointerTo(t).Implements(marshalerType) || reflect.PointerTo(t).Implements(textMarshalerType); {
		case custom, t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
			return
		case depth > 8, t.Kind() == reflect.Map, t.Kind() == reflect.Slice, t.Kind() == reflect.Array, t.Kind() == reflect.Interface:
			finite = false
			return
		case t.Kind() != reflect.Struct:
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case name == "-":
			case f.Anonymous && name == "":
				walk(f.Type, prefix, depth+1)
			case f.IsExported():
				if name == "" {
					name = f.Name
				}
				pointer := prefix + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
				all = append(all, pointer)
				walk(f.Type, pointer, depth+1)
			}
		}
	}
	walk(t, "", 0)
	return all, finite
}
