package samcli

import (
	"strings"
	"testing"
)

// What stands here no linter minds: AWS would refuse it, or go on in silence.

// Every execution that starts sends an event that it runs. Were those let
// through, each submission would cost an invocation and one of the few
// DescribeExecution calls of the account, 15 a second.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
func TestTheRuleLetsEndsAndRedrivesThrough(t *testing.T) {
	_, e := expand(t, nil)
	pattern := text(t, e.Resources["ReconcileFunctionExecutionEnded"].Properties["EventPattern"])
	for _, part := range []string{
		`"$or":[{"status":["FAILED","TIMED_OUT","ABORTED"]},{"redriveCount":[{"numeric":["\u003e",0]}],"status":["RUNNING"]}]`,
		`"stateMachineArn":[{"Ref":"ProcessSubmission"}`,
	} {
		if !strings.Contains(pattern, part) {
			t.Errorf("%s is not in %s", part, pattern)
		}
	}
}
