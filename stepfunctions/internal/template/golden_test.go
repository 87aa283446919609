package template

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files again")

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
			compare(t, filepath.Join("testdata", name+".golden"), show(t, machines))
		})
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
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
