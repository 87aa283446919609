package awsharness

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/async/lambdamain/results"
	"example.org/asynchttpapi/internal/lambdahost"
	"example.org/asynchttpapi/internal/personal"
	"example.org/asynchttpapi/internal/testserver"
	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

// asFunction makes this test binary one of the functions of the job errand; its
// value is the function's name.
const asFunction = "AWSHARNESS_FUNCTION"

// errand waits for an answer and can be undone. What its functions do is seen in
// the folder NOTES: the callback's URL as link, an undone submission as undone.
func errand() async.Job[struct{}, verdict] {
	note := func(name, text string) error {
		return os.WriteFile(os.Getenv("NOTES")+"/"+name, []byte(text), 0o600)
	}
	return async.Job[struct{}, verdict]{
		Name: "errand",
		Stages: []async.Stage[struct{}, verdict]{{
			Name: "Asking", Message: "Waiting for an answer.", Timeout: time.Hour, Wait: async.WaitFor(
				func(_ context.Context, _ *async.Run[struct{}, verdict], c async.Callback) error {
					return note("link", c.URL)
				},
				func(_ context.Context, r *async.Run[struct{}, verdict], v verdict) (async.Outcome, error) {
					return async.Continue, r.SetResult(v)
				}),
		}},
		Done:       async.End{Outcome: "Answered", Message: "It was answered."},
		Compensate: func(_ context.Context, r *async.Run[struct{}, verdict]) error { return note("undone", r.ID) },
	}
}

type verdict struct {
	Number int `json:"number"`
}

// serveFunction does not return.
func serveFunction(name string) {
	job := testJob(os.Getenv("JOB"))
	switch name {
	case lambdahttp.SubmitFunction:
		lambdamain.Submit(job)
	case lambdahttp.StatusFunction:
		lambdamain.Status()
	case lambdahttp.ResultFunction:
		lambdamain.Result()
	case lambdahttp.CancelFunction:
		lambdamain.Cancel(job)
	case lambdahttp.CallbackFunction:
		lambdamain.Callback(job)
	case asyncgen.FailActivity:
		lambdamain.Fail(job)
	case asyncgen.CompensateActivity:
		lambdamain.Compensate(job)
	default:
		lambdamain.Stage(job, name, lambdamain.WithWorkflows(), results.InS3())
	}
}

func testJob(name string) async.Definition {
	if name == "chore" {
		return chore()
	}
	return errand()
}

// jobMachine is the state machine of a job of newJob.
const jobMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:errand"

// newErrands deploys the functions of the job errand, and returns the folder
// NOTES as well.
func newErrands(t *testing.T) (w *harness, notes string) { return newJob(t, "errand", 20*time.Second) }

