package asl

import (
	"math"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// topRule checks a rule of a Choice state; rules inside it neither go anywhere
// nor assign variables.
func topRule(c *checker, at string, v any) {
	o := c.rule(at, v, field{"Next", text}, field{"Assign", assign}, field{"Output", template})
	if o != nil {
		c.required(at, o, "Next")
		c.foreign(at, o)
	}
}

func innerRule(c *checker, at string, v any) { c.rule(at, v) }

// rule checks a condition that may have more fields.
func (c *checker) rule(at string, v any, more ...field) *value.Object {
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return nil
	}
	c.object(at, o, slices.Concat(more, ruleFields(), operatorFields(o)))
	c.form(at, o)
	return o
}

func ruleFields() []field {
	return []field{
		{"Comment", text},
		{"And", list(innerRule)},
		{"Or", list(innerRule)},
		{"Not", innerRule},
		{"Variable", comparedPath},
		{"Condition", condition},
	}
}

// operatorFields returns the operators that o has, with checks of their operands.
func operatorFields(o *value.Object) []field {
	var fields []field
	for _, m := range o.Members() {
		if operator, ok := choice.Lookup(m.Name); ok {
			fields = append(fields, field{m.Name, operand(operator)})
		}
	}
	return fields
}

func operand(o choice.Operator) check {
	switch {
	case o.Path:
		return comparedPath
	case o.Kind == choice.String:
		return text
	case o.Kind == choice.Number:
		return func(c *checker, at string, v any) {
			if _, ok := value.Number(v); !ok {
				c.schema(at, "Expected value of type Number")
			}
		}
	case o.Kind == choice.Timestamp:
		return timestamp
	}
	return boolean
}

func condition(c *checker, at string, v any) {
	if _, literal := v.(bool); literal {
		return
	}
	text(c, at, v)
}

// form checks that a rule is exactly one thing: a combination of rules, or a
// comparison with one operator.
func (c *checker) form(at string, o *value.Object) {
	forms := []string{"And", "Or", "Not", "Variable", "Condition"}
	present := slices.DeleteFunc(slices.Clone(forms), func(name string) bool { return !has(o, name) })
	if len(present) != 1 {
		c.schema(at, "The object must have only one of the following fields, [%s]", strings.Join(forms, ", "))
	}
	var operators []string
	for _, f := range operatorFields(o) {
		operators = append(operators, f.name)
	}
	switch {
	case len(operators) > 1:
		c.schema(at, "There should only be one of the following fields: [%s]", strings.Join(operators, ", "))
	case has(o, "Variable") && len(operators) == 0:
		c.schema(at, "This object should have only one comparison operator, such as StringEquals")
	case !has(o, "Variable") && len(operators) == 1 && len(present) == 1:
		c.schema(at, "Field '%s' is not supported", operators[0])
	}
	c.conditionLanguage(at, o)
}

// conditionLanguage reports a comparison in JSONata, and a condition in
// JSONPath.
func (c *checker) conditionLanguage(at string, o *value.Object) {
	switch {
	case c.jsonata && has(o, "Variable"):
		c.schema(at, "The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage")
	case !c.jsonata && has(o, "Condition"):
		c.schema(at, "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage")
	}
}

// allErrors is the name that matches every error.
const allErrors = "States.ALL"

// maxDelay bounds MaxDelaySeconds: a year (AWS documentation, "Handling errors").
const maxDelay = 31_622_400

func retrier(c *checker, at string, v any) {
	o := c.object(at, v, []field{
		{"Comment", text},
		{"ErrorEquals", list(text)},
		{"IntervalSeconds", integer(0, MaxSeconds)},
		{"MaxAttempts", integer(0, MaxSeconds)},
		{"BackoffRate", number(1, math.MaxFloat64)},
		{"MaxDelaySeconds", integer(1, maxDelay)},
		{"JitterStrategy", oneOf("NONE", "FULL")},
	})
	if o == nil {
		return
	}
	c.required(at, o, "ErrorEquals")
	delay, ok := value.Integer(get(o, "MaxDelaySeconds"))
	if interval, written := value.Integer(get(o, "IntervalSeconds")); written && ok && delay > 0 && delay <= interval {
		c.schema(member(at, "MaxDelaySeconds"), "MaxDelaySeconds must be greater than IntervalSeconds")
	}
}

