package emulated

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aws runs the AWS CLI against the emulator.
func aws(t *testing.T, port string, args ...string) string {
	t.Helper()
	return strings.TrimSpace(run(t, environment(port), tool(t, "awscli/bin/aws"), append(args, "--output", "text")...))
}

// exported is an output of a stack.
func exported(t *testing.T, port, stack, output string) string {
	t.Helper()
	return aws(t, port, "cloudformation", "describe-stacks", "--stack-name", stack, "--query",
		fmt.Sprintf("Stacks[0].Outputs[?OutputKey=='%s'].OutputValue", output))
}

// TestRehearsal goes through the life of a deployment: the first version, open
// submissions, an upgrade to production under load, the two other stacks, a lost
// table that is restored, and the end. docs/deploy.md has the same commands, and
// what the emulator cannot show.
func TestRehearsal(t *testing.T) {
	if os.Getenv("REHEARSE") == "" {
		t.Skip("NOT RUN: REHEARSE is not set; make rehearse sets it")
	}
	const stack = "talks"
	port := startEmulator(t)
	template := buildStack(t)
	first := edited(t, firstVersion(t, filepath.Dir(template)), map[string]string{"Default: simulate": "Default: approve"})
	url := deployAs(t, port, first, stack)
	table := aws(t, port, "cloudformation", "describe-stack-resource", "--stack-name", stack, "--logical-resource-id", "Submissions",
		"--query", "StackResourceDetail.PhysicalResourceId")
	var open []string
	for range 5 {
		open = append(open, submit(t, url))
	}

	next := edited(t, template, map[string]string{"REVIEW: simulate": "REVIEW: approve"})
	stop := load(t, url)
	deployAs(t, port, next, stack, "Environment=prod", "SubmitRate=1000", "StatusRate=1000")
	stop()
	if got := exported(t, port, stack, "Table"); got != table {
		t.Errorf("the upgrade has replaced the table %s by %s", table, got)
	}
	for _, id := range open {
		awaitApproved(t, url, id)
	}
	if got := exported(t, port, stack, "Exposure"); !strings.HasPrefix(got, "OPEN TO THE WORLD: anyone may submit, 1000 times a second") {
		t.Errorf("the stack says %q", got)
	}

	samDeploy(t, port, adapted(t, "monitoring.yaml"), stack+"-monitoring", "Stack="+stack)
	samDeploy(t, port, adapted(t, "edge.yaml"), stack+"-edge", "Stack="+stack)
	if got := exported(t, port, stack+"-edge", "PublicBaseUrl"); !strings.HasPrefix(got, "https://") {
		t.Errorf("the edge is at %q", got)
	}

	t.Run("restore", func(t *testing.T) { restore(t, port, next, stack, url, table, open[0]) })
	t.Run("operate", func(t *testing.T) { operate(t, port, stack, url) })
	t.Run("prune", func(t *testing.T) { prune(t, port, stack) })
	for _, name := range []string{stack + "-edge", stack + "-monitoring", stack} {
		aws(t, port, "cloudformation", "delete-stack", "--stack-name", name)
		aws(t, port, "cloudformation", "wait", "stack-delete-complete", "--stack-name", name)
	}
	if got := aws(t, port, "dynamodb", "describe-table", "--table-name", table, "--query", "Table.TableStatus"); got != "ACTIVE" {
		t.Errorf("with the stack the table is %q", got)
	}
}

// restore is the runbook of docs/operations.md.
func restore(t *testing.T, port, template, stack, url, table, id string) {
	const restored = "talks-restored"
	aws(t, port, "dynamodb", "restore-table-to-point-in-time", "--source-table-name", table, "--target-table-name", restored,
		"--use-latest-restorable-time")
	aws(t, port, "dynamodb", "wait", "table-exists", "--table-name", restored)
	aws(t, port, "dynamodb", "update-time-to-live", "--table-name", restored, "--time-to-live-specification", "Enabled=true,AttributeName=ttl")
	aws(t, port, "dynamodb", "update-continuous-backups", "--table-name", restored, "--point-in-time-recovery-specification",
		"PointInTimeRecoveryEnabled=true")
	// Only the old table is without it from now on: what is answered comes from the new one.
	aws(t, port, "dynamodb", "delete-item", "--table-name", table, "--key", `{"pk":{"S":"submission#`+id+`"}}`)
	deployAs(t, port, template, stack, "Environment=prod", "SubmitRate=1000", "StatusRate=1000", "TableName="+restored)
	awaitApproved(t, url, id)
	awaitApproved(t, url, submit(t, url))
	if got := aws(t, port, "dynamodb", "describe-table", "--table-name", table, "--query", "Table.TableStatus"); got != "ACTIVE" {
		t.Errorf("the old table is %q", got)
	}
}