// newJob deploys the functions of a job, each with a timeout.
func newJob(t *testing.T, job string, timeout time.Duration, more ...string) (w *harness, notes string) {
	t.Helper()
	dynamodb := os.Getenv("DYNAMODB_ENDPOINT")
	if dynamodb == "" {
		t.Skip("NOT RUN: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, table := dynamotest.NewTable(t)
	w, notes = &harness{logs: personal.Watch(t, talk), table: table, endpoint: dynamodb}, t.TempDir()
	front, invoke, states := testserver.New(t), testserver.New(t), testserver.New(t)
	w.states = newWire(t, states.URL)
	var functions []lambdahost.Function
	routes := map[string]lambda.Handler{}
	names := map[string]bool{asyncgen.FailActivity: true, asyncgen.CompensateActivity: true}
	for _, stage := range testJob(job).Describe().Stages {
		names[stage.Activity] = true
	}
	for _, name := range lambdahttp.Routes() {
		names[name] = true
	}
	for name := range names {
		functions = append(functions, lambdahost.Function{Name: name, Binary: self, Timeout: timeout, Logs: w.logs, Env: append([]string{
			asFunction + "=" + name, "JOB=" + job, "STACK_NAME=test", "NOTES=" + notes, "TABLE_NAME=" + w.table, "STATE_MACHINE_ARN=" + jobMachine, "RESULTS_BUCKET=results",
			"PUBLIC_BASE_URL=" + front.URL, "CANCELABLE=true", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
			"AWS_ENDPOINT_URL_DYNAMODB=" + dynamodb, "AWS_ENDPOINT_URL_SFN=" + w.states.URL,
		}, more...)})
	}
	w.host = lambdahost.New(functions...)
	t.Cleanup(w.host.Close)
	for key, name := range lambdahttp.Routes() {
		routes[key] = deployed{w.host, name}
	}
	invoker, err := stepfunctionstest.NewLambdaInvoker(invoke.URL)
	if err != nil {
		t.Fatal(err)
	}
	engine := stepfunctions.New(stepfunctions.Config{Journal: stepfunctionstest.NewJournal(), Invoker: invoker})
	definition, err := asyncgen.Definition(testJob(job), func(activity string) string {
		return "arn:aws:lambda:us-east-1:123456789012:function:" + activity
	})
	if err == nil {
		err = engine.Start(t.Context())
	}
	if err == nil {
		_, err = engine.CreateStateMachine(t.Context(), stepfunctions.NewStateMachine{
			Name: "errand", Revision: stepfunctions.Revision{Definition: definition, RoleARN: "arn:aws:iam::123456789012:role/errand"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close(context.Background()) }) //nolint:errcheck // nothing runs any more
	invoke.Handler, states.Handler = w.host, stepfunctions.Handler(engine, slog.New(slog.DiscardHandler))
	front.Handler, err = apigateway.New(apigateway.Config{Routes: routes, DomainName: strings.TrimPrefix(front.URL, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	w.url = front.URL
	return w, notes
}

// request returns the response and its body.
func (w *harness) request(t *testing.T, method, url, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return received(t, http.DefaultTransport.RoundTrip, req) // redirects are looked at, not followed
}

// received sends a request and returns the response and its body.
func received(t *testing.T, send func(*http.Request) (*http.Response, error), req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := send(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

func (w *harness) submitErrand(t *testing.T) api.Submission {
	t.Helper()
	return w.submit(t, `{}`)
}

func (w *harness) submit(t *testing.T, input string) (s api.Submission) {
	t.Helper()
	resp, body := w.request(t, http.MethodPost, w.url+api.SubmitPath, input)
	if err := json.Unmarshal([]byte(body), &s); err != nil || resp.StatusCode != http.StatusAccepted || s.CancelURL == "" {
		t.Fatalf("%d %s\n%s", resp.StatusCode, body, w.logs)
	}
	return s
}

// noted waits until a function has left a note.
func (w *harness) noted(t *testing.T, file string) string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil && len(text) > 0 {
			return string(text)
		}
	}
	t.Fatalf("no %s\n%s", file, w.logs)
	return ""
}

// A callback is answered through its own function, which completes the task: the
// result is there, and the capability is used up.
func TestCallback(t *testing.T) {
	w, notes := newErrands(t)
	s := w.submitErrand(t)
	link := w.noted(t, notes+"/link")
	if resp, _ := w.request(t, http.MethodGet, link, ""); resp.StatusCode != http.StatusOK {
		t.Errorf("GET: %d", resp.StatusCode)
	}
	for _, step := range []struct {
		body   string
		status int
	}{{`{"number":"x"}`, 422}, {`{"number":7}`, 200}, {`{"number":7}`, 200}, {`{"number":8}`, 410}} {
		if resp, body := w.request(t, http.MethodPost, link, step.body); resp.StatusCode != step.status {
			t.Errorf("%s: %d %s\n%s", step.body, resp.StatusCode, body, w.logs)
		}
	}
	resp, body := w.request(t, http.MethodGet, w.url+api.StatusPath+s.ID, "")
	var got api.Submission
	if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != http.StatusOK || got.CustomStatus != "Answered" || string(got.Result) != `{"number":7}` {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, body := w.request(t, http.MethodGet, w.url+api.ResultPath+s.ID, ""); resp.StatusCode != http.StatusOK || strings.TrimSpace(body) != `{"number":7}` {
		t.Errorf("the result: %d %s", resp.StatusCode, body)
	}
	if strings.Contains(w.logs.String(), link[strings.LastIndex(link, "/")+1:]) {
		t.Error("the logs have the callback's secret")
	}
}

// A cancellation ends the wait, and what was done is undone.
func TestCancelCompensates(t *testing.T) {
	w, notes := newErrands(t)
	s := w.submitErrand(t)
	link := w.noted(t, notes+"/link")
	if resp, body := w.request(t, http.MethodDelete, s.CancelURL, ""); resp.StatusCode != http.StatusOK || !strings.Contains(body, `"Canceled"`) {
		t.Errorf("%d %s\n%s", resp.StatusCode, body, w.logs)
	}
	if id := w.noted(t, notes+"/undone"); id != s.ID {
		t.Errorf("undone is %s", id)
	}
	if resp, _ := w.request(t, http.MethodPost, link, `{"number":7}`); resp.StatusCode != http.StatusGone {
		t.Errorf("the callback of a canceled submission: %d", resp.StatusCode)
	}
	if resp, _ := w.request(t, http.MethodGet, w.url+api.ResultPath+s.ID, ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("its result: %d", resp.StatusCode)
	}
}

// A large result is a redirect to a URL that lives for minutes.
func TestLargeResultIsRedirected(t *testing.T) {
	w, _ := newErrands(t)
	id, now := async.IDOf(async.NewSecret()), time.Now().UTC()
	err := w.store(t).Create(t.Context(), async.Record{
		ID: id, Job: "errand", State: async.State{Status: api.Succeeded, CustomStatus: "Answered", Rank: async.RankEnded},
		Large:   &async.ResultInfo{Key: "a/b", MediaType: "text/csv", FileName: "rows.csv", ETag: "e", Size: 1 << 30},
		Created: now, Updated: now, Deadline: now, Expires: now.Add(time.Hour),
	}, json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, body := w.request(t, http.MethodGet, w.url+api.ResultPath+id, "")
	location := resp.Header.Get("Location")
	if resp.StatusCode != http.StatusFound || !strings.Contains(location, "results") || !strings.Contains(location, "X-Amz-Signature=") ||
		!strings.Contains(location, "X-Amz-Expires=") || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q %s\n%s", resp.StatusCode, location, body, w.logs)
	}
}
