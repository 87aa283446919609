package emulated

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// operate goes through the commands of the operators' tool, with the stack's name
// alone. MiniStack has no RedriveExecution: async/ops redrives on the engine.
func operate(t *testing.T, port, stack, url string) {
	binary := filepath.Join(t.TempDir(), "ops")
	run(t, os.Environ(), "go", "build", "-o", binary, "./cmd/ops")
	ops := func(stdin, want string, args ...string) {
		t.Helper()
		cmd := exec.Command(binary, args...)
		cmd.Env = append(environment(port), "AWS_REGION=us-east-1", "STACK="+stack)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if failed := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &failed) || failed.ExitCode() != 1) {
			t.Fatalf("ops %q: %v\n%s", args, err, out)
		}
		if !regexp.MustCompile(want).Match(out) || strings.Contains(string(out), "ada@example.com") {
			t.Errorf("ops %q says\n%s\nwant %s", args, out, want)
		}
	}
	done, open := submit(t, url), submit(t, url)
	ops("", `canceled`, "cancel", open)
	awaitApproved(t, url, done)
	hash := strings.TrimSpace(run(t, os.Environ(), binary, "hash", done))
	ops("", hash+` +Succeeded +Approved`, "list", "-status", "Succeeded", "-younger", "1h")
	ops("", `\n[1-9]\d* submissions?: [1-9]\d* Canceled`, "list", "-status", "Canceled")
	ops("", `(?s)status +Succeeded.*ExecutionSucceeded`, "show", hash)
	ops("", `a client stops asking`, "explain", done)
	ops("", `had ended already: Succeeded`, "cancel", done)
	ops("", `is Succeeded`, "reconcile", done)
	ops("", `Succeeded for good`, "redrive", done)
	ops("", `0 submissions failed since`, "redrive", "-failed-since", "1h")
	ops("", hash, "export")

	// To sqs the AWS CLI goes by a host name of its own, whatever AWS_ENDPOINT_URL says.
	here := "http://127.0.0.1:" + port
	queue := aws(t, port, "sqs", "--endpoint-url", here, "get-queue-url", "--queue-name", exported(t, port, stack, "DeadLettersName"), "--query", "QueueUrl")
	aws(t, port, "sqs", "--endpoint-url", here, "send-message", "--queue-url", queue, "--message-body", fmt.Sprintf(`{"detail":{"name":%q,"status":"FAILED"}}`, done))
	ops("n\n", `nothing was done`, "deadletters", "redeliver")
	ops("", `1 message redelivered`, "deadletters", "redeliver", "-yes")
	ops("", `0 messages`, "deadletters", "list")

	ops("n\n", `(?s)What stays.*nothing was done`, "purge", done)
	ops("", `purged \(\d items\)`, "purge", "-yes", hash)
	resp, err := http.Get(url + "/api/status/" + done)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("the status of what was purged is answered with %d", resp.StatusCode)
	}
}

// prune is make prune: the newest five versions of the workflow stay, and those
// that an alias refers to.
func prune(t *testing.T, port, stack string) {
	machine := exported(t, port, stack, "StateMachineArn")
	var definition map[string]any
	if err := json.Unmarshal([]byte(aws(t, port, "stepfunctions", "describe-state-machine", "--state-machine-arn", machine, "--query", "definition")), &definition); err != nil {
		t.Fatal(err)
	}
	var versions []string
	for i := range 8 {
		definition["Comment"] = fmt.Sprint("version ", i)
		text, err := json.Marshal(definition)
		if err != nil {
			t.Fatal(err)
		}
		aws(t, port, "stepfunctions", "update-state-machine", "--state-machine-arn", machine, "--definition", string(text))
		versions = append(versions, aws(t, port, "stepfunctions", "publish-state-machine-version", "--state-machine-arn", machine, "--query", "stateMachineVersionArn"))
	}
	aws(t, port, "stepfunctions", "create-state-machine-alias", "--name", "live", "--routing-configuration", "stateMachineVersionArn="+versions[1]+",weight=100")
	run(t, environment(port), "make", "prune", "STACK="+stack, "TOOLS="+os.Getenv("TOOLS"))
	left := strings.Fields(aws(t, port, "stepfunctions", "list-state-machine-versions", "--state-machine-arn", machine,
		"--query", "stateMachineVersions[].stateMachineVersionArn"))
	slices.Sort(left)
	if want := append([]string{versions[1]}, versions[3:]...); !slices.Equal(left, want) {
		t.Errorf("%v are left, want %v", left, want)
	}
}
