package template_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"example.org/asynchttpapi/internal/samtemplate"
	"example.org/asynchttpapi/stepfunctions/internal/template"
)

// The workflow may invoke what its definition names.
func TestTheWorkflowMayRunItsActivities(t *testing.T) {
	tpl, err := samtemplate.Read(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	machines, err := template.StateMachines(filepath.Join(root, "template.yaml"), template.Place{})
	if err != nil || len(machines) != 1 {
		t.Fatalf("%d state machines, %v", len(machines), err)
	}
	for _, called := range regexp.MustCompile(`:function:(\w+)"`).FindAllStringSubmatch(machines[0].Definition, -1) {
		want = append(want, "!Ref "+called[1]+".Alias")
	}
	for _, s := range tpl.Roles["ProcessRole"] {
		if slices.Contains(s.Actions, "lambda:InvokeFunction") {
			got = append(got, s.Resources...)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("ProcessRole may invoke %q, the definition names %q", got, want)
	}
}
