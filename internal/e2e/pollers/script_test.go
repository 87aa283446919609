package pollers

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// scripts are the pollers that are not written in Go, by the environment
// variable that says how to start them: a program, and its script. A space
// parts the two.
var scripts = []string{"CORE_LRO", "AZURE_REST", "AZURE_CORE"}

// verdict is what a script prints in the end.
type verdict struct {
	Status       string `json:"status"`
	CustomStatus string `json:"customStatus"`
	// Result is the job's, as the status has it.
	Result json.RawMessage `json:"result"`
	// Error is the text of the exception that the poller ended with.
	Error string `json:"error"`
}

// runScript submits a talk to url and polls there, or for another id that is given.
func runScript(t *testing.T, name, url string, id ...string) verdict {
	t.Helper()
	return runScriptWith(t, name, url, talk, id...)
}

func runScriptWith(t *testing.T, name, url, body string, id ...string) (v verdict) {
	t.Helper()
	program, script, ok := strings.Cut(os.Getenv(name), " ")
	if !ok {
		t.Skipf("NOT RUN: %s is not set; .ci/pollers/run sets it", name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{script, url, body}, id...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &v)
	}
	if err != nil {
		t.Fatalf("%v; it printed %q", err, out)
	}
	return v
}

func TestScripts(t *testing.T) {
	t.Parallel()
	for _, name := range scripts {
		for _, o := range outcomes {
			t.Run(name+" "+o.name, func(t *testing.T) {
				t.Parallel()
				got := runScript(t, name, serverFor(t, o.policy)+"/api/submit"+o.query)
				switch {
				case o.failed && !strings.Contains(got.Error, "ProcessFailed"):
					t.Errorf("got %+v; want the failure with its code", got)
				case !o.failed && (!strings.EqualFold(got.Status, "Succeeded") || got.CustomStatus != o.customStatus || got.Error != ""):
					t.Errorf("got %+v; want Succeeded and %s", got, o.customStatus)
				}
			})
		}
	}
}

// An id that the server does not know ends the polling with the 404.
func TestScriptsUnknownID(t *testing.T) {
	t.Parallel()
	for _, name := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runScript(t, name, serverFor(t, "approve")+"/api/submit", unknownID)
			if !strings.Contains(got.Error, "NotFound") {
				t.Errorf("got %+v; want a NotFound", got)
			}
		})
	}
}
