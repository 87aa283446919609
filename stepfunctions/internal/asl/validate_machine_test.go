package asl_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

func TestValidateMachine(t *testing.T) {
	long := strings.Repeat("é", 81)
	for definition, want := range map[string][]string{
		"":              {"Definition must be a valid JSON object at null"},
		" []":           {"Definition must be a valid JSON object at null"},
		`"text"`:        {"Definition must be a valid JSON object at null"},
		"{}":            {"These fields are required: [States, StartAt] at /"},
		`{"Fn::Sub":1}`: {"These fields are required: [States, StartAt] at /", "Field 'Fn::Sub' is not supported at /"},
		`{"StartAt":1,"States":[],"Version":"2.0","QueryLanguage":5,"TimeoutSeconds":-1,"Extra":1}`: {
			"Expected value of type String at /StartAt", "Expected value of type Object at /States",
			"Value should be one of the following: [1.0] at /Version", "Expected value of type [STRING] at /QueryLanguage",
			"Minimum value is 0 at /TimeoutSeconds", "Field 'Extra' is not supported at /",
		},
		`{"StartAt":"A","States":{}}`: {"Value cannot be empty at /States"},
		`{"StartAt":"Nope","States":{"A":{"Type":"Pass","End":true}}}`: {
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: Nope at /StartAt",
			`MISSING_TRANSITION_TARGET: State "A" is not reachable. at /States/A`,
		},
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"},"Unused":{"Type":"Pass","Next":"A"}}}`: {
			"MISSING_END_STATE: Workflow has no terminal state at null",
		},
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"NOPE"}}}`: {
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next",
			"MISSING_END_STATE: Workflow has no terminal state at null",
		},
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"},"x/y":{"Type":"Pass","End":true}}}`: {
			`MISSING_TRANSITION_TARGET: State "x/y" is not reachable. at /States/x/y`,
		},
		`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"G"}],"Default":"H"},"E":{"Type":"Task",
		  "Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"End":true,"Catch":[{"ErrorEquals":["X"],"Next":"I"}]}}}`: {
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: H at /States/C/Default",
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: G at /States/C/Choices[0]/Next",
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: I at /States/E/Catch[0]/Next",
			`MISSING_TRANSITION_TARGET: State "E" is not reachable. at /States/E`,
		},
		`{"StartAt":"M","States":{"M":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"M","States":{"M":{"Type":"Pass","End":true}}}]}}}`: {
			"DUPLICATE_STATE_NAME: Duplicate State name: M at /States/M/Branches[0]/States/M",
		},
		`{"StartAt":"` + long + `","States":{"` + long + `":{"Type":"Pass","End":true}}}`: {
			"INVALID_STATE_NAME: Invalid State name: State '" + long + "' exceeds the 80-character limit allowed by the service at /States/" + long,
		},
		`{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"End":true}}}`: {"Duplicate field at /States/A/End"},
		one(`"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","QueryLanguage":"JSONPath","States":{"A":{"Type":"Pass","End":true},"B":{"Type":"Pass","End":true}}}]`): {
			"Field 'QueryLanguage' is not supported at /States/S/Branches[0]",
			`MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/S/Branches[0]/States/B`,
		},
	} {
		check(t, definition, asl.Options{}, want...)
	}
}
