package interp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// Long errors are cut where they are returned, and whole where they are caught.
func TestLongErrors(t *testing.T) {
	name, cause := strings.Repeat("é", 300), strings.Repeat("ü", 40_000)
	failing := script{"A": {bad(name, cause)}}
	p := start(t, one(`{"Type":"Task",`+function+`,"End":true}`), "{}", failing)
	if end := p.end(t); end.Error != strings.Repeat("é", 256) || end.Cause != strings.Repeat("ü", 32_768) {
		t.Errorf("ended with %d and %d bytes", len(end.Error), len(end.Cause))
	}
	for _, e := range p.events {
		if cause, ok := e.Details["cause"].(string); ok && len(cause) != 2*32_768 {
			t.Errorf("%s has a cause of %d bytes", e.Type, len(cause))
		}
	}
	specCase{
		definition: one(`{"Type":"Task",` + function + `,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"End":true}`), script: script{"A": {bad(name, cause)}},
		output: `{"Error":"` + name + `","Cause":"` + cause + `"}`,
	}.run(t)
}

func TestCatching(t *testing.T) {
	catch := func(names, more string) string {
		return one(`{"Type":"Task",` + function + `,"Catch":[{"ErrorEquals":[` + names + `],"Next":"Z"` + more + `}],"End":true}`)
	}
	caught := func(name, cause string) string { return fmt.Sprintf(`{"Error":%q,"Cause":%q}`, name, cause) }
	runAll(t, []specCase{
		{name: "by name", definition: catch(`"X","E"`, ""), script: script{"A": {bad("E", "c")}}, output: caught("E", "c")},
		{name: "ALL", definition: catch(`"States.ALL"`, ""), script: script{"A": {bad("E", "")}}, output: caught("E", "")},
		{name: "TaskFailed", definition: catch(`"States.TaskFailed"`, ""), script: script{"A": {bad("E", "c")}}, output: caught("E", "c")},
		{name: "TaskFailed is no timeout", definition: catch(`"States.TaskFailed"`, ""), script: script{"A": {bad("States.Timeout", "")}}, error: "States.Timeout"},
		{name: "Timeout is a heartbeat's too", definition: catch(`"States.Timeout"`, ""), script: script{"A": {bad("States.HeartbeatTimeout", "")}}, output: caught("States.HeartbeatTimeout", "")},
		{name: "another name", definition: catch(`"X"`, ""), script: script{"A": {bad("E", "c")}}, error: "E", cause: "c"},
		{name: "into the input", definition: catch(`"E"`, `,"ResultPath":"$.error"`), input: `{"a":1}`, script: script{"A": {bad("E", "c")}}, output: `{"a":1,"error":` + caught("E", "c") + `}`},
		{name: "dropping the error", definition: catch(`"E"`, `,"ResultPath":null`), input: `{"a":1}`, script: script{"A": {bad("E", "c")}}, output: `{"a":1}`},
		{name: "Runtime is never caught", definition: one(`{"Type":"Task",` + function + `,"Parameters":{"a.$":"$.no"},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"End":true}`), error: "States.Runtime"},
		{name: "ResultPathMatchFailure is caught", definition: one(`{"Type":"Task",` + function + `,"ResultPath":"$.a.b","Catch":[{"ErrorEquals":["States.ALL"],"Next":"Y"}],"End":true}`),
			input: `{"a":1}`, script: script{"A": {ok("1")}}, output: `"Y"`},
		{name: "assigning", definition: `{"StartAt":"A","States":{"A":{"Type":"Task",` + function + `,"Catch":[{"ErrorEquals":["E"],"Assign":{"cause.$":"$.Cause"},"Next":"B"}],"End":true},"B":{"Type":"Pass","Parameters":{"c.$":"$cause"},"End":true}}}`,
			script: script{"A": {bad("E", "why")}}, output: `{"c":"why"}`},
	})
}

