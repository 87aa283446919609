package lambdahttp_test

import (
	"context"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

// Calls end well before the invocation does, so that there is time to undo and
// to answer.
func TestDeadline(t *testing.T) {
	invocation := time.Now().Add(4 * time.Second)
	var calls []time.Time
	note := func(ctx context.Context, _ func(context.Context) error) error {
		end, _ := ctx.Deadline()
		calls = append(calls, end)
		return asynctest.ErrDown
	}
	faults := &asynctest.Faults{}
	faults.Always("Store.Get", note)
	faults.Always("Store.Create", note)
	service, err := async.New(async.Config{
		Store: asynctest.FaultyStore{Store: &asynctest.Store{}, Faults: faults}, Workflows: &asynctest.Workflows{}, Job: job(), Retention: 24 * time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	w := newFixture(t, func(c *lambdahttp.Config) { c.Service = service })
	ctx, cancel := context.WithDeadline(t.Context(), invocation)
	defer cancel()
	submitted := callIn(ctx, t, w.submit, submission(`{"name":"x"}`))
	polled := callIn(ctx, t, w.status, event("GET", api.StatusPath+async.IDOf(async.NewSecret())))
	if submitted.StatusCode != 503 || polled.StatusCode != 503 || len(calls) != 2 {
		t.Fatalf("%d, %d, %d calls", submitted.StatusCode, polled.StatusCode, len(calls))
	}
	for _, end := range calls {
		if end.IsZero() || end.After(invocation.Add(-1500*time.Millisecond)) {
			t.Errorf("a call may last until %v before the invocation ends", invocation.Sub(end))
		}
	}
}
