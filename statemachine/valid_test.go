package statemachine_test

import (
	"testing"

	"example.org/asynchttpapi/statemachine"
	"example.org/asynchttpapi/stepfunctions"
)

func TestNothingIsWrongWithTheDefinition(t *testing.T) {
	const function = "arn:aws:lambda:us-east-1:123456789012:function:any:live"
	definition, err := statemachine.Definition(func(string) string { return function })
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range stepfunctions.Validate([]byte(definition)) {
		t.Errorf("%+v", d)
	}
}