func TestRetrying(t *testing.T) {
	retry := func(retriers string) string {
		return one(`{"Type":"Task",` + function + `,"Retry":[` + retriers + `],"End":true}`)
	}
	runAll(t, []specCase{
		{name: "three attempts by default", definition: retry(`{"ErrorEquals":["E"]}`), script: script{"A": {bad("E", "1"), bad("E", "2"), bad("E", "3"), ok("4")}}, output: "4"},
		{name: "and no more", definition: retry(`{"ErrorEquals":["E"]}`), script: script{"A": {bad("E", "1"), bad("E", "2"), bad("E", "3"), bad("E", "4"), ok("5")}}, error: "E", cause: "4"},
		{name: "none", definition: retry(`{"ErrorEquals":["E"],"MaxAttempts":0}`), script: script{"A": {bad("E", "1")}}, error: "E"},
		{name: "each retrier counts for itself", definition: retry(`{"ErrorEquals":["E"],"MaxAttempts":1},{"ErrorEquals":["F"],"MaxAttempts":1}`),
			script: script{"A": {bad("E", "1"), bad("F", "2"), ok("3")}}, output: "3"},
		{name: "the first that matches decides", definition: retry(`{"ErrorEquals":["E"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]}`), script: script{"A": {bad("E", "1")}}, error: "E"},
		{name: "then it is caught", definition: one(`{"Type":"Task",` + function + `,"Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Y"}],"End":true}`),
			script: script{"A": {bad("E", "1"), bad("E", "2")}}, output: `"Y"`},
		{name: "RetryCount", definition: one(`{"Type":"Task",` + function + `,"Parameters":{"n.$":"$$.State.RetryCount"},"ResultSelector":{"n.$":"$$.State.RetryCount"},"Retry":[{"ErrorEquals":["E"]}],"End":true}`),
			script: script{"A": {bad("E", "1"), bad("E", "2"), ok("0")}}, output: `{"n":2}`},
		{name: "Parallel starts again", definition: one(`{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Task",` + function + `,"End":true}}},{"StartAt":"C","States":{"C":{"Type":"Task",` + function + `,"End":true}}}],"Retry":[{"ErrorEquals":["E"]}],"End":true}`),
			script: script{"B": {bad("E", "1"), ok("2")}, "C": {ok("3"), ok("4")}}, output: "[2,4]"},
		{name: "Map starts again", definition: one(`{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Task",` + function + `,"End":true}}},"Retry":[{"ErrorEquals":["E"]}],"End":true}`),
			input: `[1,2]`, script: script{"B": {ok("1"), bad("E", "2"), ok("3"), ok("4")}}, output: "[3,4]"},
	})
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		retrier asl.Retrier
		retries int64
		want    float64
	}{
		{asl.Retrier{IntervalSeconds: 1, BackoffRate: 2}, 0, 1},
		{asl.Retrier{IntervalSeconds: 3, BackoffRate: 2}, 2, 12},
		{asl.Retrier{IntervalSeconds: 3, BackoffRate: 1.5}, 1, 4.5},
		{asl.Retrier{IntervalSeconds: 3, BackoffRate: 2, MaxDelaySeconds: 5}, 1, 5},
		{asl.Retrier{IntervalSeconds: 1, BackoffRate: 10}, 400, 99_999_999},
		{asl.Retrier{IntervalSeconds: 0, BackoffRate: 10}, 400, 0},
	} {
		if got := interp.Backoff(&c.retrier, c.retries); got != c.want {
			t.Errorf("%+v after %d retries: %v, want %v", c.retrier, c.retries, got, c.want)
		}
	}
}

