package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestConstraintsSpeakAsTheServiceDoes(t *testing.T) {
	for _, c := range []struct {
		title string
		input any
		body  string
		want  string
	}{
		{"nothing wrong", new(describeExecutionInput), `{"executionArn":"a"}`, ""},
		{"absent", new(describeExecutionInput), `{}`,
			"1 validation error detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null"},
		{"null", new(describeExecutionInput), `{"executionArn":null}`,
			"1 validation error detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null"},
		{"too short", new(describeExecutionInput), `{"executionArn":""}`,
			"1 validation error detected: Value '' at 'executionArn' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"too long", new(startExecutionInput), `{"stateMachineArn":"a","name":"` + strings.Repeat("n", 81) + `"}`,
			"1 validation error detected: Value '" + strings.Repeat("n", 81) + "' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80"},
		{"length in UTF-16", new(startExecutionInput), `{"stateMachineArn":"a","name":"` + strings.Repeat("😀", 41) + `"}`,
			"1 validation error detected: Value '" + strings.Repeat("😀", 41) + "' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80"},
		{"value hidden", new(taskTokenInput), `{"taskToken":""}`,
			"1 validation error detected: Value at 'taskToken' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"no such word", new(describeExecutionInput), `{"executionArn":"a","includedData":"SOME"}`,
			"1 validation error detected: Value 'SOME' at 'includedData' failed to satisfy constraint: Member must satisfy enum value set: [ALL_DATA, METADATA_ONLY]"},
		{"too small", new(pageInput), `{"maxResults":-1}`,
			"1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0"},
		{"too large", new(pageInput), `{"maxResults":1001}`,
			"1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000"},
		{"pattern", new(redriveExecutionInput), `{"executionArn":"a","clientToken":"a b"}`,
			"1 validation error detected: Value 'a b' at 'clientToken' failed to satisfy constraint: Member must satisfy regular expression pattern: [!-~]+"},
		{"two", new(sendTaskSuccessInput), `{}`,
			"2 validation errors detected: Value null at 'taskToken' failed to satisfy constraint: Member must not be null; Value null at 'output' failed to satisfy constraint: Member must not be null"},
		{"inside", new(testStateInput), `{"definition":"{}","mock":{"fieldValidationMode":"X"}}`,
			"1 validation error detected: Value 'X' at 'mock.fieldValidationMode' failed to satisfy constraint: Member must satisfy enum value set: [STRICT, PRESENT, NONE]"},
		{"in a list", new(tagResourceInput), `{"resourceArn":"a","tags":[{"key":"k"},{"key":""}]}`,
			"1 validation error detected: Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"list too long", new(createStateMachineAliasInput), `{"name":"a","routingConfiguration":[` + strings.Repeat(`{"stateMachineVersionArn":"v","weight":1},`, 2) + `{"stateMachineVersionArn":"v","weight":1}]}`,
			"1 validation error detected: Value at 'routingConfiguration' failed to satisfy constraint: Member must have length less than or equal to 2"},
		{"alias that looks like a version", new(createStateMachineAliasInput), `{"name":"12","routingConfiguration":[{"stateMachineVersionArn":"v","weight":1}]}`,
			`1 validation error detected: Value '12' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`},
		{"bytes", new(sendTaskSuccessInput), `{"taskToken":"t","output":"` + strings.Repeat("é", 131073) + `"}`,
			"1 validation error detected: Value at 'output' failed to satisfy constraint: Member must have length less than or equal to 262144"},
	} {
		t.Run(c.title, func(t *testing.T) {
			f := decode([]byte(c.body), c.input)
			switch {
			case f == nil && c.want != "":
				t.Errorf("accepted, want %s", c.want)
			case f != nil && (f.Type != "ValidationException" || f.Message != c.want):
				t.Errorf("got  %s: %s\nwant %s", f.Type, f.Message, c.want)
			}
		})
	}
}

func TestWhatIsNotAnObject(t *testing.T) {
	for _, body := range []string{`[]`, `"x"`, `1`, `{"maxResults":"1"}`, `{"maxResults":1.5}`, `{"maxResults":99999999999999999999}`, `{`, `{} {}`, strings.Repeat(`{"a":`, 20000)} {
		if f := decode([]byte(body), new(pageInput)); f == nil || f.Type != "SerializationException" {
			t.Errorf("%.40s: %v", body, f)
		}
	}
	if f := decode(nil, new(pageInput)); f != nil {
		t.Errorf("an empty body is an empty input: %v", f)
	}
}

func TestErrorOnTheWire(t *testing.T) {
	text, err := json.Marshal(invalidReason("MISSING_REQUIRED_PARAMETER", "m"))
	if err != nil || string(text) != `{"__type":"ValidationException","message":"m","reason":"MISSING_REQUIRED_PARAMETER"}` {
		t.Errorf("%s %v", text, err)
	}
}

func TestPageTokens(t *testing.T) {
	token := nextToken("question", "17")
	if from, f := pageStart(token, "question"); f != nil || from != "17" {
		t.Errorf("%q %v", from, f)
	}
	broken := "?"
	for _, bad := range []struct {
		token    *string
		question string
	}{{token, "another"}, {&broken, "question"}} {
		if _, f := pageStart(bad.token, bad.question); f == nil || f.Type != "InvalidToken" {
			t.Errorf("%v", f)
		}
	}
}

func TestCheckARN(t *testing.T) {
	for _, c := range []struct{ text, message string }{
		{"arn:aws:states:us-east-1:123456789012:stateMachine:m", ""},
		{"nonsense", "Invalid Arn: 'Invalid ARN prefix: nonsense'"},
		{"arn:aws:states", "Invalid Arn: 'Invalid ARN: arn:aws:states'"},
		{"arn:aws:lambda:r:1:stateMachine:m", "Invalid Arn: 'Invalid ARN: arn:aws:lambda:r:1:stateMachine:m'"},
		{"arn:aws:states:r:1:execution:m:e", "Invalid Arn: 'Resource type not valid in this context: execution'"},
	} {
		f := checkARN(c.text, "stateMachine")
		if f == nil && c.message != "" || f != nil && f.Message != c.message {
			t.Errorf("%s: %v", c.text, f)
		}
	}
}
