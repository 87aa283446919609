package asl_test

import (
	"slices"
	"strings"
	"testing"

	"asynchttpapi/internal/asl"
)

// one gives a definition of one state, called S, with these members.
func one(members string) string { return `{"StartAt":"S","States":{"S":{` + members + `}}}` }

const (
	task   = `"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111111111111:function:f","End":true`
	mapper = `"Type":"Map","End":true,"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`
)

// check validates a definition and compares with lines of "message at location"
// for the code SCHEMA_VALIDATION_FAILED, and "CODE: message at location" for
// others.
func check(t *testing.T, definition string, o asl.Options, want ...string) {
	t.Helper()
	var got []string
	for _, d := range asl.Validate([]byte(definition), o) {
		got = append(got, strings.TrimPrefix(d.String(), "SCHEMA_VALIDATION_FAILED: "))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", definition, got, want)
	}
}

func TestValidateAccepts(t *testing.T) {
	for _, definition := range []string{
		one(task),
		one(mapper),
		one(`"Type":"Succeed","Comment":"done","InputPath":null,"OutputPath":"$$.Execution"`),
		one(`"Type":"Fail","ErrorPath":"$.e","Cause":"c"`),
		one(`"Type":"Fail","Error":"e","CausePath":"States.Format('{}', $.c)"`),
		one(`"Type":"Wait","TimestampPath":"$.t","End":true`),
		one(`"Type":"Pass","End":true,"Parameters":{"a.$":"$v.x","b":["c",{"d.$":"States.Array($$.e)"}]},"ResultPath":"$.a[0].b","Assign":{"x.$":"$.y","größe":1}`),
		one(task + `,"Retry":[{"ErrorEquals":["A","B"],"IntervalSeconds":0,"MaxAttempts":0,"BackoffRate":1,"MaxDelaySeconds":1,"JitterStrategy":"FULL"},{"ErrorEquals":["States.ALL"]}],"Catch":[]`),
		one(task + `,"TimeoutSeconds":5,"HeartbeatSecondsPath":"$.h","Credentials":{"RoleArn.$":"$.r"}`),
		one(`"Type":"Task","Resource":"arn:aws-cn:states:::states:startExecution.sync:2","End":true`),
		one(`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","End":true`),
		`{"Version":"1.0","TimeoutSeconds":0,"QueryLanguage":"JSONPath","StartAt":"C","States":{"C":{"Type":"Choice","Default":"E","Choices":[
		  {"Next":"E","And":[{"Not":{"Variable":"$.a","IsPresent":true}},{"Or":[{"Variable":"$$.b","StringEqualsPath":"$v"}],"Comment":"c"}],"Assign":{"x":1}},
		  {"Next":"E","Variable":"$.t","TimestampLessThan":"2020-01-01T00:00:00Z"},{"Next":"E","Variable":"$.n","NumericEquals":1.5}]},"E":{"Type":"Succeed"}}}`,
		one(`"Type":"Map","End":true,"MaxConcurrency":0,"ToleratedFailurePercentage":12.5,"Label":"a-b_C.9","ItemBatcher":{"MaxItemsPerBatch":2,"BatchInput":{"a.$":"$.b"}},
		  "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`),
		`{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}],"End":true}}}`,
		one(`"Type":"Pass","Result":{"a.$":"nothing special"},"End":true`),
	} {
		check(t, definition, asl.Options{})
	}
}

