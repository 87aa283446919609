package samcli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/samtemplate"
)

var activities = []string{"ModerateFunction", "ShortlistFunction", "SelectFunction", "FailFunction"}

// A handler that answers 503 returns no error to Lambda: a new version with a wrong
// table name has no Errors at all. What its requests come to is looked at, of the
// versions that are deployed alone.
func TestADeploymentRollsBackOnFailedRequests(t *testing.T) {
	_, s := resolveTemplate(t, "template.yaml", map[string]string{"Environment": "prod"}, nil)
	requests, breaks := text(t, s.Resources["RequestsFail"].Properties["Metrics"]), text(t, s.Resources["FunctionsBreak"].Properties["Metrics"])
	for id := range readTemplate(t).Functions {
		if slices.Contains(activities, id) {
			continue
		}
		dimensions := fmt.Sprintf(`{"Name":"stack","Value":"talks"},{"Name":"function","Value":"%s.ref"},{"Name":"version","Value":"%sVersion`, id, id)
		if answers := id != "ReconcileFunction"; answers != strings.Contains(requests, dimensions) {
			t.Errorf("the failed requests of a new version of %s are looked at: %v", id, !answers)
		}
		dimensions = fmt.Sprintf(`{"Name":"FunctionName","Value":"%s.ref"},{"Name":"Resource","Value":"%s.ref:live"},{"Name":"ExecutedVersion","Value":"%sVersion`, id, id, id)
		if !strings.Contains(breaks, dimensions) {
			t.Errorf("the errors of a new version of %s are not looked at: %s", id, breaks)
		}
	}
	if n, m := strings.Count(requests, `"FailedRequests"`), strings.Count(breaks, `"Errors","Namespace"`); n != 5 || m != 6 {
		t.Errorf("failed requests of %d functions are looked at, and errors of %d", n, m)
	}
	for id, r := range s.Resources {
		if r.Type != "AWS::CodeDeploy::DeploymentGroup" {
			continue
		}
		alarms, activity := text(t, r.Properties["AlarmConfiguration"]), slices.Contains(activities, strings.TrimSuffix(id, "DeploymentGroup"))
		if !strings.Contains(alarms, "StagesFail.ref") || strings.Contains(alarms, "RequestsFail.ref") == activity || strings.Contains(alarms, "FunctionsBreak.ref") == activity {
			t.Errorf("%s rolls back on %s", id, alarms)
		}
	}
}

// Failures by design are subtracted, those of the function that records failures
// first of all: it always ends with an error. Two failed talks do not stop a
// deployment, however they are counted.
func TestFailedTalksStopNoDeployment(t *testing.T) {
	_, s := resolveTemplate(t, "template.yaml", map[string]string{"Environment": "prod"}, nil)
	metrics, _ := s.Resources["StagesFail"].Properties["Metrics"].([]any)
	counted := map[string][]string{}
	for _, m := range metrics {
		metric, _ := m.(map[string]any)
		id := fmt.Sprint(metric["Id"])
		for _, kind := range []string{"broken", "design"} {
			if function, ok := strings.CutPrefix(id, kind); ok && metric["MetricStat"] != nil {
				counted[kind] = append(counted[kind], function)
			}
		}
	}
	slices.Sort(counted["broken"])
	slices.Sort(counted["design"])
	if want := []string{"Fail", "Moderate", "Select", "Shortlist"}; !slices.Equal(counted["broken"], want) || !slices.Equal(counted["design"], want) {
		t.Errorf("errors of %v, less those by design of %v", counted["broken"], counted["design"])
	}
	for _, id := range []string{"RequestsFail", "FunctionsBreak", "StagesFail", "ExecutionsBreakDown"} {
		if got := fmt.Sprint(s.Resources[id].Properties["Threshold"]); got != "3" {
			t.Errorf("%s goes off at %s", id, got)
		}
	}
	if workflow := text(t, s.Resources["ProcessSubmissionAliaslive"].Properties); strings.Contains(workflow, "ExecutionsFailed") {
		t.Errorf("the workflow rolls back on executions that failed as declared: %s", workflow)
	}
}

// What is authorized, by parameter; a preflight never is. With -all the list of
// completions is not: callers with an API key have no token.
func TestAuthorization(t *testing.T) {
	wants := map[string][2]bool{ // submit, everything else
		"none": {false, false}, "jwt": {true, false}, "iam": {true, false}, "jwt-all": {true, true}, "iam-all": {true, true},
	}
	var sets []map[string]string
	for authorization := range wants {
		for _, completions := range []string{"off", "keys", "authorized"} {
			sets = append(sets, map[string]string{
				"Authorization": authorization, "Completions": completions, "JwtIssuer": "https://issuer.example", "JwtAudience": "talks",
			})
		}
	}
	for i, source := range expandAll(t, "template.yaml", sets) {
		authorization, completions := sets[i]["Authorization"], sets[i]["Completions"]
		want := wants[authorization]
		s, err := samtemplate.Resolve(source, sets[i], nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := s.Resources["Api"].Properties["Body"].(map[string]any)
		paths, _ := body["paths"].(map[string]any)
		for path, methods := range paths {
			for method, v := range methods.(map[string]any) {
				operation, _ := v.(map[string]any)
				expect := method == "x-amazon-apigateway-any-method"
				switch path {
				case "/api/submit":
					expect = method == "post" && want[0]
				case "/api/completions":
					expect = expect && want[0] && completions == "authorized"
				case "/$default":
					expect = false
				default:
					expect = expect && want[1]
				}
				if got := operation["security"] != nil && len(operation["security"].([]any)) > 0; got != expect {
					t.Errorf("%s, completions %s: %s %s is authorized: %v", authorization, completions, method, path, got)
				}
			}
		}
		if scheme := text(t, body["components"]); want[0] != strings.Contains(scheme, `"callers"`) || strings.HasPrefix(authorization, "jwt") != strings.Contains(scheme, `"talks"`) {
			t.Errorf("%s: %s", authorization, scheme)
		}
	}
}

// The deployer's policy is JSON, and names its resources wherever AWS can.
func TestDeployersPolicy(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root, ".ci", "deploy", "policy.json"))
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Statement []struct {
			Sid, Effect      string
			Action, Resource any
			Condition        map[string]any
		}
	}
	if err := json.Unmarshal(source, &policy); err != nil || len(policy.Statement) < 5 {
		t.Fatal(err)
	}
	for _, s := range policy.Statement {
		if s.Effect != "Allow" || text(t, s.Resource) == `"*"` && s.Sid != "NoResourceCanBeNamed" {
			t.Errorf("%s has effect %s on %v", s.Sid, s.Effect, s.Resource)
		}
		if actions := text(t, s.Action); strings.Contains(actions, `"iam:CreateRole"`) && !strings.Contains(text(t, s.Condition), "iam:PermissionsBoundary") {
			t.Errorf("%s makes roles without a boundary", s.Sid)
		}
	}
}
