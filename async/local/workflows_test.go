package local

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

// holding is a state machine whose only task lasts until a test ends it.
const holding = `{"StartAt":"Hold","TimeoutSeconds":800,"States":{"Hold":{"Type":"Task","Resource":"` + functionPrefix + `hold","End":true}}}`

// holder is the engine under test: the function that its task calls, the
// clock it looks at, and the test's hand on both.
type holder struct {
	w     *workflows
	calls stepfunctionstest.Holder
	clock *skippingClock
	store *sqlite.Store
	// tokens are those of tasks that wait.
	tokens chan string
}

func newHolder(t *testing.T) *holder { return newHolderOf(t, 0) }

// newHolderOf bounds how many executions are open at a time.
func newHolderOf(t *testing.T, maxOpen int) *holder {
	db, err := openData(t.TempDir(), slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	h := &holder{clock: &skippingClock{}, tokens: make(chan string, 100), store: sqlite.NewStore(db)}
	h.w = &workflows{engine: stepfunctions.New(stepfunctions.Config{
		Journal: stepfunctions.OpenJournal(db), Invoker: h, Clock: h.clock, MaxOpen: maxOpen,
	})}
	if err := errors.Join(h.w.engine.Start(t.Context()), h.w.define(t.Context(), holding)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		h.w.engine.Close(now) //nolint:errcheck // held functions are given up
		db.Close()            //nolint:errcheck // nothing is read afterwards
	})
	return h
}

// End implements asynctest.Executions.
func (h *holder) End(t *testing.T, id string, o async.Execution) {
	switch {
	case o.Status == api.Succeeded:
		h.calls.Let(id, nil)
	case o.TimedOut:
		h.clock.skip(801 * time.Second)
	case o.Status == api.Failed:
		h.calls.Let(id, functionError(errors.New("made to fail")))
	default:
		if _, err := h.w.engine.StopExecution(t.Context(), executionARN(id), "", ""); err != nil {
			t.Fatal(err)
		}
	}
}

// Redrive implements asynctest.Executions.
func (h *holder) Redrive(t *testing.T, id string) {
	if _, err := h.w.engine.RedriveExecution(t.Context(), executionARN(id), ""); err != nil {
		t.Fatal(err)
	}
}

// Waiting implements asynctest.WaitingExecutions.
func (h *holder) Waiting(t *testing.T, w async.Workflows) (id, token string) {
	h.waiting(t)
	defer func() {
		if err := h.w.define(t.Context(), holding); err != nil {
			t.Fatal(err)
		}
	}()
	id = rand.Text()
	if err := w.Start(t.Context(), id, []byte(`{"id":"`+id+`"}`)); err != nil {
		t.Fatal(err)
	}
	return id, <-h.tokens
}

// waiting gives the machine a task that waits, whose function notes its token.
func (h *holder) waiting(t *testing.T) {
	t.Helper()
	const waits = `{"StartAt":"Hold","TimeoutSeconds":800,"States":{"Hold":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters":{"FunctionName":"` + functionPrefix + `token","Payload":{"token.$":"$$.Task.Token"}},"End":true}}}`
	if err := h.w.define(t.Context(), waits); err != nil {
		t.Fatal(err)
	}
}

// Invoke implements stepfunctions.Invoker.
func (h *holder) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	if functionName(function) != "token" {
		return h.calls.Invoke(ctx, function, payload)
	}
	var in struct{ Token string }
	err := json.Unmarshal(payload, &in)
	h.tokens <- in.Token
	return []byte("null"), err
}

// skippingClock is the machine's clock, moved on by hand.
type skippingClock struct {
	mu      sync.Mutex
	skipped time.Duration
	waiting map[*time.Time]func()
}

func (c *skippingClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.skipped)
}

// AfterFunc never calls f by itself unless it is due at once: these tests skip
// to where they want to be.
func (c *skippingClock) AfterFunc(d time.Duration, f func()) (stop func()) {
	if d <= 0 {
		go f()
		return func() {}
	}
	due := c.Now().Add(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting == nil {
		c.waiting = map[*time.Time]func(){}
	}
	c.waiting[&due] = f
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, &due)
	}
}

