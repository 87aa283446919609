package asyncgen_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

const (
	prefix     = "arn:aws:lambda:us-east-1:123456789012:function:"
	machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:job"
	good       = `{"customer":"Ada","cents":1200}`
)

func lambdaARN(activity string) string { return prefix + activity }

// fixture is a service whose generated state machine runs on the engine.
type fixture struct {
	t       *testing.T
	engine  *stepfunctions.Engine
	journal stepfunctions.Journal
	service *async.Service
	stages  map[string]string // by activity
	id      string
	secret  string
}

// Invoke implements stepfunctions.Invoker, as Lambda would call the functions.
func (w *fixture) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	var in async.ActivityInput
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	out, err := any(nil), error(nil)
	switch activity := strings.TrimPrefix(function, prefix); activity {
	case asyncgen.FailActivity:
		err = w.service.RecordFailure(ctx, in)
	case asyncgen.CompensateActivity:
		err = w.service.RunCompensation(ctx, in)
	default:
		out, err = w.service.RunStage(ctx, w.stages[activity], in)
	}
	if named := (*async.ActivityError)(nil); errors.As(err, &named) {
		return nil, &stepfunctions.FunctionError{Payload: fmt.Appendf(nil, `{"errorType":%q,"errorMessage":%q}`, named.Name, named.Message)}
	}
	return must(json.Marshal(out)), err
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

func executionARN(id string) string {
	return strings.Replace(machineARN, "stateMachine", "execution", 1) + ":" + id
}

func (w *fixture) Start(ctx context.Context, id string, input []byte) error {
	_, err := w.engine.StartExecution(ctx, stepfunctions.StartExecution{MachineARN: machineARN, Name: id, Input: input})
	return err
}

func (w *fixture) Outcome(context.Context, string) (async.Execution, error) {
	return async.Execution{}, async.ErrNotFound
}

func (w *fixture) Stop(ctx context.Context, id string) error {
	_, err := w.engine.StopExecution(ctx, executionARN(id), "", "")
	return err
}

func (w *fixture) Complete(ctx context.Context, token string, output []byte) error {
	return w.engine.SendTaskSuccess(ctx, token, output)
}

func (w *fixture) Fail(ctx context.Context, token, name string) error {
	return w.engine.SendTaskFailure(ctx, token, name, "")
}

func (w *fixture) Heartbeat(ctx context.Context, token string) error {
	return w.engine.SendTaskHeartbeat(ctx, token)
}

// onEngine submits to the job in virtual time and calls during; it returns the
// status in the end, and how long that took.
func onEngine(t *testing.T, job async.Definition, during func(*fixture)) (view async.View, took time.Duration, execution stepfunctions.Status) {
	t.Helper()
	definition, err := asyncgen.Definition(job, lambdaARN)
	if err != nil {
		t.Fatal(err)
	}
	return withDefinition(t, job, definition, during)
}

func withDefinition(t *testing.T, job async.Definition, definition string, during func(*fixture)) (view async.View, took time.Duration, execution stepfunctions.Status) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &fixture{t: t, stages: map[string]string{}, journal: stepfunctionstest.NewJournal()}
		for _, s := range job.Describe().Stages {
			w.stages[s.Activity] = s.Name
		}
		var err error
		w.service, err = async.New(async.Config{
			Job: job, Store: &asynctest.Store{}, Workflows: w, BaseURL: "https://api.example.org", Retention: 90 * 24 * time.Hour, Cancelable: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		w.start()
		defer func() { w.engine.Close(context.Background()) }()
		revision := stepfunctions.Revision{Definition: definition, RoleARN: "arn:aws:iam::123456789012:role/local"}
		if _, err := w.engine.CreateStateMachine(t.Context(), stepfunctions.NewStateMachine{Name: "job", Revision: revision}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		view, err = w.service.Submit(t.Context(), async.Submission{Body: []byte(good)})
		if err != nil {
			t.Fatal(err)
		}
		w.id, w.secret = view.ID, view.CancelSecret
		if during != nil {
			during(w)
			synctest.Wait()
		}
		for {
			x, err := w.engine.DescribeExecution(t.Context(), executionARN(w.id))
			if err != nil {
				t.Fatal(err)
			}
			if execution = x.Status; execution != stepfunctions.Running {
				break
			}
			if time.Since(began) > 1000*time.Hour {
				t.Fatal("the execution does not end")
			}
			w.sleep(time.Second)
		}
		took = time.Since(began).Truncate(time.Second)
		if view, err = w.service.Status(t.Context(), w.id, 0); err != nil {
			t.Fatal(err)
		}
	})
	return view, took, execution
}

