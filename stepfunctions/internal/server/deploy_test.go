package server

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const succeed = "Definition: {StartAt: S, States: {S: {Type: Succeed}}}"

// Whatever has become of the alias, it leads to what the template says.
func TestTheAliasIsMendedAtTheStart(t *testing.T) {
	p := newProject(t, machine("AutoPublishAlias: live, "+succeed), "")
	s := p.starts()
	other, err := s.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(arn + "M"), Publish: true,
		Definition: aws.String(`{"StartAt":"F","States":{"F":{"Type":"Fail"}}}`)})
	must(t, err)
	_, err = s.UpdateStateMachineAlias(t.Context(), &sfn.UpdateStateMachineAliasInput{StateMachineAliasArn: aws.String(arn + "M:live"),
		RoutingConfiguration: []types.RoutingConfigurationListItem{{StateMachineVersionArn: other.StateMachineVersionArn, Weight: 100}}})
	must(t, err)
	s.end(t)
	s = p.starts()
	started, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "M:live")})
	must(t, err)
	s.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded)
	_, err = s.DeleteStateMachineAlias(t.Context(), &sfn.DeleteStateMachineAliasInput{StateMachineAliasArn: aws.String(arn + "M:live")})
	must(t, err)
	s.end(t)
	p.starts().end(t)
	p.logged("created", "updated", "updated")
}

func TestTheTypeOfAStateMachineStays(t *testing.T) {
	p := newProject(t, machine(succeed), "")
	p.starts().end(t)
	p.write("template.yaml", machine("Type: EXPRESS, "+succeed))
	p.refused(arn + "M is STANDARD in the data folder, and cannot become EXPRESS")
}

// One that is being deleted goes when its executions have ended: they have to
// be able to run.
func TestAStateMachineThatIsBeingDeletedIsLeftOut(t *testing.T) {
	p := newProject(t, machine("Definition: {StartAt: W, States: {W: {Type: Wait, Seconds: 3600, End: true}}}"), "")
	s := p.starts()
	_, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "M")})
	must(t, err)
	_, err = s.DeleteStateMachine(t.Context(), &sfn.DeleteStateMachineInput{StateMachineArn: aws.String(arn + "M")})
	must(t, err)
	s.end(t)
	p.starts().end(t)
	p.logged("created", "it is being deleted")
}

func TestWhatTheTemplateDoesNotHaveIsLeftAlone(t *testing.T) {
	p := newProject(t, machine(succeed), "")
	s := p.starts()
	_, err := s.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("mine"), RoleArn: aws.String("any"), Definition: aws.String(definition)})
	must(t, err)
	s.end(t)
	p.write("template.yaml", "Resources:\n"+works)
	s = p.starts()
	for _, name := range []string{"mine", "M", "Works"} {
		_, err = s.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(arn + name)})
		must(t, err)
	}
	s.end(t)
}

// Flags win over the environment, parameter by parameter.
func TestParametersOfTheEnvironment(t *testing.T) {
	p := newProject(t, "Parameters: {A: {Type: String}, B: {Type: String}}\n"+
		machine("Definition: {StartAt: S, States: {S: {Type: Pass, Result: !Sub '${A} ${B}', End: true}}}"), "")
	env := map[string]string{"STEPFUNCTIONS_TEMPLATE": filepath.Join(p.dir, "template.yaml"), "STEPFUNCTIONS_PARAMETERS": "A=1 B=2"}
	s := begin(t, func(name string) string { return env[name] }, "-addr", "127.0.0.1:0", "-data", filepath.Join(p.dir, "data"), "-parameter", "B=3 4")
	m, err := s.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(arn + "M")})
	must(t, err)
	if !strings.Contains(*m.Definition, `"1 3 4"`) {
		t.Errorf("definition %s", *m.Definition)
	}
	s.end(t)
	env["STEPFUNCTIONS_PARAMETERS"] = "A"
	var stderr strings.Builder
	if status := run(t.Context(), nil, func(name string) string { return env[name] }, t.Output(), &stderr); status != 2 || !strings.Contains(stderr.String(), `STEPFUNCTIONS_PARAMETERS: "A": not of the form NAME=VALUE`) {
		t.Errorf("status %d, %s", status, stderr.String())
	}
}

// The project's own template, with functions that accept everything.
func TestTheProjectsOwnTemplate(t *testing.T) {
	var mu sync.Mutex
	var called []string
	functions := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		called = append(called, strings.TrimSuffix(strings.TrimPrefix(r.URL.String(), "/2015-03-31/functions/"), "/invocations"))
		w.Write([]byte(`{"id":"x","decision":"accepted"}`))
	}))
	defer functions.Close()
	s := begin(t, none, "-addr", "127.0.0.1:0", "-data", t.TempDir(), "-lambda-endpoint", functions.URL, "-template", filepath.Join("..", "..", "..", "template.yaml"))
	started, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "ProcessSubmission:live"), Input: aws.String(`{"id":"x"}`)})
	must(t, err)
	s.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded)
	if want := []string{"ModerateFunction", "ShortlistFunction", "SelectFunction"}; !slices.Equal(called, want) {
		t.Errorf("called %q, want %q", called, want)
	}
	s.end(t)
}
