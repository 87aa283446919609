package template

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/golden"
)

var place = Place{Region: "us-east-1", Account: "123456789012"}

// Each template of testdata has its state machines in a file of its own.
func TestGolden(t *testing.T) {
	for name, parameters := range map[string]map[string]string{
		"anchors.yaml":     nil,
		"conditions.yaml":  nil,
		"files.yaml":       nil,
		"only-on-aws.yaml": nil,
		"parameters.yaml":  {"Queue": "https://q", "Id": "x", "List": "p,q"},
		"references.json":  nil,
		"references.yaml":  nil,
	} {
		t.Run(name, func(t *testing.T) {
			p := place
			p.Parameters = parameters
			machines, err := StateMachines(filepath.Join("testdata", name), p)
			if err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, filepath.Join("testdata", name+".golden"), show(t, machines))
		})
	}
}

// show returns one block of lines for each state machine.
func show(t *testing.T, machines []StateMachine) string {
	t.Helper()
	var out strings.Builder
	for _, m := range machines {
		fmt.Fprintf(&out, "%s: name %q, type %q, alias %q, property %q, unfilled %q\n", m.LogicalID, m.Name, m.Type, m.Alias, m.Property, m.Unfilled)
		if m.OnlyOnAWS != nil {
			fmt.Fprintln(&out, "only on AWS:", m.OnlyOnAWS)
			continue
		}
		var definition any
		if err := json.Unmarshal([]byte(m.Definition), &definition); err != nil {
			t.Errorf("%s: %v: %s", m.LogicalID, err, m.Definition)
		}
		indented, err := json.MarshalIndent(definition, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\n", indented)
	}
	return out.String()
}
