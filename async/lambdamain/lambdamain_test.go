package lambdamain

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/internal/samtemplate"
)

func readTemplate(t *testing.T) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Read(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

var refs = map[string]string{"AWS::StackName": "test", "Submissions": "table", "ProcessSubmissionAliaslive": "arn:machine:live"}

// What the deployment sets is what the functions read, and is taken.
func TestEveryFunctionTakesItsEnvironment(t *testing.T) {
	tpl := readTemplate(t)
	for id, f := range tpl.Functions {
		env, err := tpl.Environment(f, refs)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if _, err := functions.SettingsFromEnv(func(name string) string { return env[name] }); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if env[envTable] != "table" {
			t.Errorf("%s: the table is %q", id, env[envTable])
		}
	}
}

func TestRoutes(t *testing.T) {
	var routes []string
	for _, f := range readTemplate(t).Functions {
		routes = append(routes, f.Routes...)
	}
	for route := range maps.Keys(functions.Routes(nil)) {
		if !slices.Contains(routes, route) {
			t.Errorf("the template has %q, and no %q", routes, route)
		}
	}
}
