package ops

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/async/internal/sfn"
	"example.org/asynchttpapi/async/local"
	"example.org/asynchttpapi/internal/testserver"
	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

// order is an input that says what becomes of it; name is the personal part.
type order struct {
	Name string `json:"name"`
	Does string `json:"does"`
}

type receipt struct {
	For string `json:"for"`
}

const secretName = "Ada Lovelace of Marylebone"

var soldOut = async.Failure{Code: "SoldOut", Message: "It is sold out."}

// fixture is a service with both stores and engines that ops works on.
type fixture struct {
	url, engine string
	// env is what connects ops to it.
	env map[string]string
	// broken makes the orders that break fail, until it is repaired.
	broken atomic.Bool
	// packing gets the id of each order that is held while it is packed.
	packing chan string
	undone  chan string
	// deaf loses the events of ends of executions.
	deaf atomic.Bool
}

// patience bounds what must happen soon.
const patience = 30 * time.Second

func (w *fixture) job(compensates bool) async.Job[order, receipt] {
	w.packing, w.undone = make(chan string, 100), make(chan string, 100)
	w.broken.Store(true)
	job := async.Job[order, receipt]{
		Name: "orders", Done: async.End{Outcome: "Packed", Message: "It is packed."}, Failures: []async.Failure{soldOut},
		Stages: []async.Stage[order, receipt]{{
			Name: "Packing", Message: "It is packed.", Attempts: 1, Expected: time.Minute,
			Do: func(ctx context.Context, r *async.Run[order, receipt]) (async.Outcome, error) {
				switch {
				case r.Input.Does == "break" && w.broken.Load():
					return async.Continue, errors.New("broken: " + r.Input.Name)
				case r.Input.Does == "sell out":
					return async.Continue, soldOut
				case r.Input.Does == "hold":
					w.packing <- r.ID
					<-ctx.Done()
					return async.Continue, context.Cause(ctx)
				}
				return async.Continue, r.SetResult(receipt{r.Input.Name})
			},
		}},
		Examples: []order{{secretName, "pack"}},
	}
	if compensates {
		job.Stages[0].Timeout = 2 * time.Second
		job.Compensate = func(_ context.Context, r *async.Run[order, receipt]) error {
			w.undone <- r.Input.Name
			return nil
		}
	}
	return job
}

var discard = slog.New(slog.DiscardHandler)

// eachFixture runs a test in both.
func eachFixture(t *testing.T, compensates bool, test func(t *testing.T, w *fixture)) {
	t.Run("on one machine", func(t *testing.T) {
		t.Parallel()
		test(t, newLocal(t, compensates))
	})
	t.Run("on AWS", func(t *testing.T) {
		t.Parallel()
		test(t, newAWS(t, compensates))
	})
}

