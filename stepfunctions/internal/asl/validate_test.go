package asl_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// one returns a definition of one state, called S, with these members.
func one(members string) string { return `{"StartAt":"S","States":{"S":{` + members + `}}}` }

const (
	task   = `"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111111111111:function:f","End":true`
	mapper = `"Type":"Map","End":true,"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`
)

// check validates a definition and compares with lines of "message at location"
// for the code SCHEMA_VALIDATION_FAILED, and "CODE: message at location" for
// others.
func check(t *testing.T, definition string, o asl.Options, want ...string) {
	t.Helper()
	var got []string
	for _, d := range asl.Validate([]byte(definition), o) {
		got = append(got, strings.TrimPrefix(d.String(), "SCHEMA_VALIDATION_FAILED: "))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", definition, got, want)
	}
}

func TestValidateAccepts(t *testing.T) {
	for _, definition := range []string{
		one(task),
		one(mapper),
		one(`"Type":"Succeed","Comment":"done","InputPath":null,"OutputPath":"$$.Execution"`),
		one(`"Type":"Fail","ErrorPath":"$.e","Cause":"c"`),
		one(`"Type":"Fail","Error":"e","CausePath":"States.Format('{}', $.c)"`),
		one(`"Type":"Wait","TimestampPath":"$.t","End":true`),
		one(`"Type":"Pass","End":true,"Parameters":{"a.$":"$v.x","b":["c",{"d.$":"States.Array($$.e)"}]},"ResultPath":"$.a[0].b","Assign":{"x.$":"$.y","größe":1}`),
		one(task + `,"Retry":[{"ErrorEquals":["A","B"],"IntervalSeconds":0,"MaxAttempts":0,"BackoffRate":1,"MaxDelaySeconds":1,"JitterStrategy":"FULL"},{"ErrorEquals":["States.ALL"]}],"Catch":[]`),
		one(task + `,"TimeoutSeconds":5,"HeartbeatSecondsPath":"$.h","Credentials":{"RoleArn.$":"$.r"}`),
		one(`"Type":"Task","Resource":"arn:aws-cn:states:::states:startExecution.sync:2","Parameters":{"StateMachineArn.$":"$.m","Input":{}},"End":true`),
		one(`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"f","Payload.$":"$$.Task"},"End":true`),
		`{"Version":"1.0","TimeoutSeconds":0,"QueryLanguage":"JSONPath","StartAt":"C","States":{"C":{"Type":"Choice","Default":"E","Choices":[
		  {"Next":"E","And":[{"Not":{"Variable":"$.a","IsPresent":true}},{"Or":[{"Variable":"$$.b","StringEqualsPath":"$v"}],"Comment":"c"}],"Assign":{"x":1}},
		  {"Next":"E","Variable":"$.t","TimestampLessThan":"2020-01-01T00:00:00Z"},{"Next":"E","Variable":"$.n","NumericEquals":1.5}]},"E":{"Type":"Succeed"}}}`,
		one(`"Type":"Map","End":true,"MaxConcurrency":0,"ToleratedFailurePercentage":12.5,"Label":"a-b_C.9","ItemBatcher":{"MaxItemsPerBatch":2,"BatchInput":{"a.$":"$.b"}},
		  "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`),
		`{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}],"End":true}}}`,
		one(`"Type":"Pass","Result":{"a.$":"nothing special"},"End":true`),
	} {
		check(t, definition, asl.Options{})
	}
}

func TestValidateExpress(t *testing.T) {
	const at = " at /States/S"
	for members, want := range map[string][]string{
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::states:startExecution.sync:2"`:      {"Express state machine does not support '.sync' service integration" + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken"`:    {"Express state machine does not support '.waitForTaskToken' service integration " + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:us-east-1:111111111111:activity:act"`: {"Express state machine does not support Activity ARN" + at + "/Resource"},
		`"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`: {
			"The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines" + at + "/ItemProcessor/ProcessorConfig/Mode",
		},
	} {
		check(t, one(members), asl.Options{Express: true}, want...)
	}
}

// Express child executions of a standard machine are bound as well, and only they.
func TestValidateExpressChildren(t *testing.T) {
	const token = `{"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"f"}}`
	children := func(kind string) string {
		return `{"StartAt":"M","States":{"M":{"Type":"Map","Next":"T","ItemProcessor":{"StartAt":"I","States":{"I":` + token + `},
			"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"` + kind + `"}}},"T":` + token + `}}`
	}
	check(t, children("STANDARD"), asl.Options{})
	check(t, children("EXPRESS"), asl.Options{},
		"Express state machine does not support '.waitForTaskToken' service integration  at /States/M/ItemProcessor/States/I/Resource")
}

func TestValidateS3IsRefusedByPosition(t *testing.T) {
	diagnostics := asl.Validate([]byte(one(mapper+`,"ItemReader":{},"ResultWriter":{}`)), asl.Options{})
	want := "Invalid State Machine Definition: 'UNSUPPORTED_BY_LOCAL_ENGINE: " +
		"Reading items from Amazon S3 is not supported by itself: give it a mock (-mock FILE; -write-mocks FILE makes such a file) at /States/S/ItemReader, " +
		"UNSUPPORTED_BY_LOCAL_ENGINE: Writing results to Amazon S3 is not supported by itself: use a stub (-integrations stub) at /States/S/ResultWriter'"
	if got := asl.ErrorMessage(diagnostics); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestErrorMessageNamesErrorsBeforeWhatIsUnsupported(t *testing.T) {
	got := asl.ErrorMessage(asl.Validate([]byte(one(mapper+`,"ItemReader":{},"Label":5`)), asl.Options{}))
	if want := "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/S/Label'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := asl.ErrorMessage(nil); got != "" {
		t.Errorf("nothing wrong, but %s", got)
	}
}

