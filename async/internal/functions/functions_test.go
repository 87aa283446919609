package functions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/internal/lambdahost"
)

// errand is an input that says what its stage does.
type errand struct {
	Does string `json:"does"`
}

type run = async.Run[errand, async.None]

var unplayable = async.Failure{Code: "Unplayable", Message: "It cannot be played."}

func job() async.Job[errand, async.None] {
	return async.Job[errand, async.None]{
		Name: "errands",
		Stages: []async.Stage[errand, async.None]{{
			Name: "Walking", Activity: "walk", Message: "At work.", Do: walk, Ends: []async.End{{Outcome: "Lost", Message: "It is lost."}},
		}, {
			Name: "Asking", Activity: "ask", Message: "Waiting.", Wait: async.WaitFor(
				func(context.Context, *run, async.Callback) error { return nil },
				func(context.Context, *run, struct{}) (async.Outcome, error) { return async.Continue, nil }),
		}},
		Done:       async.End{Outcome: "Done", Message: "It is done."},
		Failures:   []async.Failure{unplayable},
		Compensate: func(context.Context, *run) error { return nil },
	}
}

func walk(_ context.Context, r *run) (async.Outcome, error) {
	switch r.Input.Does {
	case "fails":
		return async.Continue, fmt.Errorf("%w: ada@example.org", unplayable)
	case "errs":
		return async.Continue, errors.New("ada@example.org")
	case "throttles":
		return async.Continue, async.ErrThrottled
	case "panics":
		panic("ada@example.org")
	case "gets lost":
		return "Lost", nil
	}
	return async.Continue, nil
}

// bench is a fixture in memory, with one submission of the id "id".
type bench struct {
	store     asynctest.Store
	workflows asynctest.Workflows
	log       bytes.Buffer
}

func newBench(does string) *bench {
	b := &bench{}
	b.put("id", does)
	return b
}

func (b *bench) put(id, does string) {
	now := time.Now().UTC()
	input, _ := json.Marshal(errand{does})
	err := b.store.Create(context.Background(), async.Record{
		ID: id, Job: "errands", State: async.State{Status: api.NotStarted, CustomStatus: "Received"},
		Created: now, Updated: now, Deadline: now.Add(time.Hour), Expires: now.Add(time.Hour),
	}, input)
	if err != nil {
		panic(err) // the records are made here
	}
}

func (b *bench) config() functions.Config {
	return functions.Config{
		Job: job(), Store: &b.store, Workflows: &b.workflows, Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		Settings: functions.Settings{BaseURL: "https://api.example.org", Retention: 1000 * time.Hour},
	}
}

func (b *bench) handler(t *testing.T, function string) lambda.Handler {
	t.Helper()
	all, err := functions.All(b.config())
	if err != nil || all[function] == nil {
		t.Fatalf("%s: %v", function, err)
	}
	return all[function]
}

