package asl_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

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
		`"Type":"Pass","End":true,"ResultPath":"$[*]"`:   {"Value is not a Reference Path" + at + "/ResultPath"},
		`"Type":"Pass","End":true,"ResultPath":"$$.a"`:   {"Value is not a Reference Path" + at + "/ResultPath"},
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
		mapper + `,"ToleratedFailurePercentage":-1`:  {"Minimum value is 0.0" + at + "/ToleratedFailurePercentage"},
		mapper + `,"ToleratedFailurePercentage":101`: {"Maximum value is 100.0" + at + "/ToleratedFailurePercentage"},
		mapper + `,"Label":"a\\b"`:                   {`INVALID_LABEL_NAME: Label contains invalid character: '\\'` + at + "/Label"},
		mapper + `,"Label":"a\tb"`:                   {`INVALID_LABEL_NAME: Label contains invalid character: '\t'` + at + "/Label"},
		mapper + `,"Label":"a\u2003"`:                {`INVALID_LABEL_NAME: Label contains invalid character: '\u2003'` + at + "/Label"},
		mapper + `,"Label":""`:                       {"INVALID_LABEL_NAME: Label cannot be empty" + at + "/Label"},
		mapper + `,"Label":"a\u0085"`:                {`INVALID_LABEL_NAME: Label contains invalid character: '\x85'` + at + "/Label"},
		`"Type":"Map","End":true,"Iterator":{"ProcessorConfig":{"Mode":"INLINE","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Succeed"}}}`: {
			"Field 'ExecutionType' is not supported" + at + "/Iterator/ProcessorConfig",
		},
		`"Type":"Map","End":true,"Iterator":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"I","States":{"I":{"Type":"Succeed"}}}`: {
			"These fields are required: [ExecutionType]" + at + "/Iterator/ProcessorConfig",
		},
		mapper + `,"ItemBatcher":{}`: {"One of these fields is required: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]" + at + "/ItemBatcher"},
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
		`{"Variable":"$.x[","IsNull":true,"Next":"E"}`:                     {"Value is not a Reference Path: one of ' \" * ? : or a number has to follow [" + at + "/Variable"},
		`{"Variable":5,"IsNull":true,"Next":"E"}`:                          {"Expected value of type String" + at + "/Variable"},
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

// The numbers that bound a Map are rejected in the forms that AWS was measured
// to reject (us-east-1, 16 September 2026).
func TestValidateMapNumbers(t *testing.T) {
	const at = " at /States/S"
	const reference = "Value is not a Reference Path" + at
	batcher := func(members string) string { return mapper + `,"ItemBatcher":{` + members + `}` }
	for members, want := range map[string][]string{
		mapper + `,"MaxConcurrencyPath":"$$.Execution.Input.n"`:             {reference + "/MaxConcurrencyPath"},
		mapper + `,"MaxConcurrencyPath":"$.n[*]"`:                           {reference + "/MaxConcurrencyPath"},
		mapper + `,"MaxConcurrencyPath":"n"`:                                {"Value must be a valid JSONPath." + at + "/MaxConcurrencyPath"},
		mapper + `,"MaxConcurrencyPath":"$limit.n"`:                         nil,
		mapper + `,"ItemsPath":"$$.Execution.Input.n"`:                      nil,
		mapper + `,"ToleratedFailureCountPath":"$$.Execution.Input.n"`:      {reference + "/ToleratedFailureCountPath"},
		mapper + `,"ToleratedFailurePercentagePath":"$$.Execution.Input.n"`: {reference + "/ToleratedFailurePercentagePath"},
		mapper + `,"ToleratedFailureCount":-1`:                              {"Minimum value is 0" + at + "/ToleratedFailureCount"},
		batcher(`"MaxItemsPerBatchPath":"$$.Execution.Input.n"`):            {reference + "/ItemBatcher/MaxItemsPerBatchPath"},
		batcher(`"MaxInputBytesPerBatchPath":"$..n"`):                       {reference + "/ItemBatcher/MaxInputBytesPerBatchPath"},
		batcher(`"MaxItemsPerBatch":-1`):                                    {"Minimum value is 0" + at + "/ItemBatcher/MaxItemsPerBatch"},
		batcher(`"MaxItemsPerBatch":0,"MaxInputBytesPerBatch":0`):           nil,
		batcher(`"MaxInputBytesPerBatch":-1`):                               {"Minimum value is 0" + at + "/ItemBatcher/MaxInputBytesPerBatch"},
		batcher(`"MaxInputBytesPerBatch":1,"MaxInputBytesPerBatchPath":"$.n"`): {
			"There should only be one of the following fields: [MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]" + at + "/ItemBatcher",
		},
	} {
		check(t, one(members), asl.Options{}, want...)
	}
}

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
