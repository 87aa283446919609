// Package samtemplate reads template.yaml as far as tests need it: which
// functions there are, what environment, permissions and routes each is given. It
// is how the tests run the binaries with what a deployment would give them.
package samtemplate

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Template is the part of a SAM template that tests look at.
type Template struct {
	// Parameters are the defaults, by name.
	Parameters map[string]string
	// Functions are by logical id.
	Functions map[string]Function
	// Roles are the statements of each role, by the role's logical id.
	Roles map[string][]Statement
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
	var d document
	if err := yaml.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d.template()
}

// Environment returns what the deployment sets for a function: its own variables
// and the global ones, with references filled in from refs (logical ids and
// parameters), then from the parameters' defaults.
func (t *Template) Environment(f Function, refs map[string]string) (map[string]string, error) {
	known := maps.Clone(t.Parameters)
	maps.Copy(known, refs)
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(f.environment)) {
		value, err := resolve(f.environment[name], known)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = value
	}
	return out, nil
}
