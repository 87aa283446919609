package asl_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

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