func TestValidateMachine(t *testing.T) {
	long := strings.Repeat("é", 81)
	for definition, want := range map[string][]string{
		"":       {"Definition must be a valid JSON object at null"},
		" []":    {"Definition must be a valid JSON object at null"},
		`"text"`: {"Definition must be a valid JSON object at null"},
		"{}":     {"These fields are required: [StartAt, States] at /"},
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
		  "Resource":"arn:aws:states:::lambda:invoke","End":true,"Catch":[{"ErrorEquals":["X"],"Next":"I"}]}}}`: {
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: H at /States/C/Default",
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: G at /States/C/Choices[0]/Next",
			"MISSING_TRANSITION_TARGET: Missing 'Next' target: I at /States/E/Catch[0]/Next",
			`MISSING_TRANSITION_TARGET: State "E" is not reachable. at /States/E`,
		},
		`{"StartAt":"M","States":{"M":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"M","States":{"M":{"Type":"Pass","End":true}}}]}}}`: {
			"DUPLICATE_STATE_NAME: Duplicate State name: M at /States/M/Branches[0]/States/M",
		},
		`{"StartAt":"` + long + `","States":{"` + long + `":{"Type":"Pass","End":true}}}`: {
			"INVALID_STATE_NAME: State name '" + long + "' exceeds the 80-character limit allowed by the service at /States/" + long,
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

func TestValidateState(t *testing.T) {
	const at = " at /States/S"
	for members, want := range map[string][]string{
		`"End":true`:               {"These fields are required: [Type]" + at},
		`"Type":"Loop","End":true`: {"Value should be one of the following: [Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map]" + at + "/Type"},
		`"Type":7`:                 {"Expected value of type [STRING]" + at + "/Type"},
		`"Type":"Pass"`:            {"This object should have only one of the following fields: [Next, End]" + at},
		`"Type":"Pass","End":false`: {
			"This object should have only one of the following fields: [Next, End]" + at,
		},
		`"Type":"Pass","End":true,"Next":"S"`:            {"There should only be one of the following fields: [Next, End]" + at},
		`"Type":"Pass","End":"yes"`:                      {"Expected value of type Boolean" + at + "/End", "This object should have only one of the following fields: [Next, End]" + at},
		`"Type":"Pass","End":true,"Catch":[]`:            {"Field 'Catch' is not supported" + at},
		`"Type":"Succeed","End":true,"Next":"S"`:         {"Field 'End' is not supported" + at, "Field 'Next' is not supported" + at},
		`"Type":"Pass","End":true,"InputPath":"x"`:       {"Value must be a valid JSONPath." + at + "/InputPath"},
		`"Type":"Pass","End":true,"OutputPath":5`:        {"Expected value of type String" + at + "/OutputPath"},
		`"Type":"Pass","End":true,"ResultPath":"$[*]"`:   {"Value is not a Reference Path: the path must name a single value by names and indexes" + at + "/ResultPath"},
		`"Type":"Pass","End":true,"ResultPath":"$$.a"`:   {"Value is not a Reference Path: the path must be into the state's input" + at + "/ResultPath"},
		`"Type":"Pass","End":true,"Assign":{"states":1}`: {"RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'." + at + "/Assign"},
		`"Type":"Pass","End":true,"Assign":{"a b.$":"$.x"}`: {
			"INVALID_VARIABLE_NAME: Invalid variable name 'a b': the variable name contains invalid characters." + at + "/Assign",
		},
		`"Type":"Pass","End":true,"Assign":[]`: {"Expected value of type Object" + at + "/Assign"},
		`"Type":"Pass","End":true,"Parameters":{"a.$":5,"b":{"c.$":"x"},"d":[{"e.$":"States.Nope()"}],"f.$":"States.Array('\\\"')"}`: {
			"The value for the field 'a.$' must be a STRING that contains a JSONPath but was an INTEGER" + at + "/Parameters",
			"The value for the field 'c.$' must be a valid JSONPath or a valid intrinsic function call" + at + "/Parameters/b",
			"The value for the field 'e.$' must be a valid JSONPath or a valid intrinsic function call" + at + "/Parameters/d[0]",
			"The value for the field 'f.$' must be a valid JSONPath or a valid intrinsic function call" + at + "/Parameters",
		},
		`"Type":"Wait","End":true`:                                                       {"This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]" + at},
		`"Type":"Wait","End":true,"Seconds":1,"Timestamp":"x"`:                           {"String does not match RFC3339 timestamp" + at + "/Timestamp", "There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]" + at},
		`"Type":"Wait","End":true,"Seconds":-1`:                                          {"Minimum value is 0" + at + "/Seconds"},
		`"Type":"Wait","End":true,"Seconds":100000000`:                                   {"Maximum value is 99999999" + at + "/Seconds"},
		`"Type":"Wait","End":true,"Seconds":1.5`:                                         {"Expected value of type Integer" + at + "/Seconds"},
		`"Type":"Fail","Error":"e","ErrorPath":"$.e"`:                                    {"There should only be one of the following fields: [Error, ErrorPath]" + at},
		`"Type":"Fail","CausePath":"cause"`:                                              {"Value must be a valid JSONPath or a valid intrinsic function call" + at + "/CausePath"},
		`"Type":"Choice"`:                                                                {"These fields are required: [Choices]" + at},
		`"Type":"Choice","Choices":[]`:                                                   {"Value cannot be empty" + at + "/Choices"},
		`"Type":"Parallel","End":true,"Branches":[]`:                                     {"Value cannot be empty" + at + "/Branches"},
		`"Type":"Map","End":true`:                                                        {"This object should have only one of the following fields: [ItemProcessor, Iterator]" + at},
		mapper + `,"Iterator":{"StartAt":"J","States":{"J":{"Type":"Pass","End":true}}}`: {"There should only be one of the following fields: [ItemProcessor, Iterator]" + at},
		mapper + `,"MaxConcurrency":-1,"MaxConcurrencyPath":"$.x"`: {
			"Minimum value is 0" + at + "/MaxConcurrency", "There should only be one of the following fields: [MaxConcurrency, MaxConcurrencyPath]" + at,
		},
		mapper + `,"ToleratedFailurePercentage":101`: {"Maximum value is 100" + at + "/ToleratedFailurePercentage"},
		mapper + `,"Label":""`:                       {"INVALID_LABEL_NAME: Label cannot be empty" + at + "/Label"},
		mapper + `,"Label":"a\u0085"`:                {`INVALID_LABEL_NAME: Label contains invalid character: '\x85'` + at + "/Label"},
		mapper + `,"ItemBatcher":{}`:                 {"One of these fields is required: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]" + at + "/ItemBatcher"},
	} {
		check(t, one(members), asl.Options{}, want...)
	}
}

func TestValidateTask(t *testing.T) {
	const at = " at /States/S"
	for members, want := range map[string][]string{
		`"Type":"Task","End":true`:                                                  {"These fields are required: [Resource]" + at},
		`"Type":"Task","End":true,"Resource":"f"`:                                   {"Value is not a valid resource ARN" + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke.sync"`: {"The resource provided arn:aws:states:::lambda:invoke.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region." + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage"`: {
			"UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:states:::sqs:sendMessage is not supported: tasks can call Lambda functions, by their ARN or through lambda:invoke, and state machines through states:startExecution" + at + "/Resource",
		},
		task + `,"TimeoutSeconds":0`:                            {"Minimum value is 1" + at + "/TimeoutSeconds"},
		task + `,"TimeoutSeconds":5,"TimeoutSecondsPath":"$.x"`: {"There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]" + at},
		task + `,"TimeoutSeconds":5,"HeartbeatSeconds":5`:       {"HeartbeatSeconds must be smaller than TimeoutSeconds" + at + "/HeartbeatSeconds"},
		task + `,"Credentials":{}`:                              {"The field 'RoleArn' is required but was missing" + at + "/Credentials"},
		task + `,"Arguments":{}`:                                {"The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for the 'JSONata' QueryLanguage" + at},
		task + `,"Retry":[{}]`:                                  {"These fields are required: [ErrorEquals]" + at + "/Retry[0]"},
		task + `,"Retry":[{"ErrorEquals":[]}]`:                  {"Value cannot be empty" + at + "/Retry[0]/ErrorEquals"},
		task + `,"Retry":{}`:                                    {"Expected value of type Array" + at + "/Retry"},
		task + `,"Retry":[{"ErrorEquals":["X"],"BackoffRate":0.5,"MaxAttempts":-1,"MaxDelaySeconds":31622401,"JitterStrategy":"HALF","Then":1}]`: {
			"Minimum value is 1" + at + "/Retry[0]/BackoffRate", "Minimum value is 0" + at + "/Retry[0]/MaxAttempts",
			"Maximum value is 31622400" + at + "/Retry[0]/MaxDelaySeconds",
			"Value should be one of the following: [NONE, FULL]" + at + "/Retry[0]/JitterStrategy", "Field 'Then' is not supported" + at + "/Retry[0]",
		},
		task + `,"Retry":[{"ErrorEquals":["X"],"IntervalSeconds":5,"MaxDelaySeconds":5}]`: {"MaxDelaySeconds must be greater than IntervalSeconds" + at + "/Retry[0]/MaxDelaySeconds"},
		task + `,"Retry":[{"ErrorEquals":["States.ALL","X"]}]`:                            {"States.ALL must appear alone and at end of list" + at + "/Retry[0]/ErrorEquals"},
		task + `,"Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["X"]}]`:          {"States.ALL must appear alone and at end of list" + at + "/Retry[0]/ErrorEquals"},
		task + `,"Catch":[{"ErrorEquals":["X"]}]`:                                         {"These fields are required: [Next]" + at + "/Catch[0]"},
		task + `,"Catch":[{"ErrorEquals":["X"],"Next":"S","ResultPath":"$..a"}]`:          {"Value is not a Reference Path: the path must name a single value by names and indexes" + at + "/Catch[0]/ResultPath"},
	} {
		check(t, one(members), asl.Options{}, want...)
	}
}