func (b *bench) record(t *testing.T) async.Record {
	t.Helper()
	r, err := b.store.Get(t.Context(), "id")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestActivitiesUseTheStateMachinesJSON(t *testing.T) {
	b := newBench("gets lost")
	for range 2 {
		out, err := b.handler(t, "walk").Invoke(t.Context(), []byte(`{"id":"id","redrive":0}`))
		if err != nil || string(out) != `{"id":"id","ended":true,"decision":"rejected"}` {
			t.Errorf("%s, %v", out, err)
		}
	}
	if r := b.record(t); r.CustomStatus != "Lost" || r.Status != api.Succeeded {
		t.Errorf("%+v", r.State)
	}
}

func TestFailUsesTheStateMachinesJSON(t *testing.T) {
	b := newBench("")
	event := `{"id":"id","redrive":0,"failedIn":0,"error":"States.Timeout"}`
	_, err := b.handler(t, functions.Fail).Invoke(t.Context(), []byte(event))
	if failure, ok := err.(messages.InvokeResponse_Error); !ok || failure.Type != async.Failed {
		t.Errorf("the execution would go on: %v", err)
	}
	if r := b.record(t); r.Status != api.Failed || r.Error == nil || r.Error.Code != api.CodeTimedOut {
		t.Errorf("%+v, %+v", r.State, r.Error)
	}
	if out, err := b.handler(t, functions.Compensate).Invoke(t.Context(), []byte(`{"id":"id"}`)); err != nil {
		t.Errorf("nothing is to be undone: %s, %v", out, err)
	}
}

// executionEvent is the event as EventBridge delivers it.
func executionEvent(name, status, more string) []byte {
	return []byte(`{"version":"0","id":"e","detail-type":"Step Functions Execution Status Change","source":"aws.states",
		"account":"123456789012","time":"2026-03-01T12:00:00Z","region":"us-east-1","resources":["arn"],
		"detail":{"executionArn":"arn","stateMachineArn":"arn","name":"` + name + `","status":"` + status + `","startDate":1,
		"stopDate":2,"input":"{\"id\":\"id\"}","output":null` + more + `}}`)
}

// An event is believed, where it says enough; otherwise the workflow service is asked.
func TestReconcile(t *testing.T) {
	for name, tt := range map[string]struct {
		status, more string
		asked        int
		want         api.Status
		code         string
	}{
		"timed out":        {"TIMED_OUT", `,"redriveCount":0`, 0, api.Failed, api.CodeTimedOut},
		"failed":           {"FAILED", `,"redriveCount":0`, 0, api.Failed, api.CodeProcessFailed},
		"aborted":          {"ABORTED", `,"redriveCount":0`, 0, api.Canceled, ""},
		"redriven":         {"RUNNING", `,"redriveCount":1`, 0, api.Running, ""},
		"without a count":  {"FAILED", "", 1, api.Canceled, ""},
		"a status unknown": {"PENDING_REDRIVE", `,"redriveCount":1`, 1, api.Canceled, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench("")
			b.workflows.Set("id", async.Execution{Status: api.Canceled})
			if _, err := b.handler(t, functions.Reconcile).Invoke(t.Context(), executionEvent("id", tt.status, tt.more)); err != nil {
				t.Fatal(err)
			}
			r := b.record(t)
			if r.Status != tt.want || (r.Error == nil) != (tt.code == "") || r.Error != nil && r.Error.Code != tt.code || b.workflows.Asked() != tt.asked {
				t.Errorf("%+v, asked %d times", r.State, b.workflows.Asked())
			}
		})
	}
}

// The workflow service's answer may be behind the event: the event has to come again.
func TestReconcileBehindTheEvent(t *testing.T) {
	b := newBench("")
	h := b.handler(t, functions.Reconcile)
	b.workflows.Set("id", async.Execution{Status: api.Running})
	if _, err := h.Invoke(t.Context(), executionEvent("id", "FAILED", "")); err == nil || strings.Contains(err.Error(), "id\"") {
		t.Errorf("an event that the service knows nothing of is taken for done: %v", err)
	}
	b.workflows.Set("id", async.Execution{Status: api.Failed})
	if _, err := h.Invoke(t.Context(), executionEvent("id", "FAILED", "")); err != nil || b.record(t).Status != api.Failed {
		t.Errorf("the repeated event: %v, %+v", err, b.record(t).State)
	}
}

// ending is a workflow service that lists what has ended.
type ending struct {
	asynctest.Workflows
	ended map[string]async.Execution
	since time.Time
	pages int
}

func (e *ending) Ended(_ context.Context, since time.Time, pages int, found func(string, async.Execution) error) error {
	e.since, e.pages = since, pages
	var errs []error
	for id, x := range e.ended {
		errs = append(errs, found(id, x))
	}
	return errors.Join(errs...)
}

// sweep is the schedule's event.
var sweep = []byte(`{"sweep":true}`)