func catcher(c *checker, at string, v any) {
	o := c.object(at, v, []field{
		{"Comment", text},
		{"ErrorEquals", list(text)},
		{"Next", text},
		{"ResultPath", resultPath},
		{"Output", template},
		{"Assign", assign},
	})
	if o == nil {
		return
	}
	c.required(at, o, "ErrorEquals", "Next")
	c.foreign(at, o)
}

// get returns a member or nil.
func get(o *value.Object, name string) any {
	v, _ := o.Get(name)
	return v
}

// catchAllLast checks that States.ALL stands alone, in the last entry of Retry
// and of Catch.
func (c *checker) catchAllLast(at string, o *value.Object) {
	for _, name := range []string{"Retry", "Catch"} {
		entries, _ := get(o, name).([]any)
		for i, entry := range entries {
			e, _ := entry.(*value.Object)
			names, _ := get(e, "ErrorEquals").([]any)
			if place := slices.Index(names, any(allErrors)); place >= 0 && (len(names) > 1 || i < len(entries)-1) {
				list := member(element(member(at, name), i), "ErrorEquals")
				c.schema(element(list, place), "States.ALL must appear alone and at end of list")
			}
		}
	}
}

func mapFields() []field {
	return []field{
		{"ItemProcessor", processor},
		{"Iterator", processor},
		{"ItemsPath", path},
		{"Items", anything},
		{"ItemSelector", template},
		{"ItemReader", itemReader},
		{"ResultWriter", resultWriter},
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

// itemReader checks what reads the items of a distributed Map. A mock can have
// them.
func itemReader(c *checker, at string, v any) {
	switch {
	case c.jsonata:
		return // reported already
	case !c.integrations && !c.testState:
		c.unsupported(at, "Reading items from Amazon S3 is not supported by itself: %s", withMock)
		return
	}
	o := c.object(at, v, []field{{"Resource", oneOf(readers()...)}, {"ReaderConfig", anything}, {"Parameters", template}})
	c.required(at, o, "Resource", "Parameters")
}

// readers returns the resources of an ItemReader.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
func readers() []string {
	return []string{"arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"}
}

// resultWriter checks what writes the results of a distributed Map. A stub can
// stand for it.
func resultWriter(c *checker, at string, v any) {
	o, _ := v.(*value.Object)
	switch {
	case c.jsonata:
		return // reported already
	case !c.stubs && !c.testState:
		c.unsupported(at, "Writing results to Amazon S3 is not supported by itself: use a stub (-integrations stub)")
		return
	case !has(o, "Resource"):
		c.unsupported(at, "A ResultWriter without a Resource is not supported")
		return
	}
	c.object(at, v, []field{{"Resource", oneOf("arn:aws:states:::s3:putObject")}, {"WriterConfig", anything}, {"Parameters", template}})
	c.required(at, o, "Parameters")
}

func (c *checker) mapRules(at string, o *value.Object) {
	c.exactlyOne(at, o, "ItemProcessor", "Iterator")
	c.atMostOne(at, o, "MaxConcurrency", "MaxConcurrencyPath")
	c.atMostOne(at, o, "ToleratedFailurePercentage", "ToleratedFailurePercentagePath")
	c.atMostOne(at, o, "ToleratedFailureCount", "ToleratedFailureCountPath")
	c.catchAllLast(at, o)
	for _, name := range []string{"ItemReader", "ResultWriter"} {
		if has(o, name) && c.integrations && !distributed(o) {
			c.unsupported(member(at, name), "The field '%s' needs a processor in the mode DISTRIBUTED", name)
		}
	}
}

// distributed reports whether the items of a Map state run as child executions.
func distributed(o *value.Object) bool {
	processor, _ := get(o, "ItemProcessor").(*value.Object)
	config, _ := get(processor, "ProcessorConfig").(*value.Object)
	return get(config, "Mode") == "DISTRIBUTED"
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
