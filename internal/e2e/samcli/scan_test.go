package samcli

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// finding is what checkov says of one resource.
type finding struct{ check, resource string }

// TestScan compares checkov's findings with the waivers, both ways. It sees every
// template with everything on, as CloudFormation would: conditions are resolved.
func TestScan(t *testing.T) {
	waived := readWaivers(t)
	var paths []string
	exports := map[string]string{}
	for _, template := range templates {
		path, s := resolveTemplate(t, template, everything[template], exports)
		maps.Copy(exports, s.Exports)
		paths = append(paths, path)
	}
	found, passed := scan(t, paths)
	if passed < 100 {
		t.Fatalf("only %d checks have passed: has checkov read them?", passed)
	}
	for _, f := range found {
		if !slices.Contains(waived, f) {
			t.Errorf("%s fails %s, and is not waived", f.resource, f.check)
		}
	}
	for _, f := range waived {
		if !slices.Contains(found, f) {
			t.Errorf("%s is waived for %s, which it does not fail", f.check, f.resource)
		}
	}
}

func scan(t *testing.T, paths []string) (found []finding, passed int) {
	t.Helper()
	args := []string{"--framework", "cloudformation", "--skip-download", "--soft-fail", "--output", "json"}
	for _, path := range paths {
		args = append(args, "--file", path)
	}
	stdout, stderr, err := run(t, t.TempDir(), tool(t, "checkov/bin/checkov"), args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	var report struct {
		Results struct {
			Passed []any `json:"passed_checks"`
			Failed []struct {
				Check    string `json:"check_id"`
				Resource string `json:"resource"`
			} `json:"failed_checks"`
		} `json:"results"`
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("%v\n%s", err, stdout)
	}
	for _, f := range report.Results.Failed {
		_, id, _ := strings.Cut(f.Resource, ".")
		found = append(found, finding{f.Check, id})
	}
	return found, len(report.Results.Passed)
}

func readWaivers(t *testing.T) (waived []finding) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".ci", "sam", "waived.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var waivers []struct {
		Check, Reason string
		Resources     []string
	}
	if err := yaml.Unmarshal(text, &waivers); err != nil {
		t.Fatal(err)
	}
	for _, w := range waivers {
		if w.Reason == "" {
			t.Errorf("%s is waived without a reason", w.Check)
		}
		for _, id := range w.Resources {
			waived = append(waived, finding{w.Check, id})
		}
	}
	return waived
}
