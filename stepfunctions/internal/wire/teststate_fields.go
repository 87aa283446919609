package wire

import (
	"encoding/json"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// field is the shape that the API of an integrated service gives a member of
// its answer.
type field struct {
	name string
	// must words the type as the service does, empty for any.
	must string
	enum []string
}

var statuses = []string{"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"}

// mockedFields are the answers' members of the integrations that run here, by
// resource without suffix. Results of other services can be mocked, but are not held
// against those services' models.
var mockedFields = map[string][]field{
	"lambda:invoke": {
		{"StatusCode", "a number", nil}, {"FunctionError", "a string", nil}, {"LogResult", "a string", nil}, {"ExecutedVersion", "a string", nil},
	},
	"states:startExecution": {
		{"ExecutionArn", "a string", nil},
	},
	"states:startExecution.sync": {
		{"ExecutionArn", "a string", nil}, {"StateMachineArn", "a string", nil}, {"Name", "a string", nil},
		{"Status", "a string", statuses}, {"Error", "a string", nil}, {"Cause", "a string", nil},
		{"RedriveCount", "a number", nil},
	},
}

// checkMockedFields refuses a mocked result whose members the integrated
// service cannot have answered. Members it does not know are let through.
func checkMockedFields(resource string, result any) *Fault {
	_, integration, _ := strings.Cut(resource, ":states:::")
	integration = strings.TrimSuffix(strings.TrimSuffix(integration, ".waitForTaskToken"), ":2")
	o, _ := result.(*value.Object)
	for _, f := range mockedFields[integration] {
		v, ok := o.Get(f.name)
		if !ok {
			continue
		}
		text, _ := v.(string)
		switch {
		case !isA(f.must, v):
			return invalid("Mock result schema validation error: Field '%s' must be %s", f.name, f.must)
		case f.enum != nil && !slices.Contains(f.enum, text):
			return invalid("Mock result schema validation error: Field '%s' is not an expected value", f.name)
		}
	}
	return nil
}

// isA tells whether a value has the type that the service calls so; any has
// the one without a name.
func isA(kind string, v any) bool {
	_, isText := v.(string)
	_, isNumber := v.(json.Number)
	return kind == "" || kind == "a string" && isText || kind == "a number" && isNumber
}
