package permissions

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// readBy matches how this module's own code names a variable that it reads.
var readBy = regexp.MustCompile(`(?:[gG]etenv|number|truth|keys|first)\((?:getenv, |os\.Getenv, )?"([A-Z][A-Z_]+)"|env[A-Z]\w+\s+= "([A-Z][A-Z_]+)"|EnvResults = "([A-Z_]+)"`)

// notGiven are variables that functions read and the template leaves unset.
var notGiven = map[string]string{
	"MAX_BODY_BYTES":              "the default is the contract's",
	"LOG_ERRORS":                  "texts of errors may hold anything",
	"SEED":                        "the simulated committee takes another for each submission",
	"RESULTS_BUCKET":              "the job makes no large results",
	"AWS_REGION":                  "Lambda sets it",
	"AWS_ACCESS_KEY_ID":           "Lambda sets it",
	"AWS_SECRET_ACCESS_KEY":       "Lambda sets it",
	"AWS_SESSION_TOKEN":           "Lambda sets it",
	"AWS_LAMBDA_FUNCTION_NAME":    "Lambda sets it",
	"AWS_LAMBDA_FUNCTION_VERSION": "Lambda sets it",
}

// variablesOf lists the variables that the code of functions names.
func variablesOf(t *testing.T) (names []string) {
	t.Helper()
	found := map[string]bool{}
	for _, pattern := range []string{"async/lambdamain/*.go", "async/internal/functions/*.go", "async/internal/awsenv/*.go", "speakers/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.HasSuffix([]byte(file), []byte("_test.go")) {
				continue
			}
			for _, m := range readBy.FindAllSubmatch(text, -1) {
				found[string(m[1])+string(m[2])+string(m[3])] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// A function is given what its binary reads: a setting of the job that half of the
// functions have makes the others judge submissions by another job.
func TestFunctionsAreGivenWhatTheyRead(t *testing.T) {
	dir, tpl, names := t.TempDir(), readTemplate(t), variablesOf(t)
	for _, name := range []string{"TABLE_NAME", "SPEED", "REVIEW", "STATE_MACHINE_ARN", "CANCELABLE"} {
		if !slices.Contains(names, name) {
			t.Fatalf("%s is not found among %v", name, names)
		}
	}
	buildFunctions(t, dir)
	for id, f := range tpl.Functions {
		binary, err := os.ReadFile(filepath.Join(dir, filepath.Base(f.CodeURI)))
		if err != nil {
			t.Fatal(err)
		}
		given := f.Variables()
		for _, name := range names {
			if bytes.Contains(binary, []byte(name)) && !slices.Contains(given, name) && notGiven[name] == "" && !unread(id, name) {
				t.Errorf("%s reads %s, and the template does not give it", id, name)
			}
		}
		for _, name := range given {
			if !bytes.Contains(binary, []byte(name)) && slices.Contains(names, name) && !global(tpl.Source, name) {
				t.Errorf("%s is given %s, and does not read it", id, name)
			}
		}
	}
}

// unread are names that are linked with what reads other variables: activities of a
// job without waits know no workflow service, and the result function neither.
func unread(id, name string) bool {
	return name == "STATE_MACHINE_ARN" && !slices.Contains([]string{"SubmitFunction", "StatusFunction", "CancelFunction", "ReconcileFunction"}, id)
}

func global(source map[string]any, name string) bool {
	globals, _ := source["Globals"].(map[string]any)
	for _, part := range []string{"Function", "Environment", "Variables"} {
		globals, _ = globals[part].(map[string]any)
		if globals == nil {
			return false
		}
	}
	return globals[name] != nil
}