// TestRetryTimes follows the clock through retries with and without jitter.
func TestRetryTimes(t *testing.T) {
	at := func(jitter string) []time.Duration {
		p := start(t, one(`{"Type":"Task",`+function+`,"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":10,"MaxAttempts":3,"MaxDelaySeconds":25`+jitter+`}],"End":true}`),
			"{}", script{"A": {bad("E", ""), bad("E", ""), bad("E", ""), ok("1")}})
		begin := p.now
		p.end(t)
		var out []time.Duration
		for _, e := range p.events {
			if e.Type == "LambdaFunctionScheduled" {
				out = append(out, e.At.Sub(begin))
			}
		}
		return out
	}
	if got := fmt.Sprint(at("")); got != "[0s 10s 30s 55s]" {
		t.Error(got)
	}
	jittered := at(`,"JitterStrategy":"FULL"`)
	for i, most := range []time.Duration{0, 10, 20, 25} {
		if i > 0 && (jittered[i] <= jittered[i-1] || jittered[i]-jittered[i-1] > most*time.Second) {
			t.Errorf("attempt %d at %v after %v", i, jittered[i], jittered[i-1])
		}
	}
	if fmt.Sprint(jittered) != fmt.Sprint(at(`,"JitterStrategy":"FULL"`)) {
		t.Error("the same seed gives another jitter")
	}
}

func TestTimeouts(t *testing.T) {
	task := func(more string) string { return one(`{"Type":"Task",` + function + more + `,"End":true}`) }
	runAll(t, []specCase{
		{name: "timeout", definition: task(`,"TimeoutSeconds":5`), error: "States.Timeout"},
		{name: "timeout by path", definition: task(`,"TimeoutSecondsPath":"$.t"`), input: `{"t":5}`, error: "States.Timeout"},
		{name: "timeout by path that is no number", definition: task(`,"TimeoutSecondsPath":"$.t"`), input: `{"t":"x"}`, error: "States.Runtime", cause: `The TimeoutSecondsPath field refers to value "x" which is not a valid integer: $.t`},
		{name: "timeout by path that is not positive", definition: task(`,"TimeoutSecondsPath":"$.t"`), input: `{"t":0}`, error: "States.Runtime", cause: "not a positive integer"},
		{name: "timeout by path at its bound", definition: task(`,"TimeoutSecondsPath":"$.t"`), input: `{"t":99999999}`, script: script{"A": {ok("1")}}, output: "1"},
		{name: "timeout by path beyond it", definition: task(`,"TimeoutSecondsPath":"$.t"`), input: `{"t":100000000}`, error: "States.Runtime", cause: `The TimeoutSecondsPath field refers to value "100000000" which is greater than 99999999: $.t`},
		{name: "the longest number", definition: task(`,"TimeoutSecondsPath":"$.t"`), input: `{"t":9223372036854775807}`, error: "States.Runtime", cause: "greater than 99999999"},
		{name: "heartbeat by path", definition: task(`,"TimeoutSecondsPath":"$.t","HeartbeatSecondsPath":"$.h"`), input: `{"t":9,"h":8}`, error: "States.HeartbeatTimeout"},
		{name: "heartbeat by path beyond its bound", definition: task(`,"HeartbeatSecondsPath":"$.h"`), input: `{"h":10000000000}`, error: "States.Runtime", cause: `The HeartbeatSecondsPath field refers to value "10000000000" which is greater than 99999999: $.h`},
		{name: "heartbeat by path as long as the timeout", definition: task(`,"TimeoutSecondsPath":"$.t","HeartbeatSecondsPath":"$.h"`), input: `{"t":5,"h":5}`, error: "States.Runtime", cause: "The heartbeat of 5 seconds must be smaller than the timeout of 5 seconds."},
		{name: "heartbeat by path above a written timeout", definition: task(`,"TimeoutSeconds":5,"HeartbeatSecondsPath":"$.h"`), input: `{"h":6}`, error: "States.Runtime", cause: "must be smaller"},
		{name: "heartbeat above a timeout by path", definition: task(`,"TimeoutSecondsPath":"$.t","HeartbeatSeconds":9`), input: `{"t":5}`, error: "States.Runtime", cause: "must be smaller"},
		{name: "heartbeat", definition: task(`,"TimeoutSeconds":9,"HeartbeatSeconds":5`), error: "States.HeartbeatTimeout"},
		{name: "retried", definition: task(`,"TimeoutSeconds":5,"Retry":[{"ErrorEquals":["States.Timeout"]}]`), script: script{"A": {silent, ok("1")}}, output: "1"},
	})
	o := start(t, `{"TimeoutSeconds":30,`+task(``)[1:], "{}", nil)
	if got := o.end(t); got.Status != interp.StatusTimedOut || o.now.Sub(o.inputs[0].At) != 30*time.Second {
		t.Errorf("%+v after %v", got, o.now.Sub(o.inputs[0].At))
	}
	if last := o.events[len(o.events)-1]; !strings.HasSuffix(o.types(), "LambdaFunctionStarted ExecutionTimedOut") ||
		last.Previous != 0 || fmt.Sprint(last.Details) != "map[error:States.Timeout]" {
		t.Errorf("%s, the last one is %+v", o.types(), last)
	}
	if got := o.run.Outcome(); got.Error != "" || got.Cause != "" {
		t.Errorf("the execution ended with %q %q", got.Error, got.Cause)
	}
}