func TestValidateChoiceRules(t *testing.T) {
	const at = " at /States/C/Choices[0]"
	for rule, want := range map[string][]string{
		`{"Variable":"$.x","IsNull":true}`:                                 {"These fields are required: [Next]" + at},
		`{"Variable":"$.x","Next":"E"}`:                                    {"This object should have only one comparison operator, such as StringEquals" + at},
		`{"Variable":"$.x","IsNull":true,"IsString":true,"Next":"E"}`:      {"There should only be one of the following fields: [IsNull, IsString]" + at},
		`{"IsNull":true,"Next":"E"}`:                                       {"The object must have only one of the following fields, [And, Or, Not, Variable, Condition]" + at},
		`{"And":[],"Next":"E"}`:                                            {"Value cannot be empty" + at + "/And"},
		`{"Not":{"Variable":"$.x","IsNull":true,"Next":"E"},"Next":"E"}`:   {"Field 'Next' is not supported" + at + "/Not"},
		`{"Or":[{"Variable":"$.x","IsNull":true,"Assign":{}}],"Next":"E"}`: {"Field 'Assign' is not supported" + at + "/Or[0]"},
		`{"Variable":"x","IsNull":true,"Next":"E"}`:                        {"Value is not a Reference Path: Reference path didn't start with '$'" + at + "/Variable"},
		`{"Variable":"$.x","StringEquals":1,"Next":"E"}`:                   {"Expected value of type String" + at + "/StringEquals"},
		`{"Variable":"$.x","NumericEquals":"1","Next":"E"}`:                {"Expected value of type Number" + at + "/NumericEquals"},
		`{"Variable":"$.x","IsPresent":"true","Next":"E"}`:                 {"Expected value of type Boolean" + at + "/IsPresent"},
		`{"Variable":"$.x","TimestampEquals":"2020-01-01","Next":"E"}`:     {"String does not match RFC3339 timestamp" + at + "/TimestampEquals"},
		`{"Variable":"$.x","StringEqualsPath":"y","Next":"E"}`:             {"Value is not a Reference Path: Reference path didn't start with '$'" + at + "/StringEqualsPath"},
		`{"Condition":"{% true %}","Next":"E"}`:                            {"The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage" + at},
		`7`:                                                                {"Expected value of type Object" + at},
	} {
		check(t, `{"StartAt":"C","States":{"C":{"Type":"Choice","Default":"E","Choices":[`+rule+`]},"E":{"Type":"Succeed"}}}`, asl.Options{}, want...)
	}
}

