// Package samtemplate reads SAM and CloudFormation templates as far as tests need
// it: which functions there are, what environment, permissions and routes each is
// given, and what a template comes to with given parameters. It is how the tests
// run the binaries with what a deployment would give them.
package samtemplate

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"
)

// Template is the part of a SAM template that tests look at.
type Template struct {
	// Parameters are the defaults, by name.
	Parameters map[string]string
	// Functions are by logical id.
	Functions map[string]Function
	// Roles are the statements of each role, by the role's logical id.
	Roles map[string][]Statement
	// Source is the template as it is written, with its intrinsic functions in
	// their long forms.
	Source map[string]any
}

// Function is an AWS::Serverless::Function.
type Function struct {
	CodeURI string
	Timeout time.Duration
	// Role is the logical id of its role.
	Role string
	// Routes are route keys such as "ANY /api/submit".
	Routes      []string
	environment map[string]any
}

// Read reads the template at path.
func Read(path string) (*Template, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	source, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t := &Template{Parameters: Defaults(source), Functions: map[string]Function{}, Roles: map[string][]Statement{}, Source: source}
	globals := mapping(mapping(source["Globals"])["Function"])
	for id, r := range mapping(source["Resources"]) {
		resource := mapping(r)
		properties := mapping(resource["Properties"])
		switch resource["Type"] {
		case "AWS::Serverless::Function":
			t.Functions[id] = function(globals, properties)
		case "AWS::IAM::Role":
			t.Roles[id] = statementsOf(properties)
		}
	}
	return t, nil
}

// Defaults returns the defaults of a template's parameters.
func Defaults(source map[string]any) map[string]string {
	all := map[string]string{}
	for name, p := range mapping(source["Parameters"]) {
		all[name] = fmt.Sprint(mapping(p)["Default"])
	}
	return all
}

func function(globals, own map[string]any) Function {
	f := Function{CodeURI: fmt.Sprint(own["CodeUri"]), environment: map[string]any{}}
	for _, from := range []map[string]any{globals, own} {
		if seconds, err := strconv.Atoi(fmt.Sprint(from["Timeout"])); err == nil {
			f.Timeout = time.Duration(seconds) * time.Second
		}
		maps.Copy(f.environment, mapping(mapping(from["Environment"])["Variables"]))
	}
	if role, ok := mapping(own["Role"])["Fn::GetAtt"].([]any); ok {
		f.Role = fmt.Sprint(role[0])
	}
	for _, e := range mapping(own["Events"]) {
		if event := mapping(e); event["Type"] == "HttpApi" {
			f.Routes = append(f.Routes, routeKey(mapping(event["Properties"])))
		}
	}
	slices.Sort(f.Routes)
	return f
}

// routeKey is what API Gateway calls the route.
func routeKey(event map[string]any) string {
	if event["Path"] == nil {
		return "$default"
	}
	return fmt.Sprint(event["Method"], " ", event["Path"])
}

// Environment is what the deployment sets for a function: its own variables
// and the global ones, with references filled in from refs (logical ids and
// parameters), then from the parameters' defaults.
func (t *Template) Environment(f Function, refs map[string]string) (map[string]string, error) {
	known := maps.Clone(t.Parameters)
	maps.Copy(known, refs)
	r := resolver{source: t.Source, parameters: known, references: refs}
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(f.environment)) {
		value, err := r.value(f.environment[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = fmt.Sprint(value)
	}
	return out, nil
}

// Variables are the names of the variables that the deployment sets for a function.
func (f Function) Variables() []string { return slices.Sorted(maps.Keys(f.environment)) }

func mapping(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// list returns the items of a list, or a single one.
func list(v any) []any {
	if items, ok := v.([]any); ok {
		return items
	}
	if v == nil {
		return nil
	}
	return []any{v}
}