func TestValidateBoundsItsAnswer(t *testing.T) {
	var members strings.Builder
	for i := range 30_000 {
		members.WriteString(`"k` + strconv.Itoa(i) + `":1,"Comment":"again",`)
	}
	diagnostics := asl.Validate([]byte(one(members.String()+task)), asl.Options{})
	if len(diagnostics) != 1000 {
		t.Errorf("%d diagnostics", len(diagnostics))
	}
	if message := asl.ErrorMessage(diagnostics); !strings.HasSuffix(message, ", and 900 more'") {
		t.Errorf("...%s", message[len(message)-100:])
	}
}

func TestValidatePartOfADefinition(t *testing.T) {
	check(t, one(`"Type":"Pass","Next":"elsewhere"`), asl.Options{Partial: true})
	check(t, one(`"Type":"Pass"`), asl.Options{Partial: true},
		"This object should have only one of the following fields: [Next, End] at /States/S")
	inner := `"Type":"Parallel","Next":"elsewhere","Branches":[{"StartAt":"nowhere","States":{"A":{"Type":"Succeed"}}}]`
	check(t, one(inner), asl.Options{Partial: true},
		"MISSING_TRANSITION_TARGET: Missing 'Next' target: nowhere at /States/S/Branches[0]/StartAt",
		`MISSING_TRANSITION_TARGET: State "A" is not reachable. at /States/S/Branches[0]/States/A`)
}

func TestValidateSize(t *testing.T) {
	big := one(task + `,"Comment":"` + strings.Repeat("x", 1<<20) + `"`)
	check(t, big, asl.Options{}, "Definition must not be longer than 1048576 bytes at null")
}

func TestValidateJSON(t *testing.T) {
	for definition, want := range map[string]string{
		"{\n \"a\": nul }": `Unrecognized token 'nul': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')` + "\n at [Source: (String)\"{\n \"a\": nul }\"; line: 2, column: 10]",
		`{"a" 1}`:          `Unexpected character ('1' (code 49)): a colon was expected` + "\n at [Source: (String)\"{\"a\" 1}\"; line: 1, column: 7]",
		`{"a":`:            `Unexpected end-of-input: unexpected EOF` + "\n at [Source: (String)\"{\"a\":\"; line: 1, column: 6]",
	} {
		got := asl.Validate([]byte(definition), asl.Options{})
		if len(got) != 1 || got[0].Code != asl.InvalidJSONCode || got[0].Message != want {
			t.Errorf("%q: %q, want %q", definition, got, want)
		}
	}
	long := asl.Validate([]byte(strings.Repeat("x", 600)), asl.Options{})
	if !strings.Contains(long[0].Location, `x"[truncated 100 chars]; line: 1`) {
		t.Errorf("%s", long[0].Location)
	}
}

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

// FuzzValidate holds that no definition makes a panic, that diagnostics are
// whole, and that what Validate lets pass can be read.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{
		one(task), one(mapper), one(`"Type":"Choice","Choices":[{"Not":{"And":[{"Variable":"$.x","StringMatches":"*"}]},"Next":"S"}]`),
		one(`"Type":"Parallel","Branches":[{"StartAt":"a","States":{"a":{"Type":"Fail"}}}],"Retry":[{"ErrorEquals":["States.ALL"]}],"End":true`),
		one(`"Type":"Wait","Timestamp":"2020-01-01T00:00:00Z","Assign":{"x.$":"States.UUID()"},"Next":"S"`),
		`{"QueryLanguage":"JSONata","States":{"":[]},"StartAt":null}`, `{"States":{"a":{"a":1,"a":2}}}`, `[`, `{"a":`, "\"\xff\"",
	} {
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, definition string, express bool) {
		diagnostics := asl.Validate([]byte(definition), asl.Options{Express: express})
		for _, d := range diagnostics {
			if d.Code == "" || d.Message == "" || d.Severity == "" {
				t.Fatalf("%q: %+v", definition, d)
			}
		}
		if asl.ErrorMessage(diagnostics) != "" {
			return
		}
		if _, err := asl.Parse([]byte(definition)); err != nil {
			t.Fatalf("%q passes, but: %v", definition, err)
		}
	})
}

// TestStatelint compares the number of problems with that of AWS's linter. The
// linter takes any URI for a Resource, which AWS does not, so what is said about
// those does not count here.
func TestStatelint(t *testing.T) {
	same, total := 0, 0
	for _, c := range recorded(t, "statelint/cases.json")["cases.json"].([]any) {
		total++
		var got []string
		for _, d := range asl.Validate(value.Append(nil, field(c, "definition")), asl.Options{}) {
			if !strings.HasSuffix(d.Location, "/Resource") {
				got = append(got, d.String())
			}
		}
		want, _ := value.Integer(field(c, "problems"))
		if int64(len(got)) == want {
			same++
			continue
		}
		t.Errorf("%v: %d problems, want %d: %q", field(c, "id"), len(got), want, got)
	}
	t.Logf("%d of %d definitions have as many problems as the linter finds", same, total)
}
