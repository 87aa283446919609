package pollers

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// javaVariants are the pollers of azure-core for Java, each with the strategies
// that it may follow a 202 by. The default one tries the others in turn.
var javaVariants = []string{
	"sync operation", "sync location", "sync default", "flux operation", "flux location", "flux default",
}

// javaVerdict is what one variant came to. Status is azure-core's own word.
type javaVerdict struct {
	Status       string `json:"status"`
	CustomStatus string `json:"customStatus"`
	Error        string `json:"error"`
	// Result is the job's, as the status has it.
	Result json.RawMessage `json:"result"`
	// Polls is the number of requests after the submit.
	Polls int `json:"polls"`
}

const (
	javaSucceeded = "SUCCESSFULLY_COMPLETED"
	javaFailed    = "FAILED"
)

// runJava has every variant submit a talk to url and poll there, or for another
// id that is given. A poller that does not end is a failure of the test.
func runJava(t *testing.T, url string, id ...string) map[string]javaVerdict {
	t.Helper()
	return runJavaWith(t, url, talk, id...)
}

func runJavaWith(t *testing.T, url, body string, id ...string) map[string]javaVerdict {
	t.Helper()
	program, file, ok := strings.Cut(os.Getenv("AZURE_CORE_JAVA"), " ")
	if !ok {
		t.Skip("NOT RUN: AZURE_CORE_JAVA is not set; .ci/pollers/run sets it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{file, "AzureCore", url, body}, id...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var verdicts map[string]javaVerdict
	if err == nil {
		err = json.Unmarshal(out, &verdicts)
	}
	if err != nil {
		t.Fatalf("%v; it printed %q", err, out)
	}
	if len(verdicts) != len(javaVariants) {
		t.Fatalf("got %+v; want %q", verdicts, javaVariants)
	}
	return verdicts
}

func TestJava(t *testing.T) {
	t.Parallel()
	for _, o := range outcomes {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			verdicts := runJava(t, serverFor(t, o.policy)+"/api/submit"+o.query)
			for _, name := range javaVariants {
				got := verdicts[name]
				// The location strategies go by the status code alone, which
				// is why a client may choose that of a failure.
				codeAlone := strings.HasSuffix(name, "location")
				switch {
				case o.failed && codeAlone && o.query == "":
					if got.Status != javaSucceeded || got.CustomStatus == "Approved" {
						t.Errorf("%s: got %+v; want the end of a failed submission, answered 200", name, got)
					}
				case o.failed && (got.Status != javaFailed || got.Error == ""):
					t.Errorf("%s: got %+v; want %s", name, got, javaFailed)
				case !o.failed && (got.Status != javaSucceeded || got.CustomStatus != o.customStatus || got.Error != ""):
					t.Errorf("%s: got %+v; want %s and %s", name, got, javaSucceeded, o.customStatus)
				}
			}
		})
	}
}

// An id that the server does not know ends the polling with the first answer,
// the 404. A problem document with a number for "status" would not: to the
// operation strategies that is an unknown status word of work that goes on.
func TestJavaUnknownID(t *testing.T) {
	t.Parallel()
	verdicts := runJava(t, serverFor(t, "approve")+"/api/submit", unknownID)
	for _, name := range javaVariants {
		if got := verdicts[name]; got.Polls != 1 || got.Error == "" || got.Status != "" && got.Status != javaFailed {
			t.Errorf("%s: got %+v; want an error after one poll", name, got)
		}
	}
}
