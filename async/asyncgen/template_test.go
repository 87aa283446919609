package asyncgen_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
)

// whole is a template in which nothing is missing for the job approval.
func whole(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func checkTemplate(t *testing.T, job async.Definition, template string) []string {
	t.Helper()
	problems, err := asyncgen.CheckTemplate(job, []byte(template))
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

func TestAWholeTemplateHasNoProblems(t *testing.T) {
	if problems := checkTemplate(t, jobs()[1], whole(t)); len(problems) > 0 {
		t.Error(strings.Join(problems, "\n"))
	}
}

func TestCheckTemplateNamesTheLineToAdd(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no function":     {"functions/activities/ship/", "elsewhere/", "CodeUri: functions/activities/ship/"},
		"short timeout":   {"Timeout: 45 # reserve", "Timeout: 40", "more than 40 and at most 50: write\n      Timeout: 50"},
		"long timeout":    {"Timeout: 45 # reserve", "Timeout: 51", "Timeout: 50"},
		"default timeout": {"Timeout: 45 # reserve", "MemorySize: 128", "has Timeout: 10"},
		"long fail":       {"Timeout: 20 # fail", "Timeout: 21", "Timeout: 20"},
		"no substitution": {"ShipFunctionArn: !Ref ShipFunction.Alias", "Other: x", "ShipFunctionArn: !Ref ShipFunction.Alias"},
		"no fail":         {"FailFunctionArn: !Ref FailFunction.Alias", "Other: x", "FailFunctionArn: !Ref FailFunction.Alias"},
		"no compensation": {"CompensateFunctionArn: !Ref CompensateFunction.Alias", "Other: x", "CompensateFunctionArn: !Ref CompensateFunction.Alias"},
		"no partition":    {"Partition: !Ref AWS::Partition", "Other: x", "Partition: !Ref AWS::Partition"},
		"may not invoke":  {"- !Ref ShipFunction.Alias", "- !Ref SubmitFunction.Alias", "- !Ref ShipFunction.Alias"},
		"may not answer":  {"[states:SendTaskSuccess, states:SendTaskHeartbeat]", "[states:SendTaskHeartbeat]", "Action: states:SendTaskSuccess"},
		"may not start":   {"Action: states:StartExecution", "Action: states:DescribeExecution", "Action: states:StartExecution"},
		"no callback":     {"functions/callback/", "elsewhere/", "add a function with CodeUri: functions/callback/"},
		"no machine":      {"AWS::Serverless::StateMachine", "AWS::SNS::Topic", "DefinitionUri: statemachine/approval.asl.json"},
		"orphan":          {"functions/reconcile/", "functions/activities/old/", "ReconcileFunction is of no activity"},
		"orphan ARN":      {"Partition: !Ref AWS::Partition", "Partition: aws\n        OldFunctionArn: x", "OldFunctionArn, which is of no activity"},
	} {
		template := whole(t)
		if !strings.Contains(template, c.old) {
			t.Fatalf("%s: the template has no %q", name, c.old)
		}
		problems := checkTemplate(t, jobs()[1], strings.ReplaceAll(template, c.old, c.new))
		if !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.want) }) {
			t.Errorf("%s: %q", name, problems)
		}
	}
	if _, err := asyncgen.CheckTemplate(jobs()[0], []byte("a: [")); err == nil {
		t.Error("what is no YAML is accepted")
	}
}

// A function may take its properties from another's: its own count first.
func TestMergesAreFollowed(t *testing.T) {
	const template = `
Resources:
  Base:
    Type: AWS::Serverless::Function
    Properties: &Base {CodeUri: functions/submit/, Timeout: 29, Policies: [{Statement: [{Action: states:StartExecution}]}]}
  Ship:
    Type: AWS::Serverless::Function
    Properties: {<<: *Base, CodeUri: functions/activities/ship/}
`
	problems := strings.Join(checkTemplate(t, jobs()[1], template), "\n")
	if strings.Contains(problems, "functions/submit/") || strings.Contains(problems, "activity ship has no function") ||
		!strings.Contains(problems, "Ship has Timeout: 29") {
		t.Error(problems)
	}
}

