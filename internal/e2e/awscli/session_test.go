package awscli

import (
	"strings"
	"testing"
)

const (
	machines = "arn:aws:states:us-east-1:123456789012:stateMachine:"
	role     = "arn:aws:iam::123456789012:role/any"
	done     = `{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}`
	broken   = `{"StartAt":"S","States":{"S":{"Type":"Fail","Error":"No"}}}`
)

func TestMachines(t *testing.T) {
	w := newHarness(t)
	made := w.do("create-state-machine", "--name", "made", "--role-arn", role, "--definition", done, "--publish", "--tags", "key=team,value=a").text("stateMachineArn")
	if made != machines+"made" {
		t.Fatalf("made %s", made)
	}
	w.refused("StateMachineAlreadyExists", "create-state-machine", "--name", "made", "--role-arn", role, "--definition", broken)
	w.refused("InvalidDefinition", "create-state-machine", "--name", "other", "--role-arn", role, "--definition", "{}")
	if r := w.do("validate-state-machine-definition", "--definition", "{}"); r.text("result") != "FAIL" {
		t.Errorf("%v", r)
	}
	second := w.do("update-state-machine", "--state-machine-arn", made, "--definition", broken, "--publish").text("stateMachineVersionArn")
	if second != made+":2" {
		t.Errorf("published %q", second)
	}
	alias := w.do("create-state-machine-alias", "--name", "live", "--routing-configuration", "stateMachineVersionArn="+made+":1,weight=100").text("stateMachineAliasArn")
	if r := w.ended(w.do("start-execution", "--state-machine-arn", alias).text("executionArn")); r.text("status") != "SUCCEEDED" {
		t.Errorf("version 1 behind its alias: %v", r)
	}
	for operation, want := range map[string]int{"list-state-machine-versions": 2, "list-state-machine-aliases": 1} {
		if r := w.do(operation, "--state-machine-arn", made); r.count() != want {
			t.Errorf("%s: %v", operation, r)
		}
	}
	w.do("tag-resource", "--resource-arn", made, "--tags", "key=cost,value=b")
	if r := w.do("list-tags-for-resource", "--resource-arn", made); r.count() != 2 {
		t.Errorf("%v", r)
	}
	if r := w.do("describe-state-machine", "--state-machine-arn", made); r.text("definition") != broken || r.text("type") != "STANDARD" {
		t.Errorf("%v", r)
	}
	w.do("delete-state-machine-alias", "--state-machine-alias-arn", alias)
	w.do("delete-state-machine", "--state-machine-arn", made)
	if r := w.do("list-state-machines"); r.count() != 2 {
		t.Errorf("%v", r)
	}
}

func TestExecutions(t *testing.T) {
	w := newHarness(t)
	first := w.do("start-execution", "--state-machine-arn", machines+"Orders", "--name", "one", "--input", `{"a": 1}`).text("executionArn")
	if r := w.ended(first); r.text("status") != "SUCCEEDED" || r.text("output") != `{"a": 1}` {
		t.Errorf("%v", r)
	}
	w.refused("ExecutionAlreadyExists", "start-execution", "--state-machine-arn", machines+"Orders", "--name", "one", "--input", `{"a": 2}`)
	// The CLI follows nextToken by itself: seven events in pages of three.
	if r := w.do("get-execution-history", "--execution-arn", first, "--page-size", "3"); r.count() != 7 {
		t.Errorf("%d events: %v", r.count(), r)
	}
	if r := w.do("list-executions", "--state-machine-arn", machines+"Orders", "--status-filter", "SUCCEEDED"); r.count() != 1 {
		t.Errorf("%v", r)
	}
	if r := w.do("describe-state-machine-for-execution", "--execution-arn", first); r.text("name") != "Orders" {
		t.Errorf("%v", r)
	}
	if r := w.do("start-sync-execution", "--state-machine-arn", machines+"Quick", "--input", `{"b":2}`); r.text("output") != `{"b":2}` {
		t.Errorf("%v", r)
	}
	if r := w.do("test-state", "--definition", `{"Type":"Pass","Result":1,"ResultPath":"$.c","End":true}`, "--input", "{}", "--role-arn", role); r.text("output") != `{"c":1}` {
		t.Errorf("%v", r)
	}
}

func TestTokensStopsAndRedrives(t *testing.T) {
	w := newHarness(t)
	asks := w.do("create-state-machine", "--name", "asks", "--role-arn", role, "--definition", "file://testdata/asks.asl.json").text("stateMachineArn")
	waiting := w.do("start-execution", "--state-machine-arn", asks).text("executionArn")
	token := <-w.tokens
	w.do("send-task-heartbeat", "--task-token", token)
	w.do("send-task-success", "--task-token", token, "--task-output", `"yes"`)
	if r := w.ended(waiting); r.text("status") != "SUCCEEDED" || r.text("output") != `"yes"` {
		t.Errorf("%v", r)
	}
	w.refused("TaskTimedOut", "send-task-success", "--task-token", token, "--task-output", `"again"`)

	waiting = w.do("start-execution", "--state-machine-arn", asks).text("executionArn")
	w.do("send-task-failure", "--task-token", <-w.tokens, "--error", "No", "--cause", "not today")
	if r := w.ended(waiting); r.text("status") != "FAILED" || r.text("error") != "No" || r.text("cause") != "not today" {
		t.Errorf("%v", r)
	}
	w.do("redrive-execution", "--execution-arn", waiting)
	<-w.tokens
	w.do("stop-execution", "--execution-arn", waiting, "--error", "Enough")
	if r := w.ended(waiting); r.text("status") != "ABORTED" || r["redriveCount"] != 1.0 || strings.Contains(r.text("cause"), "today") {
		t.Errorf("%v", r)
	}
}
