package asl_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

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
		one(`"Type":"Map","QueryLanguage":"JSONata","Items":"{% 1 %}","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},
		  "Catch":[{"ErrorEquals":["X"],"Next":"S","Output":"{% 1 %}"}],"MaxConcurrency":"{% 1 %}","End":true`): {refused + "/QueryLanguage"},
		one(`"Type":"Map","QueryLanguage":"JSONata","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"ItemBatcher":{"MaxItemsPerBatchPath":"$.n"},"End":true`): {
			refused + "/QueryLanguage", "The QueryLanguage is set to 'JSONata', but field 'MaxItemsPerBatchPath' is only supported for the 'JSONPath' QueryLanguage at /States/S/ItemBatcher",
		},
		`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","Next":"T"},"T":{"Type":"Pass","End":true}}}`: {refused},
		one(`"Type":"Pass","QueryLanguage":"jsonata","End":true`): {
			refused + "/QueryLanguage", "Value should be one of the following: [JSONPath, JSONata] at /States/S/QueryLanguage",
		},
	} {
		check(t, definition, asl.Options{}, want...)
	}
}
