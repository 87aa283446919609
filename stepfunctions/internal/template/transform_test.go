package template_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/samtemplate"
	"example.org/asynchttpapi/stepfunctions/internal/template"
)

var (
	root             = filepath.Join("..", "..", "..")
	others           = filepath.Join("testdata", "transform.yaml")
	othersDefinition = filepath.Join("testdata", "transform.asl.json")
)

// What the package makes of a template's state machines is what it makes of
// the plain CloudFormation that the transform has expanded them into: aliases
// are resources of their own there, and definitions are texts of substitutions.
func TestStateMachinesAreThoseOfTheTransform(t *testing.T) {
	for title, c := range map[string]struct {
		template, definition string
		parameters           map[string]string
		machines             int
	}{
		"ours":           {filepath.Join(root, "template.yaml"), filepath.Join(root, "statemachine", "process_submission.asl.json"), nil, 1},
		"others":         {others, othersDefinition, nil, 1},
		"by a condition": {others, othersDefinition, map[string]string{"Stage": "prod", "Seconds": "9"}, 2},
	} {
		t.Run(title, func(t *testing.T) {
			place := template.Place{Region: "us-east-1", Account: "123456789012", Parameters: c.parameters}
			want, err := template.StateMachines(c.template, place)
			if err != nil {
				t.Fatal(err)
			}
			got, err := template.StateMachines(expandMachines(t, c.template, c.definition, c.parameters), place)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != c.machines || len(want) != c.machines {
				t.Fatalf("got %d state machines and %d, want %d", len(got), len(want), c.machines)
			}
			for i := range want {
				if !same(t, got[i], want[i]) {
					t.Errorf("got\n%+v\nwant\n%+v", got[i], want[i])
				}
			}
		})
	}
}

// same leaves out where the transform puts definitions and aliases. A file of a
// definition is the same by whatever path.
func same(t *testing.T, a, b template.StateMachine) bool {
	t.Helper()
	var definitions [2]any
	for i, m := range []*template.StateMachine{&a, &b} {
		if err := json.Unmarshal([]byte(m.Definition), &definitions[i]); err != nil {
			t.Fatalf("%v: %s", err, m.Definition)
		}
		m.Definition, m.Property, m.Alias = "", "", ""
		if m.File != "" {
			file, err := filepath.Abs(m.File)
			if err != nil {
				t.Fatal(err)
			}
			m.File = file
		}
	}
	return reflect.DeepEqual(definitions[0], definitions[1]) && reflect.DeepEqual(a, b)
}

// expandMachines expands a template. A definition in a file, which the SAM CLI
// pretends to have put into S3 by then, is the file again.
func expandMachines(t *testing.T, template, definition string, parameters map[string]string) (path string) {
	t.Helper()
	args := []string{filepath.Join(root, ".ci", "sam", "expand.py"), template}
	for name, value := range parameters {
		args = append(args, name+"="+value)
	}
	tools := os.Getenv("TOOLS")
	if tools == "" {
		t.Skip("NOT RUN: TOOLS is not set; make test-sam sets it")
	}
	cmd := exec.Command(filepath.Join(tools, "sam/bin/python"), args...)
	cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION=us-east-1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	file, err := filepath.Abs(definition)
	if err != nil {
		t.Fatal(err)
	}
	uploaded := regexp.MustCompile(`"DefinitionS3Location": \{[^}]*\}`)
	path = filepath.Join(t.TempDir(), "expanded.json")
	if err := os.WriteFile(path, uploaded.ReplaceAll(stdout, fmt.Appendf(nil, `"DefinitionS3Location": %q`, file)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The workflow may invoke what its definition names.
func TestTheWorkflowMayRunItsActivities(t *testing.T) {
	tpl, err := samtemplate.Read(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	machines, err := template.StateMachines(filepath.Join(root, "template.yaml"), template.Place{})
	if err != nil || len(machines) != 1 {
		t.Fatalf("%d state machines, %v", len(machines), err)
	}
	for _, called := range regexp.MustCompile(`:function:(\w+)"`).FindAllStringSubmatch(machines[0].Definition, -1) {
		want = append(want, "!Ref "+called[1]+".Alias")
	}
	for _, s := range tpl.Roles["ProcessRole"] {
		if slices.Contains(s.Actions, "lambda:InvokeFunction") {
			got = append(got, s.Resources...)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("ProcessRole may invoke %q, the definition names %q", got, want)
	}
}
