package samtemplate_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The first version of the template had the faults that the tests beside this one
// look for: what they look at is what was wrong.
func TestTheFirstVersionHadTheFaults(t *testing.T) {
	first := readFile(t, filepath.Join("internal", "e2e", "emulated", "testdata", "first.yaml"))
	resources := first.Source["Resources"].(map[string]any)
	properties := func(id string) map[string]any { return resources[id].(map[string]any)["Properties"].(map[string]any) }
	rate, err := strconv.Atoi(first.Parameters["SubmitRate"])
	if err != nil {
		t.Fatal(err)
	}
	submission, _ := prices(t)
	distribution := properties("PageDistribution")["DistributionConfig"].(map[string]any)
	for fault, found := range map[string]bool{
		"a default day of submissions costs more than $1,000":   float64(rate*24*60*60)*submission/1e6 > 1000,
		"CloudFront keeps errors":                               distribution["CustomErrorResponses"] == nil,
		"a name of the account lacks the region":                !strings.Contains(fmt.Sprint(properties("PageAccess")), "AWS::Region"),
		"the table goes with its stack":                         resources["Submissions"].(map[string]any)["DeletionPolicy"] == "Delete",
		"a function ends before its calls":                      first.Functions["ReconcileFunction"].Timeout < 3*callTimeout,
		"half of the functions have the job's settings":         slices.Contains(first.Functions["ModerateFunction"].Variables(), "SPEED") && !slices.Contains(first.Functions["SubmitFunction"].Variables(), "SPEED"),
		"a deployment rolls back on errors by design":           strings.Contains(fmt.Sprint(properties("ActivityErrors")), "FailFunction"),
		"a deployment does not see failed requests":             !strings.Contains(fmt.Sprint(resources), "MetricName:FailedRequests"),
		"alarms look at all versions of a function":             !strings.Contains(fmt.Sprint(resources), "ExecutedVersion"),
		"an alarm goes off on one failed request at night":      fmt.Sprint(properties("ApiErrors")["Threshold"]) == "0.01" && !strings.Contains(fmt.Sprint(properties("ApiErrors")), "errors >="),
		"roles have neither a path nor a boundary by parameter": properties("SubmitRole")["PermissionsBoundary"] == nil && properties("SubmitRole")["Path"] == nil,
		"nothing looks for events that are lost":                !strings.Contains(fmt.Sprint(resources), "Type:Schedule"),
	} {
		if !found {
			t.Errorf("the first version did not have this: %s", fault)
		}
	}
}
