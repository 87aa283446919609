package samcli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deployments are parameters that the transform makes something else of.
var deployments = map[string][]string{
	"default": nil,
	"prod":    {"Environment=prod", "Completions=keys"},
}

// expanded is plain CloudFormation, as far as it is looked at.
type expanded struct {
	Parameters map[string]map[string]any
	Conditions map[string]any
	Resources  map[string]struct {
		Type           string
		Condition      string
		DeletionPolicy string
		Properties     map[string]any
	}
}

// expansions keeps what has been expanded, by parameters: it takes seconds.
var expansions = map[string]string{}

// expand writes what template.yaml is expanded into to a file.
func expand(t *testing.T, parameters []string) (path string, e expanded) {
	t.Helper()
	key := strings.Join(parameters, " ")
	if expansions[key] == "" {
		args := append([]string{".ci/sam/expand.py", "template.yaml"}, parameters...)
		stdout, stderr, err := run(t, root, tool(t, "sam/bin/python"), args...)
		if err != nil {
			t.Fatalf("%v\n%s", err, stderr)
		}
		expansions[key] = stdout
	}
	path = filepath.Join(t.TempDir(), "expanded.json")
	if err := os.WriteFile(path, []byte(expansions[key]), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(expansions[key]), &e); err != nil {
		t.Fatal(err)
	}
	return path, e
}

func TestTheExpandedTemplateIsClean(t *testing.T) {
	for name, parameters := range deployments {
		t.Run(name, func(t *testing.T) {
			path, _ := expand(t, parameters)
			if stdout, stderr, err := run(t, root, tool(t, "sam/bin/cfn-lint"), path); err != nil {
				t.Errorf("%v\n%s%s", err, stdout, stderr)
			}
		})
	}
}

// SAM makes roles with managed policies where a function names none.
func TestEveryRoleIsOurs(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, parameters := range deployments {
		_, e := expand(t, parameters)
		for id, r := range e.Resources {
			if r.Type == "AWS::IAM::Role" && !strings.Contains(string(source), "\n  "+id+":") {
				t.Errorf("%s: SAM has made the role %s", name, id)
			}
		}
	}
}

// A deployment that is not gradual has nothing of CodeDeploy's.
func TestCodeDeployIsThereByParameter(t *testing.T) {
	for name, parameters := range deployments {
		_, e := expand(t, parameters)
		groups := 0
		for _, r := range e.Resources {
			if r.Type == "AWS::CodeDeploy::DeploymentGroup" {
				groups++
			}
		}
		want := 0
		if len(parameters) > 0 {
			want = len(readTemplate(t).Functions) // prod deploys gradually
		}
		if groups != want {
			t.Errorf("%s: %d deployment groups, want %d", name, groups, want)
		}
	}
}
