package asl_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// The numbers that bound a Map are refused in the forms that AWS was measured
// to refuse (us-east-1, 16 September 2026).
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
