package permissions

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/samtemplate"
)

var root = filepath.Join("..", "..", "..")

// notGranted are calls that are linked and never made.
var notGranted = map[string]string{
	"dynamodb:DescribeEndpoints": "the SDK discovers endpoints for DynamoDB only if it is configured to, which it is not",
}

// notMade are calls that are linked for other jobs, by function: the service is
// one type, and what it does depends on the job.
var notMade = map[string]string{
	"StatusFunction states:SendTaskSuccess":    "only a job that waits has an answer to pass on",
	"ReconcileFunction states:SendTaskSuccess": "only a job that waits has an answer to pass on",
	"ModerateFunction dynamodb:PutItem":        "only a stage that waits keeps a callback",
	"ShortlistFunction dynamodb:PutItem":       "only a stage that waits keeps a callback",
	"SelectFunction dynamodb:PutItem":          "only a stage that waits keeps a callback",
	"ResultFunction dynamodb:UpdateItem":       "an overdue record is compared by the status function, which knows the workflow service",
	"CancelFunction states:SendTaskFailure":    "only a job that compensates has its waits failed",
}

// notLinked are permissions that AWS uses in the function's name.
var notLinked = map[string]string{
	"logs:CreateLogStream": "Lambda writes what the function logs",
	"logs:PutLogEvents":    "Lambda writes what the function logs",
	"sqs:SendMessage":      "Lambda sends an event that the function failed at to the queue",
	"xray:*":               "Lambda sends traces",
}

func readTemplate(t *testing.T) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Read(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// Every function may do what it can do, and nothing else.
func TestRightsAreTheLinkedCalls(t *testing.T) {
	dir, tpl := t.TempDir(), readTemplate(t)
	buildFunctions(t, dir)
	for id, f := range tpl.Functions {
		calls := linked(t, filepath.Join(dir, filepath.Base(f.CodeURI)))
		if !calls["dynamodb:GetItem"] && !calls["dynamodb:BatchGetItem"] {
			t.Errorf("%s: found %v, and every function reads the table", id, calls)
		}
		granted := map[string]bool{}
		for _, s := range tpl.Roles[f.Role] {
			for _, action := range s.Actions {
				granted[action] = true
			}
		}
		for action := range calls {
			if !granted[action] && notGranted[action] == "" && notMade[id+" "+action] == "" {
				t.Errorf("%s can call %s, and %s does not allow it", id, action, f.Role)
			}
		}
		for action := range granted {
			if !calls[action] && !byAWS(action) {
				t.Errorf("%s allows %s, which %s cannot call", f.Role, action, id)
			}
		}
	}
}

func byAWS(action string) bool {
	service, _, _ := strings.Cut(action, ":")
	return notLinked[action] != "" || notLinked[service+":*"] != ""
}

// account are the statements of actions that no resource can be named for.
var account = []string{"DeliverExecutionLogs", "SendTraces"}

func TestStatementsNameTheirResources(t *testing.T) {
	for role, statements := range readTemplate(t).Roles {
		for _, s := range statements {
			if slices.Contains(s.Resources, "*") != slices.Contains(account, s.Sid) || len(s.Resources) == 0 || s.Effect != "Allow" {
				t.Errorf("%s: %s has effect %s on %q", role, s.Sid, s.Effect, s.Resources)
			}
		}
	}
}
