package asl

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

const everyState = `{"Comment":"all","StartAt":"P","TimeoutSeconds":60,"States":{
"P":{"Type":"Pass","Result":{"b":1.0,"a":null},"ResultPath":"$.x","Next":"T"},
"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111111111111:function:f","TimeoutSeconds":3,"HeartbeatSecondsPath":"$.h",
 "Parameters":{"a.$":"$.a","n":{"b":[{"c.$":"$$.State.Name"},2]},"k":1},"ResultPath":null,
 "Retry":[{"ErrorEquals":["States.ALL"],"BackoffRate":1.5,"JitterStrategy":"FULL"}],
 "Catch":[{"ErrorEquals":["E"],"Next":"F","ResultPath":"$.error"}],"Next":"C"},
"C":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.a","IsPresent":true},{"Not":{"Variable":"$.b","StringEqualsPath":"$.c"}}],"Next":"W"}],"Default":"M"},
"W":{"Type":"Wait","Timestamp":"2026-01-01T00:00:00Z","Next":"S"},
"M":{"Type":"Map","ItemsPath":"$.items","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Succeed"}}},
 "ToleratedFailurePercentage":12.5,"ItemBatcher":{"MaxItemsPerBatch":10},"Next":"B"},
"B":{"Type":"Parallel","Branches":[{"StartAt":"X","States":{"X":{"Type":"Succeed"}}}],"End":true},
"S":{"Type":"Succeed"},"F":{"Type":"Fail","ErrorPath":"$.e","Cause":""}}}`

func TestParseReadsEveryField(t *testing.T) {
	m, err := Parse([]byte(everyState))
	if err != nil {
		t.Fatal(err)
	}
	task := m.State("T")
	if *task.TimeoutSeconds != 3 || task.HeartbeatSecondsPath.Text != "$.h" || !task.ResultPath.Null || task.InputPath != nil {
		t.Errorf("task: %+v", task)
	}
	r := task.Retry[0]
	if r.IntervalSeconds != 1 || r.MaxAttempts != 3 || r.BackoffRate != 1.5 || r.MaxDelaySeconds != 0 {
		t.Errorf("retrier: %+v", r)
	}
	members := task.Parameters.Members
	if members[0].Name != "n" || members[1].Value.Literal == nil || members[2].Name != "a" || members[2].Value.Expression.Text != "$.a" {
		t.Errorf("parameters: %+v", members)
	}
	rule := m.State("C").Choices[0]
	if rule.And[0].Operator != "IsPresent" || rule.And[1].Not.OperandPath.Text != "$.c" {
		t.Errorf("rule: %+v", rule)
	}
	if p := m.State("M"); !p.Distributed() || *p.ToleratedFailurePercentage != 12.5 || *p.ItemBatcher.MaxItemsPerBatch != 10 {
		t.Errorf("map: %+v", p.MapFields)
	}
	if f := m.State("F"); f.Error != nil || *f.Cause != "" || f.ErrorPath.Text != "$.e" {
		t.Errorf("fail: %+v", f.FailFields)
	}
	if at := m.State("M").ItemProcessor.State("I").Pointer; at != "/States/M/ItemProcessor/States/I" {
		t.Error(at)
	}
}

func TestPrintGivesBackWhatWasParsed(t *testing.T) {
	m, err := Parse([]byte(everyState))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(Print(m))
	if err != nil || !reflect.DeepEqual(m.Source, again.Source) || !reflect.DeepEqual(m.State("M").MapFields, again.State("M").MapFields) {
		t.Errorf("Print changed the definition: %v\n%s", err, Print(m))
	}
}

func TestParseReportsEveryProblem(t *testing.T) {
	_, err := Parse([]byte(`{"StartAt":1,"States":{"A":{"Type":"Task","TimeoutSeconds":"x","Retry":{},"End":"yes","Parameters":{"a.$":1}},
"B/C":{"Type":"Map","Iterator":[],"Catch":[3]},"D":{"Type":"Pass","Type":"Pass"},"E":null}}`))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var at []string
	for _, p := range problems {
		at = append(at, p.Pointer)
	}
	want := "/States/D/Type /StartAt /States/A/End /States/A/Parameters/a.$ /States/A/Retry /States/A/TimeoutSeconds " +
		"/States/B~1C/Catch/0 /States/B~1C/Iterator /States/E"
	if got := strings.Join(at, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !strings.Contains(err.Error(), "SCHEMA_VALIDATION_FAILED: Expected value of type String at /StartAt") {
		t.Error(err)
	}
}

func TestParseDistinguishesBadJSON(t *testing.T) {
	_, err := Parse([]byte(`{"StartAt":`))
	var syntax *value.SyntaxError
	if !errors.As(err, &syntax) {
		t.Errorf("%v", err)
	}
	if m, err := Parse([]byte(`[]`)); m != nil || !errors.As(err, new(Problems)) {
		t.Errorf("%v %v", m, err)
	}
}

func TestTemplateMembersComeInTheServicesOrder(t *testing.T) {
	for text, want := range map[string]string{
		`{"Iterations.$":"$.a","Values.$":"$.b"}`:                                                                     "Values Iterations",
		`{"StateMachineArn.$":"$.a","Input.$":"$.b","Name.$":"$.c"}`:                                                  "Input StateMachineArn Name",
		`{"FunctionName.$":"$.a","Payload":{"Input.$":"$"}}`:                                                          "Payload FunctionName",
		`{"ThisContextObject.$":"$$","ThisState.$":"$"}`:                                                              "ThisContextObject ThisState",
		`{"TableName.$":"$","Key.$":"$","UpdateExpression.$":"$","ExpressionAttributeValues.$":"$","ReturnValues":1}`: "ReturnValues TableName UpdateExpression Key ExpressionAttributeValues",
	} {
		v, err := value.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range (&parser{}).template(v, "").Members {
			names = append(names, m.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