// A sweep finds the end that a lost event would have announced, and reads no
// record where nothing has ended.
func TestSweep(t *testing.T) {
	b := newBench("")
	c, lister := b.config(), &ending{}
	c.Workflows = lister
	h, err := functions.NewReconcile(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invoke(t.Context(), sweep); err != nil || b.record(t).Status != api.NotStarted {
		t.Errorf("nothing has ended: %v, %+v", err, b.record(t).State)
	}
	lister.ended = map[string]async.Execution{"id": {Status: api.Failed, TimedOut: true}, "another": {Status: api.Canceled}}
	if _, err := h.Invoke(t.Context(), sweep); err != nil || b.record(t).Status != api.Failed || b.record(t).Error.Code != api.CodeTimedOut {
		t.Errorf("%v, %+v", err, b.record(t).State)
	}
	if age := time.Since(lister.since); age < time.Hour || age > 24*time.Hour {
		t.Errorf("it looks %v back", age)
	}
	if lister.pages == 0 {
		t.Error("a sweep reads without a bound")
	}
}

// Each end is announced as the list of completions has it, and what has not ended
// is not. An end that cannot be announced comes again.
func TestEndsAreAnnounced(t *testing.T) {
	for name, tt := range map[string]struct {
		id, status string
		want       []api.Status
	}{
		"succeeded":      {"done", "SUCCEEDED", []api.Status{api.Succeeded}},
		"failed":         {"id", "FAILED", []api.Status{api.Failed}},
		"canceled":       {"id", "ABORTED", []api.Status{api.Canceled}},
		"lost":           {"id", "SUCCEEDED", []api.Status{api.Failed}},
		"it runs":        {"id", "RUNNING", nil},
		"never accepted": {"another", "FAILED", nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench("")
			b.put("done", "")
			_, err := b.store.Advance(t.Context(), "done", async.Change{
				State: &async.State{Status: api.Succeeded, CustomStatus: "Done", Rank: async.RankEnded}, Stage: "walk", Outcome: "Done", Result: json.RawMessage(`"secret"`),
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []api.Submission
			var fault error
			c := b.config()
			c.Ended = func(_ context.Context, s api.Submission) error { got = append(got, s); return fault }
			h, err := functions.NewReconcile(c)
			if err != nil {
				t.Fatal(err)
			}
			event := executionEvent(tt.id, tt.status, `,"redriveCount":0`)
			if _, err := h.Invoke(t.Context(), event); err != nil {
				t.Fatal(err)
			}
			var statuses []api.Status
			for _, s := range got {
				statuses = append(statuses, s.Status)
				if url := s.ResultURL; s.Result != nil || (url == "https://api.example.org/api/result/done") != (s.Status == api.Succeeded) {
					t.Errorf("got %+v", s)
				}
			}
			if !slices.Equal(statuses, tt.want) {
				t.Errorf("got %v, want %v", statuses, tt.want)
			}
			fault = errors.New("the bus is down")
			if _, err := h.Invoke(t.Context(), event); (err != nil) != (len(tt.want) > 0) {
				t.Errorf("an end that was not announced: %v", err)
			}
		})
	}
}

// A sweep announces what no event has: ends that were not recorded.
func TestSweepAnnounces(t *testing.T) {
	b := newBench("")
	c, announced := b.config(), 0
	c.Workflows = &ending{ended: map[string]async.Execution{"id": {Status: api.Failed}}}
	c.Ended = func(context.Context, api.Submission) error { announced++; return nil }
	h, err := functions.NewReconcile(c)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := h.Invoke(t.Context(), sweep); err != nil || announced != 1 {
			t.Errorf("announced %d times, %v", announced, err)
		}
	}
}

// What an alarm on a new version subtracts from the errors of its functions.
func TestExpectedErrorsAreCounted(t *testing.T) {
	for does, want := range map[string]bool{"fails": true, "errs": false, "throttles": false, "panics": false, "works": false} {
		b := newBench(does)
		c := b.config()
		c.Stack, c.Function, c.Version = "talks", "walk-function", "7"
		c.Log = slog.New(slog.NewJSONHandler(&b.log, nil))
		h, err := functions.NewStage(c, "walk")
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Invoke(t.Context(), []byte(`{"id":"id"}`))
		if got := strings.Contains(b.log.String(), `"ExpectedErrors":1`); got != want || want && (err == nil || !strings.Contains(b.log.String(), `"version":"7"`)) {
			t.Errorf("%s: %v, %s", does, err, &b.log)
		}
	}
	b := newBench("")
	c := b.config()
	c.Stack, c.Log = "talks", slog.New(slog.NewJSONHandler(&b.log, nil))
	h, err := functions.NewFail(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invoke(t.Context(), []byte(`{"id":"id","error":"Unplayable"}`)); err == nil || !strings.Contains(b.log.String(), `"ExpectedErrors":1`) {
		t.Errorf("a recorded failure: %v, %s", err, &b.log)
	}
}

func TestReconcileOfWhatIsNotThere(t *testing.T) {
	h := newBench("").handler(t, functions.Reconcile)
	if _, err := h.Invoke(t.Context(), executionEvent("another", "FAILED", `,"redriveCount":0`)); err != nil {
		t.Errorf("an execution without a record: %v", err)
	}
	if _, err := h.Invoke(t.Context(), []byte(`{"detail":{}}`)); err == nil {
		t.Error("an event without a name is accepted")
	}
}

func TestHandlersNeedWhatTheyUse(t *testing.T) {
	for about, spoil := range map[string]func(*functions.Config){
		"no store":                     func(c *functions.Config) { c.Store = nil },
		"a retention below a lifetime": func(c *functions.Config) { c.Retention = time.Hour },
		"no base URL for a callback":   func(c *functions.Config) { c.BaseURL = "" },
		"no workflows for a wait":      func(c *functions.Config) { c.Workflows = nil },
	} {
		c := newBench("").config()
		spoil(&c)
		if _, err := functions.NewStage(c, "ask"); err == nil {
			t.Errorf("%s: the stage is made all the same", about)
		}
		if _, err := functions.All(c); err == nil {
			t.Errorf("%s: all are made all the same", about)
		}
	}
	c := newBench("").config()
	for _, name := range []string{"ask", "Asking"} {
		if _, err := functions.NewStage(c, name); err != nil {
			t.Error(err)
		}
	}
	if _, err := functions.NewStage(c, "unknown"); err == nil {
		t.Error("an activity without a stage is made")
	}
}

// Responses share no memory, neither those to the state machine nor those to
// clients: they are compared when others have been made, see handler.
func TestResponsesShareNoMemory(t *testing.T) {
	for function, tt := range map[string]struct{ event, want string }{
		"walk":                    {`{"id":%q}`, `{"id":%q,"ended":false,"decision":"accepted"}`},
		lambdahttp.StatusFunction: {`{"rawPath":"/api/status/%[1]s","pathParameters":{"id":%[1]q},"requestContext":{"http":{"method":"GET"}}}`, `{\"id\":\"%s\",`},
	} {
		b := newBench("")
		h := b.handler(t, function)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				responses := map[string][]byte{}
				for range 100 {
					id := async.NewSecret()
					b.put(id, "")
					got, err := h.Invoke(t.Context(), fmt.Appendf(nil, tt.event, id))
					if err != nil {
						t.Error(err)
					}
					responses[id] = got
				}
				for id, got := range responses {
					if want := fmt.Sprintf(tt.want, id); !strings.Contains(string(got), want) {
						t.Errorf("%s: got %s, want %s", function, got, want)
						return
					}
				}
			})
		}
		all.Wait()
	}
}

