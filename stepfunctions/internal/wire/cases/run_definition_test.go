package cases_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

// runCreateError runs a case of kind create-error: a definition or a request
// that CreateStateMachine rejects.
func runCreateError(t *testing.T, c cases.Case) cases.Verdict {
	w := newFixture(t, cases.NewPlayback(c))
	in := &sfn.CreateStateMachineInput{
		Name: aws.String(machineName), Definition: aws.String(c.DefinitionOf()), RoleArn: aws.String(role), Type: types.StateMachineType(c.Type),
	}
	want := wantedError(c)
	if want.code == "StateMachineAlreadyExists" {
		// The recording's second creation: the first had another definition.
		_, err := w.create(t.Context(), c.Type, `{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}`)
		must(t, err)
	}
	if strings.Contains(want.message, "publish is true") {
		in.VersionDescription = aws.String("a description")
	}
	_, err := w.client.CreateStateMachine(t.Context(), in)
	return judgeError(c, want, err)
}

// wanted is the error of a recording.
type wanted struct{ code, message string }

// wantedError reads both forms: the service's error, and a client's exception
// with the sentence around it.
func wantedError(c cases.Case) wanted {
	if e, ok := c.Expected["Error"].(map[string]any); ok {
		code, _ := e["Code"].(string)
		message, _ := e["Message"].(string)
		return wanted{code, message}
	}
	code, _ := c.Expected["exception_typename"].(string)
	message, _ := c.Expected["exception_value"].(string)
	if _, after, ok := strings.Cut(message, " operation: "); ok {
		message = after
	}
	return wanted{code, message}
}

// judgeError compares errors. Texts of the recorder's own, where the service
// was not recorded, are known by their language; their code is all there is.
func judgeError(c cases.Case, want wanted, err error) cases.Verdict {
	api := smithy.APIError(nil)
	if !errors.As(err, &api) {
		if want.code == "ParamValidationError" {
			return cases.Verdict{Case: c, Result: cases.NotRun, Why: "the recorder's client refused it"}
		}
		return failed(c, "want "+want.code+": "+want.message+", got no error of the service but "+errorText(err))
	}
	if want.code == "ParamValidationError" && api.ErrorCode() == "ValidationException" {
		return cases.Verdict{Case: c, Result: cases.Passed}
	}
	got := wanted{api.ErrorCode(), strings.ReplaceAll(api.ErrorMessage(), machineName, "<ArnPart_0idx>")}
	if strings.HasPrefix(want.message, "Error=ValueError") {
		want.message, got.message = "", ""
	}
	if got != want {
		return failed(c, "want "+want.code+": "+want.message+"\n    got  "+got.code+": "+got.message)
	}
	return cases.Verdict{Case: c, Result: cases.Passed}
}

func errorText(err error) string {
	if err == nil {
		return "success"
	}
	return err.Error()
}

// runValidate runs a case of kind validate.
func runValidate(t *testing.T, c cases.Case) cases.Verdict {
	w := newFixture(t, cases.NewPlayback(c))
	out, err := w.client.ValidateStateMachineDefinition(t.Context(), &sfn.ValidateStateMachineDefinitionInput{
		Definition: aws.String(c.DefinitionOf()), Type: types.StateMachineType(c.Type),
	})
	if err != nil {
		return failed(c, err.Error())
	}
	return judge(c, c.Matcher().Diff(c.Expected, wireForm(out)))
}
