package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/async/internal/sfn"
	"example.org/asynchttpapi/async/internal/sqlite"
	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/internal/testserver"
	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

const (
	functionPrefix = "arn:aws:lambda:us-east-1:123456789012:function:"
	machineARN     = "arn:aws:states:us-east-1:123456789012:stateMachine:errands"
)

// fast is a stepfunctions.Clock whose time passes faster than the machine's.
type fast struct {
	began time.Time
	speed float64
}

func (c fast) Now() time.Time {
	return c.began.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
}

func (c fast) AfterFunc(d time.Duration, f func()) (stop func()) {
	timer := time.AfterFunc(c.real(d), f)
	return func() { timer.Stop() }
}

// real is how long d takes on the machine's clock.
func (c fast) real(d time.Duration) time.Duration { return time.Duration(float64(d) / c.speed) }

// account is Lambda's Invoke API for functions that may run limit calls at a
// time, all together; it refuses more as Lambda does.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
type account struct {
	handlers map[string]lambda.Handler
	limit    int

	mu               sync.Mutex
	running, most    int
	calls, throttled int
	failed           map[string]int
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest := strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/")
	name := strings.TrimSuffix(rest, "/invocations")
	handler := a.handlers[strings.TrimPrefix(name, functionPrefix)]
	payload, err := io.ReadAll(r.Body)
	if err != nil || handler == nil {
		http.Error(w, name, http.StatusNotFound)
		return
	}
	if !a.enter() {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Amzn-Errortype", "TooManyRequestsException")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`)
		return
	}
	out, err := handler.Invoke(r.Context(), payload)
	var named messages.InvokeResponse_Error
	failed := errors.As(err, &named)
	a.leave(named.Type)
	if failed {
		out, err = json.Marshal(named)
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(out)
}

func (a *account) enter() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	if a.running == a.limit {
		a.throttled++
		return false
	}
	a.running++
	a.most = max(a.most, a.running)
	return true
}

func (a *account) leave(failed string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running--
	if failed != "" {
		a.failed[failed]++
	}
}

// fixture is a service whose generated state machine runs on the engine, which
// calls the functions over HTTP, and is called over HTTP itself.
type fixture struct {
	load
	clock   fast
	account *account
	faults  *asynctest.Faults
	api     string
	ended   chan stepfunctions.Status
}

func newFixture(t *testing.T, l load) *fixture {
	t.Helper()
	w := &fixture{load: l, clock: fast{time.Now(), l.speed}, faults: &asynctest.Faults{}, ended: make(chan stepfunctions.Status, l.submissions)}
	db, err := database.Open(t.TempDir(), stepfunctions.JournalSchema, sqlite.Schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() }) //nolint:errcheck // nothing is read afterwards
	invoke, states, front := testserver.New(t), testserver.New(t), testserver.New(t)
	invoker, err := stepfunctionstest.NewLambdaInvoker(invoke.URL)
	if err != nil {
		t.Fatal(err)
	}
	engine := stepfunctions.New(stepfunctions.Config{
		Journal: stepfunctions.OpenJournal(db), Invoker: invoker, Clock: w.clock, MaxInvocations: l.submissions,
		Ended: func(_ context.Context, x stepfunctions.Execution) error { w.ended <- x.Status; return nil },
	})
	log := slog.New(slog.DiscardHandler)
	states.Handler = stepfunctions.Handler(engine, log)
	all := w.functions(t, sqlite.NewStore(db), states.URL)
	w.account = &account{handlers: all, limit: l.limit, failed: map[string]int{}}
	invoke.Handler = w.account
	routes := map[string]lambda.Handler{}
	for key, function := range lambdahttp.Routes() {
		routes[key] = all[function]
	}
	front.Handler, err = apigateway.New(apigateway.Config{Routes: routes, DomainName: "api.example.org", Log: log, MaxInFlight: l.submissions})
	if err != nil {
		t.Fatal(err)
	}
	w.api = front.URL
	definition, err := asyncgen.Definition(job(w.clock.real(l.work)), func(activity string) string { return functionPrefix + activity })
	if err == nil {
		err = engine.Start(t.Context())
	}
	if err == nil {
		_, err = engine.CreateStateMachine(t.Context(), stepfunctions.NewStateMachine{
			Name: "errands", Revision: stepfunctions.Revision{Definition: definition, RoleARN: "arn:aws:iam::123456789012:role/local"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close(context.Background()) }) //nolint:errcheck // nothing runs any more
	return w
}

// functions are the handlers of all functions, with AWS's own client of Step
// Functions.
func (w *fixture) functions(t *testing.T, store async.Store, states string) map[string]lambda.Handler {
	t.Helper()
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL_SFN": states}
	workflows, err := sfn.New(func(name string) string { return env[name] }, machineARN)
	if err != nil {
		t.Fatal(err)
	}
	all, err := functions.All(functions.Config{
		Job: job(w.clock.real(w.work)), Store: asynctest.FaultyStore{Store: store, Faults: w.faults}, Workflows: workflows,
		Settings: functions.Settings{BaseURL: "https://api.example.org", Retention: 90 * 24 * time.Hour, FailureStatus: http.StatusOK, MaxBody: 64 << 10},
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

type errand struct {
	Number int `json:"number"`
}

// job has three stages that last equally long.
func job(lasts time.Duration) async.Definition {
	do := func(ctx context.Context, _ *async.Run[errand, async.None]) (async.Outcome, error) {
		return async.Continue, async.Sleep(ctx, lasts)
	}
	var stages []async.Stage[errand, async.None]
	for _, name := range []string{"First", "Second", "Third"} {
		stages = append(stages, async.Stage[errand, async.None]{Name: name, Message: "At work.", Do: do, Timeout: 10 * time.Minute})
	}
	return async.Job[errand, async.None]{Name: "errands", Stages: stages, Done: async.End{Outcome: "Done", Message: "It is done."}}
}

// submit sends a submission until it is accepted, and returns its status URL.
func (w *fixture) submit(ctx context.Context, number int) (path string, repeated int, err error) {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.api+"/api/submit", strings.NewReader(fmt.Sprintf(`{"number":%d}`, number)))
		if err != nil {
			return "", repeated, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", fmt.Sprintf("errand-of-the-load-%d", number))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return "", repeated, err
		}
		resp.Body.Close()
		switch after, wrong := time.ParseDuration(resp.Header.Get("Retry-After") + "s"); {
		case resp.StatusCode == http.StatusAccepted:
			return strings.TrimPrefix(resp.Header.Get("Location"), "https://api.example.org"), repeated, nil
		case resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusConflict, wrong != nil:
			return "", repeated, fmt.Errorf("submit: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
		default:
			if err := async.Sleep(ctx, w.clock.real(after)); err != nil {
				return "", repeated, err
			}
			repeated++
		}
	}
}