// start starts an engine on the journal.
func (w *fixture) start() {
	w.engine = stepfunctions.New(stepfunctions.Config{Journal: w.journal, Invoker: w})
	if err := w.engine.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// restart gives the engine up, with the functions that run, and starts another.
func (w *fixture) restart() {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	w.engine.Close(now) //nolint:errcheck // functions are given up
	synctest.Wait()
	w.start()
}

func (w *fixture) sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestStagesRunOnTheEngine(t *testing.T) {
	ok := func(d time.Duration) do { return takes(d, async.Continue, nil) }
	for name, c := range map[string]struct {
		job       async.Job[order, receipt]
		status    api.Status
		word      string
		took      time.Duration
		execution stepfunctions.Status
	}{
		"done":    {sale(ok(20*time.Second), ok(15*time.Second), ok(10*time.Second)), api.Succeeded, "Shipped", 45 * time.Second, stepfunctions.Succeeded},
		"ended":   {sale(ok(20*time.Second), takes(time.Second, refused.Outcome, nil), ok(time.Hour)), api.Succeeded, "Refused", 21 * time.Second, stepfunctions.Succeeded},
		"failure": {sale(takes(time.Second, "", errSoldOut), ok(0), ok(0)), api.Failed, "Reservation", time.Second, stepfunctions.Failed},
	} {
		view, took, execution := onEngine(t, c.job, nil)
		if view.Status != c.status || view.CustomStatus != c.word || took != c.took || execution != c.execution {
			t.Errorf("%s: %s, %s, after %v: %+v", name, view.Status, view.CustomStatus, took, execution)
		}
		if c.status == api.Failed && (view.Error == nil || view.Error.Code != errSoldOut.Code || view.Message != errSoldOut.Message) {
			t.Errorf("%s: %+v", name, view.Error)
		}
	}
}

func TestPlainErrorsAreRetriedOnTheEngine(t *testing.T) {
	runs := 0
	view, _, _ := onEngine(t, sale(func(context.Context, *orderRun) (async.Outcome, error) {
		if runs++; runs < 4 {
			return async.Continue, errors.New("down")
		}
		return async.Continue, nil
	}, pass, pass), nil)
	if view.CustomStatus != "Shipped" || runs != 4 {
		t.Errorf("%s after %d runs", view.CustomStatus, runs)
	}
	runs = 0
	view, _, _ = onEngine(t, sale(func(context.Context, *orderRun) (async.Outcome, error) {
		runs++
		return async.Continue, errors.New("down")
	}, pass, pass), nil)
	if view.Status != api.Failed || view.Error.Code != api.CodeProcessFailed || runs != 7 {
		t.Errorf("%s %+v after %d runs", view.Status, view.Error, runs)
	}
}

func TestAStageThatHangsTimesOutOnTheEngine(t *testing.T) {
	runs := 0
	view, took, _ := onEngine(t, sale(pass, func(ctx context.Context, _ *orderRun) (async.Outcome, error) {
		runs++
		<-ctx.Done()
		return async.Continue, ctx.Err()
	}, pass), nil)
	if view.Error == nil || view.Error.Code != api.CodeTimedOut || runs != 2 || took < 80*time.Second || took > 83*time.Second {
		t.Errorf("%+v after %d runs and %v", view.Error, runs, took)
	}
}

func TestAWaitOnTheEngine(t *testing.T) {
	var back async.Callback
	undone := 0
	job := approval(func(b async.Callback) { back = b }, func() { undone++ })
	secret := func() string { return back.URL[strings.LastIndex(back.URL, "/")+1:] }
	t.Run("answered", func(t *testing.T) {
		view, took, _ := onEngine(t, job, func(w *fixture) {
			w.sleep(30 * time.Hour)
			if err := w.service.Heartbeat(w.t.Context(), secret()); err != nil {
				t.Error(err)
			}
			w.sleep(30 * time.Hour)
			if err := w.service.Complete(w.t.Context(), secret(), []byte(`{"pass":true}`)); err != nil {
				t.Error(err)
			}
		})
		if view.CustomStatus != "Shipped" || string(view.Result) != `{"number":7}` || took != 60*time.Hour {
			t.Errorf("%s %s after %v", view.CustomStatus, view.Result, took)
		}
	})
	t.Run("no sign of life", func(t *testing.T) {
		view, took, _ := onEngine(t, job, nil)
		if view.Error == nil || view.Error.Code != api.CodeTimedOut || took != 36*time.Hour {
			t.Errorf("%+v after %v", view, took)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		view, took, execution := onEngine(t, job, func(w *fixture) {
			for range 5 {
				w.sleep(20 * time.Hour)
				if err := w.service.Heartbeat(w.t.Context(), secret()); err != nil {
					t.Error(err)
				}
			}
		})
		if view.CustomStatus != "Unanswered" || took != 120*time.Hour+async.TaskMargin || execution != stepfunctions.Succeeded {
			t.Errorf("%+v after %v: %s", view, took, execution)
		}
	})
	t.Run("canceled", func(t *testing.T) {
		undone = 0
		view, took, execution := onEngine(t, job, func(w *fixture) {
			w.sleep(time.Hour)
			if view, err := w.service.Cancel(w.t.Context(), w.secret); err != nil || view.Status != api.Canceled {
				t.Errorf("%+v, %v", view, err)
			}
		})
		if view.Status != api.Canceled || undone != 1 || took != time.Hour || execution != stepfunctions.Succeeded {
			t.Errorf("%+v after %v, undone %d times: %s", view, took, undone, execution)
		}
	})
}

// A stage of 14 minutes and a wait of three days take as long with restarts in
// between: nothing begins from the start, and no timeout does.
func TestLongWorkWithRestartsOnTheEngine(t *testing.T) {
	const long = 14 * time.Minute
	var back async.Callback
	runs := 0
	job := approval(func(b async.Callback) { back = b }, func() {})
	job.Stages[0].Timeout, job.Stages[0].Expected = long+30*time.Second, long
	job.Stages[0].Do = func(ctx context.Context, r *orderRun) (async.Outcome, error) {
		runs++
		return async.Continue, async.Sleep(ctx, long-time.Since(r.Began))
	}
	view, took, execution := onEngine(t, job, func(w *fixture) {
		percent := 0
		poll := func(status api.Status) {
			v, err := w.service.Status(w.t.Context(), w.id, 0)
			if err != nil || v.Status != status || v.PercentComplete < percent {
				t.Errorf("%+v, %v", v, err)
			}
			percent = v.PercentComplete
		}
		for range 3 {
			w.sleep(4 * time.Minute)
			w.restart()
			poll(api.Running)
		}
		w.sleep(2 * time.Minute)
		for range 3 {
			w.sleep(24*time.Hour - time.Second)
			if err := w.service.Heartbeat(w.t.Context(), back.URL[strings.LastIndex(back.URL, "/")+1:]); err != nil {
				t.Error(err)
			}
			w.restart()
			w.sleep(time.Second)
			poll(api.Running)
		}
		if err := w.service.Complete(w.t.Context(), back.URL[strings.LastIndex(back.URL, "/")+1:], []byte(`{"pass":true}`)); err != nil {
			t.Error(err)
		}
	})
	if view.CustomStatus != "Shipped" || took != long+72*time.Hour || execution != stepfunctions.Succeeded || runs < 4 {
		t.Errorf("%s after %v and %d runs: %s", view.CustomStatus, took, runs, execution)
	}
}

func TestCancellationOfARunningStageOnTheEngine(t *testing.T) {
	view, took, execution := onEngine(t, sale(takes(20*time.Second, "", nil), pass, pass), func(w *fixture) {
		w.sleep(5 * time.Second)
		if _, err := w.service.Cancel(w.t.Context(), w.secret); err != nil {
			t.Error(err)
		}
	})
	if view.Status != api.Canceled || took != 5*time.Second || execution != stepfunctions.Aborted {
		t.Errorf("%+v after %v: %s", view, took, execution)
	}
}

// Executions keep the state machine that they were started with: the one of the
// first format, which chose by a decision, runs with the activities of today.
func TestExecutionsOfTheFirstFormatEnd(t *testing.T) {
	first, err := os.ReadFile("testdata/inflight/first.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	definition := strings.NewReplacer("${ModerateFunctionArn}", lambdaARN("reserve"), "${ShortlistFunctionArn}", lambdaARN("pack"),
		"${SelectFunctionArn}", lambdaARN("ship"), "${FailFunctionArn}", lambdaARN("fail")).Replace(string(first))
	for name, c := range map[string]struct {
		pack      do
		status    api.Status
		word      string
		execution stepfunctions.Status
	}{
		"accepted": {pass, api.Succeeded, "Shipped", stepfunctions.Succeeded},
		"rejected": {takes(0, refused.Outcome, nil), api.Succeeded, "Refused", stepfunctions.Succeeded},
		"failed":   {takes(0, "", errSoldOut), api.Failed, "Packing", stepfunctions.Failed},
	} {
		shipped := false
		job := sale(pass, c.pack, func(context.Context, *orderRun) (async.Outcome, error) { shipped = true; return async.Continue, nil })
		view, _, execution := withDefinition(t, job, definition, nil)
		if view.Status != c.status || view.CustomStatus != c.word || execution != c.execution || shipped != (c.word == "Shipped") {
			t.Errorf("%s: %s, %s, %s, shipped %v", name, view.Status, view.CustomStatus, execution, shipped)
		}
	}
}