// The lines for a new stage are whole: what the template's other activities have,
// and the state machine's permission to call it, in one run.
func TestANewStageGetsWhatTheOthersHave(t *testing.T) {
	const template = `
Resources:
  FailFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/activities/fail/
      AutoPublishAliasAllProperties: true
      VersionDescription: &Version {Ref: Version}
      MemorySize: 256
      Timeout: 20
      Role: !GetAtt ActivityRole.Arn
      Layers: [a]
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: statemachine/approval.asl.json}
`
	problems := strings.Join(checkTemplate(t, jobs()[1], template), "\n")
	for _, want := range []string{
		`      CodeUri: functions/activities/ship/
      Timeout: 50
      AutoPublishAliasAllProperties: true
      VersionDescription: *Version
      MemorySize: 256
      Role: !GetAtt ActivityRole.Arn
      Layers: ... # as FailFunction has it`,
		"ShipFunctionArn: !Ref ShipFunction.Alias",
		"lambda:InvokeFunction\n    - !Ref ShipFunction.Alias",
	} {
		if !strings.Contains(problems, want) {
			t.Errorf("want %s in\n%s", want, problems)
		}
	}
}

// Where activities merge their properties, so does a new one.
func TestANewStageMergesAsTheOthersDo(t *testing.T) {
	const fail = `
Resources:
  FailFunction:
    Type: AWS::Serverless::Function
    Properties: &Activity {CodeUri: functions/activities/fail/, Timeout: 20, MemorySize: 256}
`
	const want = "CodeUri: functions/activities/ship/\n      Timeout: 50\n      <<: *Activity"
	if problems := strings.Join(checkTemplate(t, jobs()[1], fail), "\n"); !strings.Contains(problems, want) {
		t.Error(problems)
	}
	const reserve = "  ReserveFunction: {Type: AWS::Serverless::Function, Properties: {<<: *Activity, CodeUri: functions/activities/reserve/, Timeout: 50, Role: !GetAtt ReserveRole.Arn}}\n"
	if problems := strings.Join(checkTemplate(t, jobs()[1], fail+reserve), "\n"); !strings.Contains(problems, want+"\n      Role: !GetAtt ReserveRole.Arn") {
		t.Error(problems)
	}
}

func TestRolesOfOthersAreNotLookedAt(t *testing.T) {
	template := strings.ReplaceAll(whole(t), "Role: !GetAtt ProcessRole.Arn", "Role: arn:aws:iam::123456789012:role/process")
	if problems := checkTemplate(t, jobs()[1], template); len(problems) > 0 {
		t.Errorf("%q", problems)
	}
}

func TestGeneratedStateMachinesPassTheCheckOfHandWrittenOnes(t *testing.T) {
	for _, job := range jobs() {
		text, err := asyncgen.StateMachine(job)
		if err != nil {
			t.Fatal(err)
		}
		problems, err := asyncgen.CheckStateMachine(job, text)
		if err != nil || len(problems) > 0 {
			t.Errorf("%s: %v\n%s", job.Describe().Name, err, strings.Join(problems, "\n"))
		}
	}
}