// warmable is a store that counts how often it is connected.
type warmable struct {
	asynctest.Store
	warmed int
	err    error
}

func (w *warmable) Warm(context.Context) error {
	w.warmed++
	return w.err
}

func TestWarm(t *testing.T) {
	for _, err := range []error{nil, errors.New("no route")} {
		b := newBench("")
		store, c := &warmable{err: err}, b.config()
		c.Store = store
		h, noHandler := functions.NewStatus(c)
		if noHandler != nil {
			t.Fatal(noHandler)
		}
		functions.Warm(h, c.Log)
		if store.warmed != 1 || (err != nil) != strings.Contains(b.log.String(), "no route") {
			t.Errorf("warmed %d times, logged %q", store.warmed, b.log.String())
		}
	}
}

// A panic is logged without its value, which may be anything.
func TestPanicsOfStages(t *testing.T) {
	b := newBench("panics")
	_, err := b.handler(t, "walk").Invoke(t.Context(), []byte(`{"id":"id"}`))
	failure, ok := err.(messages.InvokeResponse_Error)
	if log := b.log.String(); !ok || failure.Type != async.Unavailable || strings.Contains(failure.Message, "ada") || strings.Contains(log, "ada") ||
		!strings.Contains(log, "panic with a string") || !strings.Contains(log, "walk") {
		t.Errorf("%#v\n%s", err, log)
	}
}

// inRuntime makes this test binary a Lambda function instead: the names of errors
// have to survive the real runtime loop.
const inRuntime = "FUNCTIONS_TEST_IN_RUNTIME"

func TestMain(m *testing.M) {
	if os.Getenv(inRuntime) != "" {
		b := newBench("")
		for _, does := range []string{"works", "fails", "errs", "throttles", "panics"} {
			b.put(does, does)
		}
		h, err := functions.NewStage(b.config(), "walk")
		if err != nil {
			panic(err) // the job is above
		}
		lambda.Start(h)
	}
	os.Exit(m.Run())
}