func newLocal(t *testing.T, compensates bool) *fixture {
	w := &fixture{}
	front := testserver.New(t)
	s, err := local.New(t.Context(), w.job(compensates), local.Options{Data: t.TempDir(), BaseURL: front.URL, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	engine := testserver.New(t)
	front.Handler, engine.Handler = s, s.StepFunctions()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.url, w.engine = front.URL, engine.URL
	w.env = map[string]string{"OPS_LOCAL": engine.URL}
	return w
}

// handlers are functions that the engine calls, known once they are made.
type handlers map[string]lambda.Handler

// Invoke implements stepfunctions.Invoker.
func (h handlers) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	_, name, _ := strings.Cut(function, ":function:")
	out, err := h[name].Invoke(ctx, payload)
	if err != nil {
		failure, marshalErr := json.Marshal(err) // messages.InvokeResponse_Error
		return nil, cmp.Or(marshalErr, error(&stepfunctions.FunctionError{Payload: failure}))
	}
	return out, nil
}

// newAWS is the service on a DynamoDB and the engine's wire, by the adapters of
// AWS.
func newAWS(t *testing.T, compensates bool) *fixture {
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		t.Skip("NOT RUN: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	w, all, wire := &fixture{}, handlers{}, testserver.New(t)
	job := w.job(compensates)
	engine := stepfunctions.New(stepfunctions.Config{Journal: stepfunctionstest.NewJournal(), Invoker: all,
		Ended: func(ctx context.Context, x stepfunctions.Execution) error {
			event, err := json.Marshal(map[string]any{"detail": map[string]any{"name": x.Name, "status": x.Status, "redriveCount": x.RedriveCount}})
			if err == nil && !w.deaf.Load() {
				_, err = all[functions.Reconcile].Invoke(ctx, event)
			}
			return err
		}})
	if err := engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = engine.Close(now)
	})
	wire.Handler = stepfunctions.Handler(engine, discard)
	definition, err := asyncgen.Definition(job, func(activity string) string { return "arn:aws:lambda:us-east-1:123456789012:function:" + activity })
	if err != nil {
		t.Fatal(err)
	}
	machine, err := engine.CreateStateMachine(t.Context(), stepfunctions.NewStateMachine{Name: "orders",
		Revision: stepfunctions.Revision{Definition: definition, RoleARN: "arn:aws:iam::123456789012:role/r"}})
	if err != nil {
		t.Fatal(err)
	}
	w.engine = wire.URL
	_, table := dynamotest.NewTable(t)
	w.env = map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_ENDPOINT_URL_DYNAMODB": os.Getenv("DYNAMODB_ENDPOINT"), "AWS_ENDPOINT_URL_SFN": wire.URL,
		"TABLE_NAME": table, "STATE_MACHINE_ARN": machine.ARN,
	}
	store, err := dynamo.New(w.getenv, w.env["TABLE_NAME"])
	if err != nil {
		t.Fatal(err)
	}
	workflows, err := sfn.New(w.getenv, machine.ARN)
	if err != nil {
		t.Fatal(err)
	}
	front := testserver.New(t)
	w.url = front.URL
	made, err := functions.All(functions.Config{Job: job, Store: store, Workflows: workflows, Log: discard,
		Settings: functions.Settings{BaseURL: front.URL, Retention: 24 * time.Hour, Cancelable: true}})
	if err != nil {
		t.Fatal(err)
	}
	for name, h := range made {
		all[name] = h
	}
	routes := map[string]lambda.Handler{}
	for key, function := range lambdahttp.Routes() {
		routes[key] = all[function]
	}
	front.Handler, err = apigateway.New(apigateway.Config{Routes: routes, DomainName: "localhost", MaxBody: 1 << 20, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *fixture) getenv(name string) string { return w.env[name] }

// submit submits an order, with an Idempotency-Key, and returns its id.
func (w *fixture) submit(t *testing.T, does string) string {
	t.Helper()
	body, err := json.Marshal(order{secretName, does})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+api.SubmitPath, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", rand.Text())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	return path.Base(resp.Header.Get("Location"))
}

// status is what a client sees; 0 is the status code of none.
func (w *fixture) status(t *testing.T, id string) (code int, s api.Submission) {
	t.Helper()
	resp, err := http.Get(w.url + api.StatusPath + id)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil && resp.StatusCode < 300 {
		t.Fatal(err)
	}
	return resp.StatusCode, s
}

// await waits until a submission and its execution have ended with a status.
func (w *fixture) await(t *testing.T, id string, want api.Status) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		_, s := w.status(t, id)
		out := ""
		if s.Status == want {
			out, _, _ = w.ops("", "show", id)
			if !strings.Contains(out, "execution      Running") {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v, want %s\n%s", s, want, out)
		}
	}
}

// ops runs the tool as an operator of the service would.
func (w *fixture) ops(stdin string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	p := program{stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, getenv: w.getenv, now: time.Now}
	code = p.run(context.Background(), args)
	return out.String(), errs.String(), code
}

// must runs the tool, which must succeed and print nothing personal and no id.
func (w *fixture) must(t *testing.T, ids []string, args ...string) string {
	t.Helper()
	out, errs, code := w.ops("", args...)
	if code != exitOK {
		t.Fatalf("ops %v: %d\n%s%s", args, code, out, errs)
	}
	for _, secret := range append(ids, secretName, "arn:aws", "token") {
		if strings.Contains(out+errs, secret) {
			t.Errorf("ops %v prints %q:\n%s%s", args, secret, out, errs)
		}
	}
	return out + errs
}
