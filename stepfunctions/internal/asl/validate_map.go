package asl

import (
	"math"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func mapFields() []field {
	return []field{
		{"ItemProcessor", processor},
		{"Iterator", processor},
		{"ItemsPath", path},
		{"Items", anything},
		{"ItemSelector", template},
		{"ItemReader", unsupportedField},
		{"ResultWriter", unsupportedField},
		{"ItemBatcher", batcher},
		{"MaxConcurrency", integer(0, math.MaxInt32)},
		{"MaxConcurrencyPath", numberPath},
		{"ToleratedFailurePercentage", number(0, 100)},
		{"ToleratedFailurePercentagePath", numberPath},
		{"ToleratedFailureCount", integer(0, math.MaxInt32)},
		{"ToleratedFailureCountPath", numberPath},
		{"Label", label},
	}
}

// unsupportedField reports a field that reads or writes objects of S3.
func unsupportedField(c *checker, at string, _ any) {
	c.unsupported(at, "Reading items from and writing results to Amazon S3 is not supported")
}

func (c *checker) mapRules(at string, o *value.Object) {
	c.exactlyOne(at, o, "ItemProcessor", "Iterator")
	c.atMostOne(at, o, "MaxConcurrency", "MaxConcurrencyPath")
	c.atMostOne(at, o, "ToleratedFailurePercentage", "ToleratedFailurePercentagePath")
	c.atMostOne(at, o, "ToleratedFailureCount", "ToleratedFailureCountPath")
	c.catchAllLast(at, o)
}

func processorConfig(c *checker, at string, v any) {
	o := c.object(at, v, []field{
		{"Mode", oneOf("INLINE", "DISTRIBUTED")},
		{"ExecutionType", oneOf("STANDARD", "EXPRESS")},
	})
	mode, _ := o.Get("Mode")
	switch {
	case o == nil:
	case mode == "INLINE" && has(o, "ExecutionType"):
		c.schema(at, "Field 'ExecutionType' is not supported")
	case mode != "DISTRIBUTED":
	case c.express:
		c.schema(member(at, "Mode"), "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines")
	default:
		c.required(at, o, "ExecutionType")
	}
}

// batcher checks how a Map state groups its items. A literal 0, which AWS
// takes, is no bound.
func batcher(c *checker, at string, v any) {
	o := c.object(at, v, []field{
		{"BatchInput", template},
		{"MaxItemsPerBatch", integer(0, math.MaxInt32)},
		{"MaxItemsPerBatchPath", numberPath},
		{"MaxInputBytesPerBatch", integer(0, maxPayload)},
		{"MaxInputBytesPerBatchPath", numberPath},
	})
	if o == nil {
		return
	}
	c.foreign(at, o)
	c.atMostOne(at, o, "MaxItemsPerBatch", "MaxItemsPerBatchPath")
	c.atMostOne(at, o, "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")
	for _, name := range []string{"MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"} {
		if has(o, name) {
			return
		}
	}
	c.schema(at, "One of these fields is required: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]")
}

// maxPayload bounds inputs and outputs in bytes (AWS quotas).
const maxPayload = 262_144