// firstVersion is the template before it was three, with the functions built.
func firstVersion(t *testing.T, built string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "first.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	out := strings.ReplaceAll(string(text), "statemachine/process_submission", "ProcessSubmission/process_submission")
	for name, id := range map[string]string{
		"submit": "Submit", "status": "Status", "result": "Result", "cancel": "Cancel", "reconcile": "Reconcile", "activities/moderate": "Moderate",
		"activities/shortlist": "Shortlist", "activities/select": "Select", "activities/fail": "Fail",
	} {
		out = strings.ReplaceAll(out, "CodeUri: functions/"+name+"/\n", "CodeUri: "+id+"Function\n")
	}
	machine, err := filepath.Abs(filepath.Join(root, "statemachine", "process_submission.asl.json"))
	if err != nil {
		t.Fatal(err)
	}
	out = strings.ReplaceAll(out, "ProcessSubmission/process_submission.asl.json", machine)
	path := filepath.Join(built, "first.yaml")
	if err := os.WriteFile(path, []byte(out), 0o666); err != nil {
		t.Fatal(err)
	}
	return adapted(t, path)
}

// adapted is a template without what MiniStack's CloudFormation lacks.
func adapted(t *testing.T, path string) string {
	t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	out := run(t, os.Environ(), tool(t, "sam/bin/python"), ".ci/ministack/adapt.py", path)
	to := filepath.Join(t.TempDir(), "adapted.yaml")
	if strings.HasSuffix(path, "first.yaml") {
		to = filepath.Join(filepath.Dir(path), "first-adapted.yaml") // beside its functions
	}
	if err := os.WriteFile(to, []byte(out), 0o666); err != nil {
		t.Fatal(err)
	}
	return to
}

// submit submits a talk and returns its id.
func submit(t *testing.T, url string) string {
	t.Helper()
	id, err := trySubmit(t.Context(), url, rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func trySubmit(ctx context.Context, url, key string) (id string, err error) {
	var accepted struct{ ID string }
	err = ask(ctx, http.MethodPost, url+"/api/submit", talk, key, &accepted)
	return accepted.ID, err
}

// ask is a request whose answer has to be a success, 202 included.
func ask(ctx context.Context, method, url, body, key string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s is answered with %d: %s", method, resp.StatusCode, text)
	}
	return json.Unmarshal(text, into)
}

func awaitApproved(t *testing.T, url, id string) {
	t.Helper()
	var s struct{ Status, CustomStatus string }
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if err := ask(t.Context(), http.MethodGet, url+"/api/status/"+id, "", "", &s); err != nil {
			t.Fatal(err)
		}
		if s.CustomStatus == "Approved" {
			return
		}
	}
	t.Errorf("a submission is %+v", s)
}

// load submits and polls until stop is called, which reports what was refused: the
// emulator replaces roles and state machines one call after the other, so that a
// request in between may have to be repeated, as the contract says.
func load(t *testing.T, url string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	sent, repeated, refused := 0, 0, []string{}
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			key := rand.Text()
			id, err := trySubmit(ctx, url, key)
			for range 3 {
				if err == nil || ctx.Err() != nil {
					break
				}
				repeated++
				id, err = trySubmit(ctx, url, key)
			}
			if err == nil {
				err = ask(ctx, http.MethodGet, url+"/api/status/"+id, "", "", &struct{}{})
			}
			if sent++; err != nil && ctx.Err() == nil {
				refused = append(refused, err.Error())
			}
		}
	}()
	return func() {
		cancel()
		<-done
		if sent == 0 || len(refused) > 0 {
			t.Errorf("of %d submissions during the upgrade %d were refused: %.500q", sent, len(refused), refused)
		}
		t.Logf("%d submissions during the upgrade, %d of them repeated", sent, repeated)
	}
}
