package personal_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/internal/personal"
)

const talk = `{"speaker":{"name":"Ada Lovelace","email":"ada@example.org","bio":"Wrote \"programs\"","country":"GB"},
	"title":"Notes","description":"On\nthe engine","track":"History"}`

func TestFind(t *testing.T) {
	values, err := personal.Values(talk)
	if err != nil || len(values) != 5 || slices.Contains(values, "History") {
		t.Fatalf("got %q, %v", values, err)
	}
	id := async.NewSecret()
	for line, want := range map[string]bool{
		`level=INFO msg=accepted submission=` + async.LogID(id): false,
		`level=INFO msg=accepted submissionId=` + id:            true,
		`{"msg":"accepted","submissionId":"` + id + `"}`:        true,
		`{"path":"/api/status/` + id + `?failureStatus=409"}`:   true,
		`{"error":"no such execution: x:` + id + `"}`:           true,
		`level=INFO msg=accepted track=History`:                 false,
		`{"error":"no such address: ada@example.org"}`:          true,
		`{"panic":"Wrote \"programs\""}`:                        true,
		`{"panic":"On\nthe engine"}`:                            true,
		`cannot call arn:aws:states:us-east-1:1:x`:              true,
		`level=INFO msg="state machine created" arn=arn:aws:states:us-east-1:1:stateMachine:x alias=arn:aws:states:us-east-1:1:stateMachine:x:live`: false,
		`level=INFO msg="state machine created" arn=arn:aws:states:us-east-1:1:execution:x:y`:                                                       true,
		`level=INFO msg="state machine is odd" arn=arn:aws:states:us-east-1:1:stateMachine:x`:                                                       true,
	} {
		if got := len(personal.Find("first\n"+line+"\nlast\n", values)) == 1; got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
	if _, err := personal.Values("no JSON"); err == nil {
		t.Error("anything is a presentation")
	}
}

func TestWatchGathers(t *testing.T) {
	dir := t.TempDir()
	suite := filepath.Join(dir, "suite")
	if err := os.Mkdir(suite, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv(personal.EnvLogs, suite)
	t.Run("inner", func(t *testing.T) {
		if _, err := personal.Watch(t, talk).Write([]byte("level=INFO msg=hello\n")); err != nil {
			t.Fatal(err)
		}
	})
	logs, values, err := personal.Gathered(dir)
	if err != nil || len(values) != 5 || !strings.Contains(logs["personal.test/TestWatchGathers/inner"], "hello") {
		t.Errorf("got %v, %q, %v", logs, values, err)
	}
}

// Every line that the suites have logged, against every value that any of them
// has submitted.
func TestNoSuiteLogsAnythingPersonal(t *testing.T) {
	dir := os.Getenv("PERSONAL_LOGS_GATHERED")
	if dir == "" {
		t.Skip("NOT RUN: PERSONAL_LOGS_GATHERED is not set; make test-logs sets it")
	}
	logs, values, err := personal.Gathered(dir)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for test, log := range logs {
		suite, _, _ := strings.Cut(test, "/")
		lines[suite] += strings.Count(log, "\n")
		for _, line := range personal.Find(log, values) {
			t.Errorf("%s logs: %s", test, line)
		}
	}
	slices.Sort(values)
	t.Logf("lines by suite: %v; %d values", lines, len(slices.Compact(values)))
	for _, suite := range []string{"apigateway.test", "local.test", "awsharness.test"} {
		if lines[suite] == 0 {
			t.Errorf("nothing of %s is gathered", suite)
		}
	}
}