func TestValidateExpress(t *testing.T) {
	const at = " at /States/S"
	for members, want := range map[string][]string{
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::states:startExecution.sync:2"`:      {"Express state machine does not support '.sync' service integration" + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken"`:    {"Express state machine does not support '.waitForTaskToken' service integration" + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:us-east-1:111111111111:activity:act"`: {"Express state machine does not support Activity ARN" + at + "/Resource"},
		`"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`: {
			"The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines" + at + "/ItemProcessor/ProcessorConfig/Mode",
		},
	} {
		check(t, one(members), asl.Options{Express: true}, want...)
	}
}

func TestValidateJSONata(t *testing.T) {
	const refused = "UNSUPPORTED_BY_LOCAL_ENGINE: The query language JSONata is not supported: write the state in JSONPath at /States/S"
	for definition, want := range map[string][]string{
		`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","Output":"{% 1 %}","End":true}}}`: {refused},
		one(`"Type":"Pass","QueryLanguage":"JSONata","End":true`):                                                {refused + "/QueryLanguage"},
		`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Wait","Seconds":"{% $n %}","InputPath":"$","End":true}}}`: {
			refused, "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/S",
		},
		`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","Output":{"a":"{% 1"},"End":true}}}`: {
			refused, "JSONata string must start with {% and end with %} at /States/S/Output/a",
		},
		`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","QueryLanguage":"JSONPath","Output":1,"End":true}}}`: {
			"'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S",
		},
		one(`"Type":"Pass","QueryLanguage":"jsonata","End":true`): {
			refused + "/QueryLanguage", "Value should be one of the following: [JSONPath, JSONata] at /States/S/QueryLanguage",
		},
	} {
		check(t, definition, asl.Options{}, want...)
	}
}

