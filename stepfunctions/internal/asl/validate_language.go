package asl

import (
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

const (
	pathLanguage = "JSONPath"
	dataLanguage = "JSONata"
)

// language finds out a state's query language: its own, or else the machine's;
// the state around it has no say. AWS takes any value but "JSONPath" for
// JSONata, while it refuses the value. A downgrade is reported; ok is then
// false, for the state's fields would be judged by the wrong language.
func (c *checker) language(at string, o *value.Object) (ok bool) {
	own, written := o.Get("QueryLanguage")
	c.jsonata = c.machineJSONata
	if written {
		c.jsonata = own != pathLanguage
	}
	if c.machineJSONata && !c.jsonata {
		c.schema(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
		return false
	}
	if c.jsonata {
		where := at
		if written {
			where = member(at, "QueryLanguage")
		}
		c.unsupported(where, "The query language JSONata is not supported: write the state in JSONPath")
	}
	return true
}

// foreign reports the fields of o that belong to the other query language.
func (c *checker) foreign(at string, o *value.Object) {
	mine, other, names := pathLanguage, dataLanguage, dataFields()
	if c.jsonata {
		mine, other, names = dataLanguage, pathLanguage, pathFields()
	}
	for _, name := range names {
		if has(o, name) {
			c.schema(at, "The QueryLanguage is set to '%s', but field '%s' is only supported for the '%s' QueryLanguage", mine, name, other)
		}
	}
}

// pathFields are the fields that only JSONPath has.
func pathFields() []string {
	return []string{
		"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result", "ItemsPath",
		"TimeoutSecondsPath", "HeartbeatSecondsPath", "SecondsPath", "TimestampPath", "MaxConcurrencyPath",
		"ToleratedFailurePercentagePath", "ToleratedFailureCountPath", "ErrorPath", "CausePath",
		"MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath",
	}
}

// dataFields are the fields that only JSONata has.
func dataFields() []string { return []string{"Arguments", "Output", "Items"} }

// isExpression tells whether v is an expression where JSONata may have one.
func (c *checker) isExpression(v any) bool {
	s, ok := v.(string)
	return ok && c.jsonata && isJSONata(s)
}

// expressionMarks reports a text that starts like an expression of JSONata and
// does not end like one.
func (c *checker) expressionMarks(at, s string) {
	if c.jsonata && strings.HasPrefix(s, "{%") && !strings.HasSuffix(s, "%}") {
		c.schema(at, "JSONata string must start with {%% and end with %%}")
	}
}