// The start of a function is its call, which may have to wait for others.
func TestFunctionsStartWhenTheyAreCalled(t *testing.T) {
	definition := one(`{"Type":"Task",` + function + `,"TimeoutSeconds":5,"End":true}`)
	for _, c := range []struct {
		name   string
		inputs []interp.InputKind
		want   string
	}{
		{"not called", []interp.InputKind{interp.TimerFired}, "LambdaFunctionScheduled LambdaFunctionTimedOut ExecutionFailed"},
		{"called", []interp.InputKind{interp.TaskStarted, interp.TimerFired}, "LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionTimedOut ExecutionFailed"},
		{"called again after a restart", []interp.InputKind{interp.TaskStarted, interp.TaskStarted, interp.TaskSucceeded}, "LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded"},
		{"called, which was not kept", []interp.InputKind{interp.TaskSucceeded}, "LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded"},
	} {
		var types []string
		r := interp.New(parse(t, definition), sampleInfo, interp.WithHistory(func(e interp.Event) { types = append(types, e.Type) }))
		at := time.Unix(1_700_000_000, 0).UTC()
		r.Apply(interp.Input{Kind: interp.Started, At: at, Output: []byte("{}")})
		tasks, timers := r.Outstanding()
		for i, kind := range c.inputs {
			in := interp.Input{Kind: kind, At: at, Ref: tasks[0].Ref, Output: []byte("1")}
			if kind == interp.TimerFired {
				in.Ref = timers[0].Ref
			}
			if again := i > 0 && kind == c.inputs[i-1]; r.Accepts(in) == again {
				t.Errorf("%s: input %d is accepted %v", c.name, i, !again)
			}
			r.Apply(in)
		}
		if got := strings.Join(types[2:], " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestHeartbeatsKeepATaskAlive(t *testing.T) {
	p := start(t, one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"TimeoutSeconds":100,"HeartbeatSeconds":10,"End":true}`), "{}", nil)
	tasks, _ := p.run.Outstanding()
	for range 5 {
		p.now = p.now.Add(9 * time.Second)
		p.apply(interp.Input{Kind: interp.TaskHeartbeat, Ref: tasks[0].Ref})
	}
	if _, timers := p.run.Outstanding(); len(timers) != 2 || !timers[1].At.Equal(p.now.Add(10*time.Second)) {
		t.Fatalf("timers %v at %v", timers, p.now)
	}
	for range 2 { // the second time is a repetition after a crash
		p.apply(interp.Input{Kind: interp.TaskSubmitted, Ref: tasks[0].Ref, Output: []byte("null")})
	}
	p.apply(interp.Input{Kind: interp.TaskSucceeded, Ref: tasks[0].Ref, Output: []byte(`"done"`)})
	if o := p.end(t); string(o.Output) != `"done"` {
		t.Errorf("%+v", o)
	}
	if want := "ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskSubmitted TaskSucceeded TaskStateExited ExecutionSucceeded"; p.types() != want {
		t.Error(p.types())
	}
}
