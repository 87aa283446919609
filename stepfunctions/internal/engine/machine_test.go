package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func TestCreateStateMachine(t *testing.T) {
	w := newFixture(t)
	create := func(name, definition, role string, kind engine.Type) error {
		_, err := w.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: name, Type: kind, Revision: engine.Revision{Definition: definition, RoleARN: role}})
		return err
	}
	tests := []struct {
		name                   string
		machine, definition, r string
		kind                   engine.Type
		want                   engine.Code
	}{
		{"first", "m", passOn, "r", "", ""},
		{"the same again", "m", passOn, "r", engine.Standard, ""},
		{"another role", "m", passOn, "r2", "", ""},
		{"another definition", "m", waitAYear, "r", "", engine.StateMachineAlreadyExists},
		{"another type", "m", passOn, "r", engine.Express, engine.StateMachineAlreadyExists},
		{"no type", "n", passOn, "r", "QUICK", engine.StateMachineTypeNotSupported},
		{"no name", "", passOn, "r", "", engine.InvalidName},
		{"no JSON", "n", "{", "r", "", engine.InvalidDefinition},
		{"no states", "n", `{"StartAt": "A", "States": {}}`, "r", "", engine.InvalidDefinition},
	}
	for i, test := range tests {
		if i == 1 {
			w.restart(func() {})
		}
		err := create(test.machine, test.definition, test.r, test.kind)
		if test.want == "" && err != nil || test.want != "" && !errors.Is(err, code(test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// A creation is the same again only if it publishes the same.
func TestCreateAndPublishAgain(t *testing.T) {
	w := newFixture(t)
	for _, test := range []struct {
		name, machine, description string
		publish                    bool
		version                    string
		want                       engine.Code
	}{
		{"published", "p", "one", true, ":1", ""},
		{"the same again", "p", "one", true, ":1", ""},
		{"described otherwise", "p", "two", true, "", engine.StateMachineAlreadyExists},
		{"not published", "p", "", false, "", engine.StateMachineAlreadyExists},
		{"a plain one", "q", "", false, "", ""},
		{"published only now", "q", "", true, "", engine.StateMachineAlreadyExists},
	} {
		w.restart(func() {})
		m, err := w.CreateStateMachine(t.Context(), engine.NewStateMachine{
			Name: test.machine, Revision: engine.Revision{Definition: passOn, RoleARN: "r"}, Publish: test.publish, Description: test.description,
		})
		if test.want == "" && err != nil || test.want != "" && !errors.Is(err, code(test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if err == nil && !strings.HasSuffix(m.VersionARN, test.version) {
			t.Errorf("%s: version %q, want %q", test.name, m.VersionARN, test.version)
		}
	}
}

func TestUnsupportedResourceIsNamed(t *testing.T) {
	w := newFixture(t)
	task := func(resource string) string {
		called := "FunctionName"
		if strings.Contains(resource, "startExecution") {
			called = "StateMachineArn"
		}
		return `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "T", "States":
			{"T": {"Type": "Task", "Resource": "` + resource + `", "Parameters": {"` + called + `": "c"}, "End": true}}}}}}`
	}
	for resource, ok := range map[string]bool{
		function + "f":      true,
		function + "f:live": true,
		"arn:aws-cn:lambda:cn-north-1:123456789012:function:f":           true,
		"arn:aws:states:::lambda:invoke":                                 true,
		"arn:aws:states:::lambda:invoke.waitForTaskToken":                true,
		"arn:aws:states:::states:startExecution.sync:2":                  true,
		"arn:aws:states:::states:startExecution.sync:2.waitForTaskToken": false,
		"arn:aws:states:::sqs:sendMessage":                               false,
		"arn:aws:states:us-east-1:123456789012:activity:a":               false,
		"arn:aws:states:::aws-sdk:dynamodb:getItem":                      false,
	} {
		_, err := w.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: newName(), Revision: engine.Revision{Definition: task(resource)}})
		if ok && err != nil {
			t.Errorf("%s: %v", resource, err)
		}
		if !ok && (!errors.Is(err, code(engine.InvalidDefinition)) || !strings.Contains(err.Error(), resource) || !strings.Contains(err.Error(), "/States/M/ItemProcessor/States/T/Resource")) {
			t.Errorf("%s: %v, want an error that names it and its place", resource, err)
		}
	}
}

// An execution keeps the definition it started with, also over a restart.
func TestUpdateLeavesExecutionsAlone(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	two := `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10, "Next": "P"}, "P": {"Type": "Pass", "Result": "old", "End": true}}}`
	machine := w.create("m", two)
	before := w.run(machine, "before", `{}`)
	updated, err := w.UpdateStateMachine(t.Context(), engine.UpdateStateMachine{ARN: machine, Revision: engine.Revision{Definition: strings.Replace(two, "old", "new", 1)}})
	if err != nil {
		t.Fatal(err)
	}
	after := w.run(machine, "after", `{}`)
	w.restart(func() {})
	w.fakeClock.Advance(10 * time.Second)
	w.wantEnd(before, `SUCCEEDED "old"`)
	w.wantEnd(after, `SUCCEEDED "new"`)
	old, err := w.StateMachineOf(t.Context(), before)
	if err != nil || old.Definition != two || old.RevisionID == updated.RevisionID {
		t.Errorf("the machine of the first execution: %+v, %v", old, err)
	}
	if now, err := w.DescribeStateMachine(t.Context(), machine); err != nil || now.RevisionID != updated.RevisionID || now.RoleARN == "" {
		t.Errorf("the machine: %+v, %v", now, err)
	}
}

func TestVersions(t *testing.T) {
	w := newFixture(t)
	result := func(r string) string { return strings.Replace(passOn, `"Pass"`, `"Pass", "Result": "`+r+`"`, 1) }
	machine := w.create("m", result("one"))
	v1, err := w.PublishStateMachineVersion(t.Context(), machine, "", "the first")
	if err != nil || v1.ARN != machine+":1" {
		t.Fatalf("%+v, %v", v1, err)
	}
	if again, err := w.PublishStateMachineVersion(t.Context(), machine, "", ""); err != nil || again != v1 {
		t.Errorf("published again: %+v, %v", again, err)
	}
	if _, err := w.PublishStateMachineVersion(t.Context(), machine, "other", ""); !errors.Is(err, code(engine.ConflictException)) {
		t.Errorf("another revision: %v", err)
	}
	m, err := w.UpdateStateMachine(t.Context(), engine.UpdateStateMachine{ARN: machine, Revision: engine.Revision{Definition: result("two")}, Publish: true})
	if err != nil || m.VersionARN != machine+":2" {
		t.Fatalf("%+v, %v", m, err)
	}
	w.restart(func() {})
	arn := w.run(v1.ARN, "x", `{}`)
	w.wantEnd(arn, `SUCCEEDED "one"`)
	w.wantEnd(w.run(machine, "y", `{}`), `SUCCEEDED "two"`)
	if x := w.ended(arn); x.VersionARN != v1.ARN || x.MachineARN != machine {
		t.Errorf("version %s of %s", x.VersionARN, x.MachineARN)
	}
	if page, _, err := w.ListExecutions(t.Context(), v1.ARN, "", 0, 10); err != nil || len(page) != 1 || page[0].ARN != arn {
		t.Errorf("executions of the version: %+v, %v", page, err)
	}
	if err := w.DeleteStateMachineVersion(t.Context(), v1.ARN); err != nil {
		t.Fatal(err)
	}
	if list, err := w.StateMachineVersions(machine); err != nil || len(list) != 1 || list[0].Number != 2 {
		t.Errorf("versions: %+v, %v", list, err)
	}
}

// A deleted machine starts nothing, and goes when its last execution has ended.
func TestDelete(t *testing.T) {
	w := newFixture(t)
	machine := w.create("m", waitAYear)
	arn := w.run(machine, "x", `{}`)
	for range 2 {
		if err := w.DeleteStateMachine(t.Context(), machine); err != nil {
			t.Fatal(err)
		}
		w.restart(func() {})
	}
	if m, err := w.DescribeStateMachine(t.Context(), machine); err != nil || !m.Deleting {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine}); !errors.Is(err, code(engine.StateMachineDeleting)) {
		t.Errorf("start: %v", err)
	}
	if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
		t.Fatal(err)
	}
	w.eventually("the machine to go", func() bool {
		_, err := w.DescribeStateMachine(t.Context(), machine)
		return errors.Is(err, code(engine.StateMachineDoesNotExist))
	})
	w.wantEnd(arn, "ABORTED")
	if err := w.DeleteStateMachine(t.Context(), machine); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
}

func TestTags(t *testing.T) {
	w := newFixture(t)
	machine := w.create("m", passOn)
	if err := w.Tag(t.Context(), machine, map[string]string{"a": "1", "b": "2"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Untag(t.Context(), machine, []string{"a", "none"}); err != nil {
		t.Fatal(err)
	}
	w.restart(func() {})
	if tags, err := w.Tags(machine); err != nil || len(tags) != 1 || tags["b"] != "2" {
		t.Errorf("%v, %v", tags, err)
	}
	many := map[string]string{}
	for range 50 {
		many[newName()] = ""
	}
	if err := w.Tag(t.Context(), machine, many); !errors.Is(err, code(engine.TooManyTags)) {
		t.Errorf("51 tags: %v", err)
	}
	if _, err := w.Tags(machine + "2"); !errors.Is(err, code(engine.ResourceNotFound)) {
		t.Errorf("tags of nothing: %v", err)
	}
}

// A machine of the name of a deleted one begins empty: it does not list the
// executions of the other one, and their names are free. They can be described
// until a new one has their name.
func TestWhatADeletedMachineLeaves(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	arn := w.create("m", `{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}`)
	one, two := w.run(arn, "one", `1`), w.run(arn, "two", `2`)
	w.wantEnd(one, "FAILED E")
	w.wantEnd(two, "FAILED E")
	if err := w.DeleteStateMachine(t.Context(), arn); err != nil {
		t.Fatal(err)
	}
	w.eventually("the machine to be gone", func() bool { return len(w.StateMachines()) == 0 })
	if again := w.create("m", passOn); again != arn {
		t.Errorf("the new machine is %s", again)
	}
	w.wantListed(arn)
	if _, err := w.RedriveExecution(t.Context(), two, ""); !errors.Is(err, code(engine.ExecutionNotRedrivable)) {
		t.Errorf("redrive of an execution of the deleted machine: %v", err)
	}
	w.wantEnd(w.run(arn, "one", `3`), "SUCCEEDED 3")
	w.wantEnd(two, "FAILED E")
	w.restart(func() {})
	w.wantListed(arn, "one")
	if _, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: arn, Name: "one"}); !errors.Is(err, code(engine.ExecutionAlreadyExists)) {
		t.Errorf("a second start of that name: %v", err)
	}
}

// What is started after the executions of a deleted machine were removed is
// listed, whatever became of their ids.
func TestANewMachineOfAFolderWithoutExecutions(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	arn := w.create("m", passOn)
	w.wantEnd(w.run(arn, "one", `1`), "SUCCEEDED 1")
	if err := w.DeleteStateMachine(t.Context(), arn); err != nil {
		t.Fatal(err)
	}
	w.eventually("the machine to be gone", func() bool { return len(w.StateMachines()) == 0 })
	w.create("m", passOn)
	w.fakeClock.Advance(91 * 24 * time.Hour)
	w.restart(func() {})
	w.wantEnd(w.run(arn, "two", `2`), "SUCCEEDED 2")
	w.wantListed(arn, "two")
}

func (w *fixture) wantListed(machine string, names ...string) {
	w.Helper()
	list, _, err := w.ListExecutions(w.Context(), machine, "", 0, 10)
	var got []string
	for _, x := range list {
		got = append(got, x.Name)
	}
	found, _, searchErr := w.Search(w.Context(), engine.Search{MachineARN: machine, Limit: 10})
	if err != nil || searchErr != nil || !slices.Equal(got, names) || len(found) != len(names) {
		w.Errorf("%s lists %q, %v, finds %d, %v, want %q", machine, got, err, len(found), searchErr, names)
	}
}