func (c *skippingClock) skip(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skipped += d
	now := time.Now().Add(c.skipped)
	for due, f := range c.waiting {
		if !due.After(now) {
			delete(c.waiting, due)
			go f()
		}
	}
}

func TestWorkflowsOnTheEngine(t *testing.T) {
	h := newHolder(t)
	asynctest.TestWorkflows(t, h.w, h)
}

func TestDefineBringsTheMachineUpToDate(t *testing.T) {
	h := newHolder(t)
	changed := strings.Replace(holding, "1000", "2000", 1)
	for _, definition := range []string{holding, changed, changed} {
		if err := h.w.define(t.Context(), definition); err != nil {
			t.Fatal(err)
		}
		m, err := h.w.engine.DescribeStateMachine(t.Context(), machineARN())
		if err != nil || m.Definition != definition {
			t.Errorf("%v: it is %s, want %s", err, m.Definition, definition)
		}
	}
}

func TestWhatTheEngineDoesNotKnowIsRefused(t *testing.T) {
	h := newHolder(t)
	for about, definition := range map[string]string{
		"JSONata":    strings.Replace(holding, `{"StartAt"`, `{"QueryLanguage":"JSONata","StartAt"`, 1),
		"a resource": strings.Replace(holding, functionPrefix+"hold", "arn:aws:states:::sqs:sendMessage", 1),
		"no state":   `{"StartAt":"Hold","States":{}}`,
	} {
		if err := h.w.define(t.Context(), definition); err == nil || !strings.Contains(err.Error(), machineName) {
			t.Errorf("%s: %v", about, err)
		}
	}
}

// More executions than may be open are refused as a lack of capacity, and
// nothing of the submission is left: the repetition creates it again.
func TestOpenExecutionsAreBounded(t *testing.T) {
	h := newHolderOf(t, 1)
	store := &noting{Store: h.store}
	service, err := async.New(async.Config{Job: errand(), Store: store, Workflows: h.w, Retention: 90 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	first, err := service.Submit(t.Context(), async.Submission{Body: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	second := async.Submission{Body: []byte(`{}`), Key: "key"}
	var refused *async.RequestError
	if _, err := service.Submit(t.Context(), second); !errors.As(err, &refused) || refused.Code != api.CodeThrottled || refused.RetryAfter <= 0 {
		t.Errorf("got %v", err)
	}
	id := store.created[1]
	if _, err := store.Get(t.Context(), id); !errors.Is(err, async.ErrNotFound) {
		t.Errorf("the record: %v", err)
	}
	if _, err := store.Input(t.Context(), id); !errors.Is(err, async.ErrNotFound) {
		t.Errorf("the input: %v", err)
	}
	if other := (async.Submission{Body: []byte(`{"x":1}`), Key: "key"}); !errors.As(submitError(t, service, other), &refused) || refused.Code != api.CodeThrottled {
		t.Errorf("the key is still taken: %v", refused)
	}
	h.calls.Let(first.ID, nil)
	for {
		if x, err := h.w.Outcome(t.Context(), first.ID); err != nil || x.Status != api.Running {
			break
		}
		runtime.Gosched()
	}
	if _, err := service.Submit(t.Context(), second); err != nil {
		t.Errorf("the repetition: %v", err)
	}
}

func submitError(t *testing.T, s *async.Service, in async.Submission) error {
	_, err := s.Submit(t.Context(), in)
	return err
}

func errand() async.Definition {
	return async.Job[map[string]int, async.None]{
		Name: "errand",
		Stages: []async.Stage[map[string]int, async.None]{{Name: "Walking", Message: "At work.",
			Do: func(context.Context, *async.Run[map[string]int, async.None]) (async.Outcome, error) {
				return async.Continue, nil
			}}},
		Done: async.End{Outcome: "Done", Message: "It is done."},
	}
}

// noting is a store that notes the ids of the records that were made.
type noting struct {
	*sqlite.Store
	created []string
}

func (n *noting) Create(ctx context.Context, r async.Record, input json.RawMessage) error {
	n.created = append(n.created, r.ID)
	return n.Store.Create(ctx, r, input)
}
