package mock_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
)

// aws is a file of the form that AWS documents.
const aws = `{
  "StateMachines": {
    "Orders": {"TestCases": {
      "HappyPath": {"Charge": "ChargeOK", "Notify": "NotifyOK"},
      "RetryPath": {"Charge": "ChargeRetried"}
    }}
  },
  "MockedResponses": {
    "ChargeOK": {"0": {"Return": {"StatusCode": 200, "Payload": {"z": 1, "a": 2}}}},
    "NotifyOK": {"0": {"Return": {"MessageId": "1"}}},
    "ChargeRetried": {
      "0": {"Throw": {"Error": "Lambda.ResourceNotReadyException", "Cause": "not ready"}},
      "1-2": {"Throw": {"Error": "Lambda.TimeoutException"}},
      "3": {"Return": {"StatusCode": 200, "Payload": null}}
    }
  }
}`

func parse(t *testing.T, text string) *mock.File {
	t.Helper()
	f, err := mock.Parse("mocks.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFind(t *testing.T) {
	f := parse(t, aws)
	for _, c := range []struct {
		testCase, state string
		attempt         int
		want, err       string
		mocked          bool
	}{
		{"HappyPath", "Charge", 0, `{"StatusCode":200,"Payload":{"z":1,"a":2}}`, "", true},
		{"HappyPath", "Charge", 1, "", `add "1": {"Return": {}} to MockedResponses.ChargeOK of mocks.json`, true},
		{"RetryPath", "Charge", 0, "Lambda.ResourceNotReadyException not ready", "", true},
		{"RetryPath", "Charge", 2, "Lambda.TimeoutException ", "", true},
		{"RetryPath", "Charge", 3, `{"StatusCode":200,"Payload":null}`, "", true},
		{"RetryPath", "Notify", 0, "", "", false},
		{"", "Charge", 0, "", "", false},
	} {
		r, mocked, err := f.Find("Orders", c.testCase, c.state, c.attempt)
		got := string(r.Return)
		if r.Error != "" {
			got = r.Error + " " + r.Cause
		}
		if got != c.want || mocked != c.mocked || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%+v: got %s, %v, %v", c, got, mocked, err)
		}
	}
}