func TestValidateS3IsRefusedByPosition(t *testing.T) {
	diagnostics := asl.Validate([]byte(one(mapper+`,"ItemReader":{},"ResultWriter":{}`)), asl.Options{})
	want := "Invalid State Machine Definition: 'UNSUPPORTED_BY_LOCAL_ENGINE: " +
		"Reading items from and writing results to Amazon S3 is not supported at /States/S/ItemReader, " +
		"UNSUPPORTED_BY_LOCAL_ENGINE: Reading items from and writing results to Amazon S3 is not supported at /States/S/ResultWriter'"
	if got := asl.Refusal(diagnostics); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRefusalNamesErrorsBeforeWhatIsUnsupported(t *testing.T) {
	got := asl.Refusal(asl.Validate([]byte(one(mapper+`,"ItemReader":{},"Label":5`)), asl.Options{}))
	if want := "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/S/Label'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := asl.Refusal(nil); got != "" {
		t.Errorf("nothing wrong, but %s", got)
	}
}

func TestValidateJSON(t *testing.T) {
	for definition, want := range map[string]string{
		"{\n \"a\": nul }": `Unrecognized token 'nul': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')` + "\n at [Source: (String)\"{\n \"a\": nul }\"; line: 2, column: 10]",
		`{"a" 1}`:          `Unexpected character ('1' (code 49)): a colon was expected` + "\n at [Source: (String)\"{\"a\" 1}\"; line: 1, column: 7]",
		`{"a":`:            `Unexpected end-of-input: unexpected EOF` + "\n at [Source: (String)\"{\"a\":\"; line: 1, column: 6]",
	} {
		got := asl.Validate([]byte(definition), asl.Options{})
		if len(got) != 1 || got[0].Code != asl.InvalidJSONCode || got[0].Message != want {
			t.Errorf("%q: %q, want %q", definition, got, want)
		}
	}
	long := asl.Validate([]byte(strings.Repeat("x", 600)), asl.Options{})
	if !strings.Contains(long[0].Location, `x"[truncated 100 chars]; line: 1`) {
		t.Errorf("%s", long[0].Location)
	}
}

func TestValidateSize(t *testing.T) {
	big := one(task + `,"Comment":"` + strings.Repeat("x", 1<<20) + `"`)
	check(t, big, asl.Options{}, "Definition must not be longer than 1048576 bytes at null")
}