func TestNamesSurviveTheRealRuntimeLoop(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host := lambdahost.New(lambdahost.Function{Name: "walk", Binary: binary, Env: []string{inRuntime + "=1"}, Timeout: 20 * time.Second, Logs: os.Stderr})
	defer host.Close()
	for id, want := range map[string]string{
		"works": "", "fails": "Unplayable", "errs": async.Unavailable, "throttles": async.Throttled, "panics": async.Unavailable,
		"other": async.NotFound, "": async.Invalid,
	} {
		r, err := host.Invoke(t.Context(), "walk", []byte(`{"id":"`+id+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		var body struct{ ErrorType, ErrorMessage string }
		if err := json.Unmarshal(r.Payload, &body); err != nil || body.ErrorType != want || (r.FunctionError != "") != (want != "") || strings.Contains(string(r.Payload), "ada") {
			t.Errorf("%q: %s %s", id, r.FunctionError, r.Payload)
		}
	}
}

func TestSettingsFromEnv(t *testing.T) {
	unset := functions.Settings{Origins: []string{}, Retention: 90 * 24 * time.Hour, FailureStatus: 200, MaxBody: 64 << 10}
	got, err := functions.SettingsFromEnv(func(string) string { return "" })
	if err != nil || !reflect.DeepEqual(got, unset) {
		t.Errorf("nothing set: got %+v, %v", got, err)
	}
	env := map[string]string{
		"PUBLIC_BASE_URL": "https://api.example.org", "ALLOWED_ORIGINS": "https://a.example,https://b.example", "MAX_WAIT_SECONDS": "5",
		"RETENTION_DAYS": "7", "CANCELABLE": "true", "FAILURE_STATUS": "409", "MAX_BODY_BYTES": "1000", "STACK_NAME": "prod", "LOG_ERRORS": "true",
		"AWS_LAMBDA_FUNCTION_NAME": "submit", "AWS_LAMBDA_FUNCTION_VERSION": "7",
	}
	want := functions.Settings{
		BaseURL: "https://api.example.org", Origins: []string{"https://a.example", "https://b.example"}, MaxWait: 5 * time.Second,
		Retention: 7 * 24 * time.Hour, Cancelable: true, FailureStatus: 409, MaxBody: 1000, Stack: "prod", LogErrors: true,
		Function: "submit", Version: "7",
	}
	got, err = functions.SettingsFromEnv(func(name string) string { return env[name] })
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("all set: got %+v, %v", got, err)
	}
}

func TestSettingsFromEnvReportsAllMistakes(t *testing.T) {
	env := map[string]string{"MAX_WAIT_SECONDS": "26", "RETENTION_DAYS": "NaN", "CANCELABLE": "1", "FAILURE_STATUS": "404", "MAX_BODY_BYTES": "0", "LOG_ERRORS": "no"}
	_, err := functions.SettingsFromEnv(func(name string) string { return env[name] })
	if err == nil {
		t.Fatal("no error")
	}
	for name := range env {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if _, err := functions.SettingsFromEnv(func(name string) string { return map[string]string{"FAILURE_STATUS": "300"}[name] }); err == nil {
		t.Error("300 is accepted")
	}
}

// An observer sees what is logged, a stage's panic too.
func TestObserver(t *testing.T) {
	for does, want := range map[string][]async.EventKind{
		"works":  {async.StageBegan, async.StageFinished},
		"panics": {async.StageBegan, async.StageError},
	} {
		b := newBench(does)
		var got []async.EventKind
		c := b.config()
		c.Observer = func(_ context.Context, e async.Event) {
			got = append(got, e.Kind)
			if e.ID != "id" || e.Stage != "Walking" {
				t.Errorf("%s: %+v", does, e)
			}
		}
		h, err := functions.NewStage(c, "walk")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Invoke(t.Context(), []byte(`{"id":"id"}`)); (err != nil) != (does == "panics") {
			t.Errorf("%s: %v", does, err)
		}
		if !slices.Equal(got, want) || !strings.Contains(b.log.String(), string(want[1])) {
			t.Errorf("%s: observed %v, logged %s", does, got, &b.log)
		}
	}
}