func TestErrors(t *testing.T) {
	const responses = `, "MockedResponses": {"R": {"0": {"Return": 1}}}}`
	for text, want := range map[string]string{
		"":                  "mocks.json:1:1: unexpected EOF",
		"{\n  \"a\": nope}": "mocks.json:2:8: ",
		"[]":                "mocks.json:1:1: it is not an object",
		"{\"StateMachines\": {},\n \"StateMachines\": {}}":                                                                 "mocks.json:2:2: /StateMachines is there twice",
		`{"StateMachines": []}`:                                                                                            "mocks.json:1:19: StateMachines: it is not an object",
		`{"MockedResponses": {"R": {}}}`:                                                                                   `MockedResponses.R: it is not an object such as`,
		"{\"MockedResponses\": {\"R\": {\n \"first\": {\"Return\": 1}}}}":                                                  `mocks.json:2:11: MockedResponses.R.first: it is not the number of an attempt`,
		`{"MockedResponses": {"R": {"+1": {"Return": 1}}}}`:                                                                `MockedResponses.R.+1: it is not the number`,
		`{"StateMachine": {}}`:                                                                                             "mocks.json:1:18: StateMachine: it is written StateMachines",
		`{"mocked_responses": {}}`:                                                                                         "mocked_responses: it is written MockedResponses",
		`{"StateMachines": {"M": {"DefaultTestcase": "C", "TestCases": {"C": {}}}}}`:                                       "StateMachines.M.DefaultTestcase: it is written DefaultTestCase",
		`{"MockedResponses": {"R": {"2-1": {"Return": 1}}}}`:                                                               `MockedResponses.R.2-1: it is not the number`,
		`{"MockedResponses": {"R": {"0": {}}}}`:                                                                            "MockedResponses.R.0: it needs either Return or Throw",
		`{"MockedResponses": {"R": {"0": {"Return": 1, "Throw": {"Error": "E"}}}}}`:                                        "it needs either Return or Throw",
		`{"MockedResponses": {"R": {"0": {"Throw": {"Cause": "C"}}}}}`:                                                     "MockedResponses.R.0.Throw: it needs an Error",
		`{"MockedResponses": {"R": {"0": {"Throw": {"Error": 5}}}}}`:                                                       "MockedResponses.R.0.Throw.Error: it is not a string",
		`{"MockedResponses": {"R": {"0-3": {"Return": 1}, "2": {"Return": 1}}}}`:                                           "MockedResponses.R.2: another response is for the same attempts",
		`{"MockedResponses": {"R": {"0": {"Return": 1}, "0": {"Return": 1}}}}`:                                             "mocks.json:1:48: /MockedResponses/R/0 is there twice",
		`{"StateMachines": {"M": {"TestCases": {"C": {"S": "Nosuch"}}}}` + responses:                                       `mocks.json:1:51: StateMachines.M.TestCases.C.S: MockedResponses has no "Nosuch"`,
		`{"StateMachines": {"M": {"TestCases": {"C": {"S": "Pait"}}}}, "MockedResponses": {"Paid": {"0": {"Return": 1}}}}`: `MockedResponses has no "Pait"; did you mean "Paid"?`,
		`{"StateMachines": {"M": {"TestCases": {"C": {"S": 5}}}}` + responses:                                              `MockedResponses has no 5`,
		`{"StateMachines": {"M": {"DefaultTestCase": "D", "TestCases": {"C": {}}}}` + responses:                            `StateMachines.M.DefaultTestCase: "D" is not one of its test cases: C`,
	} {
		_, err := mock.Parse("mocks.json", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "mocks.json:") {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// orders is a machine with states at every level.
const orders = `{"StartAt": "Charge", "States": {
  "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "Next": "Each"},
  "Each": {"Type": "Map", "Next": "Both", "ItemProcessor": {"StartAt": "Notify", "States": {
    "Notify": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {}, "End": true}}}},
  "Both": {"Type": "Parallel", "End": true, "Branches": [
    {"StartAt": "Read", "States": {"Read": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {}, "End": true}}},
    {"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {}, "End": true}}},
    {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true}}}]}}}`

func machine(t *testing.T) *asl.Machine {
	t.Helper()
	m, err := asl.Parse([]byte(orders))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCheck(t *testing.T) {
	f := parse(t, `{"StateMachines": {"Orders": {"TestCases": {"A": {"Charge": "Text", "Notify": "Number", "Ask": "Text", "Call": "Text", "Each": "Text", "Nosuch": "Text", "notifi": "Text"}}}},
"MockedResponses": {"Text": {"0": {"Return": "x"}}, "Number": {"0-1": {"Return": {"MessageId": 5}}}}}`)
	problems, misfits := f.Check("Orders", machine(t))
	for i, want := range []string{
		"mocks.json:1:128: StateMachines.Orders.TestCases.A.Each: it is a Map state, and only Task states, and the items of a Map state with an ItemReader, can have mocks",
		"mocks.json:1:146: StateMachines.Orders.TestCases.A.Nosuch: the state machine has no such state",
		`mocks.json:1:164: StateMachines.Orders.TestCases.A.notifi: the state machine has no such state; did you mean "Notify"?`,
	} {
		if i >= len(problems) || problems[i].Error() != want {
			t.Errorf("got %v, want %s", problems, want)
		}
	}
	for i, want := range []string{
		"mocks.json:2:46: MockedResponses.Text.0.Return: lambda:invoke does not answer this: it answers an object",
		"mocks.json:2:82: MockedResponses.Number.0-1.Return: sns:publish does not answer this: Field 'MessageId' must be a string",
	} {
		if i >= len(misfits) || misfits[i].Error() != want {
			t.Errorf("got %v, want %s", misfits, want)
		}
	}
	if len(problems) != 3 || len(misfits) != 2 {
		t.Errorf("got %d problems and %d misfits, want 3 and 2", len(problems), len(misfits))
	}
}

// A name is asked back for if it is near, and not if it is any other.
func TestAbsentMachines(t *testing.T) {
	f := parse(t, "{\"StateMachines\": {\"Ordres\": {}, \"Refunds\": {},\n  \"orders\": {}, \"Orders\": {}, \"Ordersé\": {}}}")
	for i, want := range []mock.Absent{
		{"Orders", errors.New(`mocks.json:2:42: StateMachines.Ordersé: there is no such state machine; did you mean "Orders"?`)},
		{"Orders", errors.New(`mocks.json:1:30: StateMachines.Ordres: there is no such state machine; did you mean "Orders"?`)},
		{"", errors.New("mocks.json:1:45: StateMachines.Refunds: there is no such state machine")},
		{"Orders", errors.New(`mocks.json:2:13: StateMachines.orders: there is no such state machine; did you mean "Orders"?`)},
	} {
		got := f.AbsentMachines([]string{"Orders", "Shipments"})
		if len(got) != 4 || got[i].Meant != want.Meant || got[i].Why.Error() != want.Why.Error() {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if err := f.HasCase("Refund", "A"); err == nil || err.Error() != `mocks.json: StateMachines has no "Refund"; did you mean "Refunds"?` {
		t.Errorf("got %v", err)
	}
}

func TestPlan(t *testing.T) {
	f := parse(t, `{"StateMachines": {"Orders": {"TestCases": {"A": {"Charge": "R"}}}}, "MockedResponses": {"R": {"0": {"Return": {}}}}}`)
	got := mock.NewPlan("Orders", machine(t), f, true).String()
	want := "real: Call (arn:aws:lambda:us-east-1:123456789012:function:f); mocked: Charge (lambda:invoke); stubbed: Notify (sns:publish); " +
		"waiting for a token: Ask (sqs:sendMessage); missing: Read (dynamodb:getItem)"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := mock.NewPlan("Orders", machine(t), nil, false).String(); !strings.Contains(got, "missing: Notify (sns:publish), Read (dynamodb:getItem)") {
		t.Errorf("without stubs: got %s", got)
	}
}

// A skeleton can be read, fits the machine, and leaves nothing out.
func TestSkeleton(t *testing.T) {
	m := machine(t)
	text := mock.Skeleton([]mock.Named{{Name: "Orders", Definition: m}})
	if !json.Valid(text) {
		t.Fatalf("not JSON: %s", text)
	}
	path := filepath.Join(t.TempDir(), "mocks.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := mock.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if problems, misfits := f.Check("Orders", m); problems != nil || misfits != nil {
		t.Errorf("got %v and %v", problems, misfits)
	}
	for _, u := range mock.NewPlan("Orders", m, f, false) {
		if _, mocked, err := f.Find("Orders", "", u.State, 0); !mocked || err != nil {
			t.Errorf("%s: %v, %v", u.State, mocked, err)
		}
	}
}

func TestByteOrderMarkIsLeftOut(t *testing.T) {
	if _, err := mock.Parse("mocks.json", []byte("\ufeff"+`{"StateMachines": {}, "MockedResponses": {}}`)); err != nil {
		t.Error(err)
	}
	want := "mocks.json:2:1: "
	if _, err := mock.Parse("mocks.json", []byte("\ufeff{\n]")); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
