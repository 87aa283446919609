package stepfunctionstest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

// block returns the first block of README.md in a language.
func block(t *testing.T, language string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```"+language+"\n")
	found, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatalf("README.md has no block in %s", language)
	}
	return []byte(found)
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What a test can do about a definition is an option of its own, not a flag.
func TestAServiceWithoutMocksFailsTheTest(t *testing.T) {
	f := &fatal{TB: t}
	const want = "is not supported by itself: give it a mock (Options.Mocks; stepfunctions -write-mocks FILE makes such a file) or a stub (Options.Stubs) at /States/S/Resource"
	defer func() {
		if recover() != f || !strings.Contains(f.message, want) {
			t.Errorf("got %q", f.message)
		}
	}()
	stepfunctionstest.Start(f, stepfunctionstest.Options{}).StateMachine("m",
		`{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn":"t","Message":"m"},"End":true}}}`)
}

// TestTemplate runs the example on the files that README.md shows.
func TestTemplate(t *testing.T) {
	template, mocks := block(t, "yaml"), block(t, "json")
	t.Chdir(t.TempDir())
	write(t, "template.yaml", template)
	write(t, "mocks.json", mocks)
	testTemplate(t)
}

const substituted = `
Parameters: {Days: {Type: Number}}
Resources:
  Charge: {Type: AWS::Serverless::Function}
  Trial:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: trial.asl.json
      DefinitionSubstitutions: {ChargeArn: !GetAtt Charge.Arn, Seconds: !Ref Days, Topic: !Ref News}
  Report:
    Type: AWS::Serverless::StateMachine
    Properties: {Definition: {QueryLanguage: JSONata, StartAt: S, States: {S: {Type: Succeed}}}}
  News: {Type: AWS::SNS::Topic}
`

// Functions are called by the logical ids of the template, and parameters and
// substitutions are filled in. What cannot run is left out.
func TestTemplateWithSubstitutions(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "template.yaml", []byte(substituted))
	write(t, "trial.asl.json", []byte(`{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":${Seconds},"Next":"C"},"C":{"Type":"Task","Resource":"${ChargeArn}","Next":"N"},
		"N":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn":"${Topic}","Message":"m"},"ResultPath":null,"End":true}}}`))
	synctest.Test(t, func(t *testing.T) {
		e := stepfunctionstest.Start(t, stepfunctionstest.Options{
			Template: "template.yaml", Parameters: map[string]string{"Days": "86400"}, Stubs: true,
			Functions: map[string]stepfunctionstest.Function{"Charge": func(context.Context, []byte) ([]byte, error) { return []byte(`"paid"`), nil }},
		})
		s, err := e.Engine.StartExecution(t.Context(), stepfunctions.StartExecution{MachineARN: e.StateMachineARN("Trial")})
		if err != nil {
			t.Fatal(err)
		}
		if x := e.Wait(s.ARN); string(x.Output) != `"paid"` || x.Stopped.Sub(x.Started).Hours() != 24 {
			t.Errorf("%s %s in %v: %s", x.Status, x.Output, x.Stopped.Sub(x.Started), x.Cause)
		}
		if machines := e.Engine.StateMachines(); len(machines) != 1 {
			t.Errorf("%d state machines, want Trial alone", len(machines))
		}
	})
}

// fatal is a test whose fatal error is kept.
type fatal struct {
	testing.TB
	message string
}

func (f *fatal) Fatal(args ...any) {
	f.message = args[0].(error).Error()
	panic(f)
}

func TestMistakesInATemplateFailTheTest(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "template.yaml", []byte(substituted))
	write(t, "trial.asl.json", []byte(`{}`))
	f := &fatal{TB: t}
	defer func() {
		if recover() != f || f.message != "template.yaml: parameters without a value, or with one that is kept on AWS: it needs Options.Parameters Days=VALUE" {
			t.Errorf("got %q", f.message)
		}
	}()
	stepfunctionstest.Start(f, stepfunctionstest.Options{Template: "template.yaml"})
}
