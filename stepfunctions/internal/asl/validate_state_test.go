package asl_test

import (
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