// states edits the states of the generated state machine of the job approval.
func states(t *testing.T, edit func(machine, states map[string]any)) []string {
	t.Helper()
	text, err := asyncgen.StateMachine(jobs()[1])
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	edit(m, m["States"].(map[string]any))
	if text, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	problems, err := asyncgen.CheckStateMachine(jobs()[1], text)
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

func TestCheckStateMachineFindsWhatIsWrong(t *testing.T) {
	in := func(states map[string]any, name string) map[string]any { return states[name].(map[string]any) }
	for name, c := range map[string]struct {
		edit func(machine, states map[string]any)
		want string
	}{
		"a task is missing": {func(m, s map[string]any) {
			in(s, "Approval")["End"] = true
			delete(in(s, "Approval"), "Next")
			delete(s, "Ship")
		}, "no task calls activity ship: its Resource is ${ShipFunctionArn}"},
		"short timeout":  {func(m, s map[string]any) { in(s, "Ship")["TimeoutSeconds"] = 40 }, "Ship: TimeoutSeconds is 40, and stage Shipping needs at least 50"},
		"short lifetime": {func(m, s map[string]any) { m["TimeoutSeconds"] = 1800 }, "TimeoutSeconds is 1800: the stages with all retries may take"},
		"no heartbeat":   {func(m, s map[string]any) { delete(in(s, "Approval"), "HeartbeatSeconds") }, "HeartbeatSeconds is 0"},
		"no redrive": {func(m, s map[string]any) { delete(in(in(s, "Ship"), "Parameters"), "redrive.$") },
			`Ship: its Parameters lack "redrive.$": "$$.Execution.RedriveCount"`},
		"no token": {func(m, s map[string]any) { delete(in(in(in(s, "Approval"), "Parameters"), "Payload"), "token.$") },
			`Approval: its Parameters lack "token.$": "$$.Task.Token"`},
		"no error": {func(m, s map[string]any) { delete(in(in(s, "RecordFailure"), "Parameters"), "error.$") },
			`RecordFailure: its Parameters lack "error.$": "$.failure.Error"`},
		"more than needed": {func(m, s map[string]any) { in(in(s, "Ship"), "Parameters")["who.$"] = "$.who" }, `Ship: its Parameters have "who.$"`},
		"no catch":         {func(m, s map[string]any) { delete(in(s, "Ship"), "Catch") }, "Ship: no Catch of States.ALL"},
		"catch elsewhere": {func(m, s map[string]any) {
			in(s, "Ship")["Catch"] = []any{map[string]any{"ErrorEquals": []any{"States.ALL"}, "Next": "NothingToDo"}}
		}, "Ship: the Catch of States.ALL does not lead to RecordFailure"},
		"no quiet catch": {func(m, s map[string]any) {
			in(s, "Ship")["Catch"] = in(s, "Ship")["Catch"].([]any)[1:]
		}, "Ship: no Catch of Activity.Overtaken before that of States.ALL"},
		"no compensation": {func(m, s map[string]any) {
			in(s, "Ship")["Catch"].([]any)[0].(map[string]any)["Next"] = "NothingToDo"
		}, "Ship: the Catch of Activity.NotFound does not lead to Compensate"},
		"not waiting": {func(m, s map[string]any) { in(s, "Approval")["Resource"] = "arn:aws:states:::lambda:invoke" }, "Approval: a stage that waits has the Resource"},
		"wrapped": {func(m, s map[string]any) {
			reserve := in(s, "Reserve")
			reserve["Parameters"] = map[string]any{"FunctionName": reserve["Resource"], "Payload": reserve["Parameters"]}
			reserve["Resource"] = "arn:aws:states:::lambda:invoke"
		}, `Reserve: lambda:invoke wraps what the activity returns`},
		"other order": {func(m, s map[string]any) {
			m["StartAt"] = "Approval"
			in(s, "Approval")["Next"], in(s, "Reserve")["Next"], in(s, "RecordFailure")["Next"] = "Reserve", "Ship", "Approval"
		}, "Reserve follows Approval, and the job has these stages in another order"},
		"invalid": {func(m, s map[string]any) { in(s, "Ship")["Next"] = "Nowhere" }, "MISSING_TRANSITION_TARGET"},
		"in parallel": {func(m, s map[string]any) {
			ship := in(s, "Ship")
			delete(ship, "Catch")
			s["Ship"] = map[string]any{"Type": "Parallel", "End": true, "Branches": []any{map[string]any{"StartAt": "Inner", "States": map[string]any{"Inner": ship}}}}
		}, "Inner: activity ship runs inside a Parallel or Map"},
		"twice": {func(m, s map[string]any) {
			again := map[string]any{}
			for k, v := range in(s, "Reserve") {
				again[k] = v
			}
			s["Again"] = again
			in(s, "RecordFailure")["Next"] = "Again"
		}, "Again and Reserve both call activity reserve"},
	} {
		problems := states(t, c.edit)
		if !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.want) }) {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

// A branch around a stage and a task of the user's own are fine.
func TestCheckStateMachineAllowsBranches(t *testing.T) {
	problems := states(t, func(m, s map[string]any) {
		s["Reserve"].(map[string]any)["Next"] = "Own"
		s["Own"] = map[string]any{"Type": "Pass", "Next": "Small?"}
		s["Small?"] = map[string]any{"Type": "Choice", "Default": "Approval", "Choices": []any{map[string]any{"Variable": "$.ended", "BooleanEquals": true, "Next": "Ship"}}}
	})
	if len(problems) > 0 {
		t.Errorf("%q", problems)
	}
	if _, err := asyncgen.CheckStateMachine(jobs()[0], []byte("{")); err == nil {
		t.Error("what is no JSON is accepted")
	}
}

// report is a testing.TB that keeps the errors that it is given.
type report struct {
	testing.TB
	errors []string
}

func (r *report) Helper()           {}
func (r *report) Error(args ...any) { r.errors = append(r.errors, args[0].(string)) }

func TestCheckFindsWhatIsStale(t *testing.T) {
	job := jobs()[1]
	asl, err := asyncgen.StateMachine(job)
	if err != nil {
		t.Fatal(err)
	}
	openapi, err := asyncgen.OpenAPI(job, asyncgen.Info{})
	if err != nil {
		t.Fatal(err)
	}
	definition, properties, err := asyncgen.PowerPlatform(job, asyncgen.Info{})
	if err != nil {
		t.Fatal(err)
	}
	const connector = "connectors/power-platform/apiDefinition.swagger.json"
	project := func() fstest.MapFS {
		root := fstest.MapFS{
			"statemachine/approval.asl.json": {Data: asl}, "openapi.yaml": {Data: openapi}, "template.yaml": {Data: []byte(whole(t))},
			connector: {Data: definition}, "connectors/power-platform/apiProperties.json": {Data: properties},
		}
		for _, name := range []string{"reserve", "approval", "ship", "fail", "compensate"} {
			root["functions/activities/"+name+"/main.go"] = &fstest.MapFile{}
		}
		return root
	}
	for name, c := range map[string]struct {
		edit func(fstest.MapFS)
		want string
	}{
		"nothing":     {func(fstest.MapFS) {}, ""},
		"no template": {func(fs fstest.MapFS) { delete(fs, "template.yaml") }, ""},
		"CRLF": {func(fs fstest.MapFS) {
			fs["openapi.yaml"].Data = bytes.ReplaceAll(openapi, []byte("\n"), []byte("\r\n"))
		}, ""},
		"no ASL":       {func(fs fstest.MapFS) { delete(fs, "statemachine/approval.asl.json") }, "statemachine/approval.asl.json is missing: run go generate ./..."},
		"stale":        {func(fs fstest.MapFS) { fs["openapi.yaml"].Data = openapi[:len(openapi)-9] }, "is not what the job generates: run go generate ./..."},
		"connector":    {func(fs fstest.MapFS) { fs[connector].Data = definition[1:] }, connector + ":1: is not what the job generates: run go generate ./..."},
		"no main":      {func(fs fstest.MapFS) { delete(fs, "functions/activities/ship/main.go") }, `functions/activities/ship/main.go is missing; its main calls lambdamain.Stage(job, "Shipping")`},
		"no fail main": {func(fs fstest.MapFS) { delete(fs, "functions/activities/fail/main.go") }, "its main calls lambdamain.Fail(job)"},
		"orphan":       {func(fs fstest.MapFS) { fs["functions/activities/old/main.go"] = &fstest.MapFile{} }, "functions/activities/ has old, which is of no activity"},
		"template":     {func(fs fstest.MapFS) { fs["template.yaml"].Data = []byte("Resources: {}") }, "template.yaml: the template has no AWS::Serverless::StateMachine"},
	} {
		root, r := project(), &report{TB: t}
		c.edit(root)
		asyncgen.Check(r, job, root, asyncgen.Project{})
		found := slices.ContainsFunc(r.errors, func(e string) bool { return strings.Contains(e, c.want) })
		if c.want == "" && len(r.errors) > 0 || c.want != "" && !found {
			t.Errorf("%s: %q", name, r.errors)
		}
	}
}
