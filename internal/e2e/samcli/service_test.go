package samcli

import (
	"regexp"
	"strings"
	"testing"
)

// What stands here no linter minds: AWS would refuse it, or go on in silence.

// Lambda rejects a function that is traced and whose role may not send traces
// yet: "The provided execution role does not have permissions to call
// PutTraceSegments on XRAY". A policy beside the role comes too late, for it
// needs the workflow's role, and that needs the functions.
func TestRolesMaySendTracesFromTheStart(t *testing.T) {
	_, e := expand(t, nil)
	for id, r := range e.Resources {
		if r.Type != "AWS::Lambda::Function" && r.Type != "AWS::StepFunctions::StateMachine" {
			continue
		}
		role := regexp.MustCompile(`"(\w+Role)"`).FindStringSubmatch(text(t, []any{r.Properties["Role"], r.Properties["RoleArn"]}))
		if role == nil || !strings.Contains(text(t, e.Resources[role[1]].Properties["Policies"]), `"xray:PutTraceSegments"`) {
			t.Errorf("the role of %s may not send traces by itself", id)
		}
	}
}

// Every execution that starts sends an event that it runs. Were those let
// through, each submission would cost an invocation and one of the few
// DescribeExecution calls of the account, 15 a second. So would successes, which
// are let through for a bus alone.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
func TestTheRuleLetsEndsAndRedrivesThrough(t *testing.T) {
	_, e := expand(t, nil)
	pattern := text(t, e.Resources["ReconcileFunctionExecutionEnded"].Properties["EventPattern"])
	for _, part := range []string{
		`"$or":[{"status":["FAILED","TIMED_OUT","ABORTED",{"Fn::If":["HasBus","SUCCEEDED",{"Ref":"AWS::NoValue"}]}]},{"redriveCount":[{"numeric":["\u003e",0]}],"status":["RUNNING"]}]`,
		`"stateMachineArn":[{"Ref":"ProcessSubmission"}`,
	} {
		if !strings.Contains(pattern, part) {
			t.Errorf("%s is not in %s", part, pattern)
		}
	}
}

// A route for any method takes browsers' preflights, whatever the CORS settings
// say: held back, they would hold the submits of other origins back.
func TestPreflightsAreLetThroughLikeSubmits(t *testing.T) {
	_, e := expand(t, nil)
	routes, ok := e.Resources["ApiApiGatewayDefaultStage"].Properties["RouteSettings"].(map[string]any)
	if !ok || text(t, routes["ANY /api/submit"]) != text(t, routes["POST /api/submit"]) || routes["POST /api/submit"] == nil {
		t.Errorf("routes are limited to %v", routes)
	}
}
