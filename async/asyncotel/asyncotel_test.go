package asyncotel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncotel"
	"example.org/asynchttpapi/async/local"
)

type film struct {
	Title string `json:"title"`
}

const secret = "A Secret Title"

// newService is a whole service on one machine, whose events are spans.
func newService(t *testing.T, do func(context.Context, *async.Run[film, async.None]) (async.Outcome, error)) (url string, exported *tracetest.InMemoryExporter) {
	t.Helper()
	exported = tracetest.NewInMemoryExporter()
	spans := asyncotel.New(sdktrace.WithSyncer(exported))
	t.Cleanup(func() { _ = spans.Shutdown(context.Background()) })
	stage := func(name string) async.Stage[film, async.None] {
		return async.Stage[film, async.None]{Name: name, Message: "It is at work.", Attempts: 1, Do: do}
	}
	job := async.Job[film, async.None]{Name: "films", Stages: []async.Stage[film, async.None]{stage("Cutting"), stage("Grading")},
		Done: async.End{Outcome: "Shown", Message: "It is shown."}, Examples: []film{{"x"}}}
	var handler atomic.Pointer[local.Server]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s, err := local.New(t.Context(), job, local.Options{
		Data: t.TempDir(), BaseURL: server.URL, Log: slog.New(slog.DiscardHandler), Observer: spans.WithPolls().Observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	handler.Store(s)
	return server.URL, exported
}

func call(t *testing.T, method, url, trace, body string) (*http.Response, api.Submission) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if trace != "" {
		req.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var s api.Submission
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return resp, s
}

// submit submits a film and waits for its end.
func submit(t *testing.T, url, trace string) (id string) {
	t.Helper()
	resp, _ := call(t, http.MethodPost, url+api.SubmitPath, trace, `{"title":"`+secret+`"}`)
	location := resp.Header.Get("Location")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, s := call(t, http.MethodGet, location, "", ""); s.Status.Terminal() {
			return path.Base(location)
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not end")
		}
	}
}

// named are the spans of a name.
func named(spans tracetest.SpanStubs, name string) (found tracetest.SpanStubs) {
	for _, s := range spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

func one(t *testing.T, spans tracetest.SpanStubs, name string) tracetest.SpanStub {
	t.Helper()
	found := named(spans, name)
	if len(found) != 1 {
		t.Fatalf("%d spans %q of %d", len(found), name, len(spans))
	}
	return found[0]
}

const clientTrace = "4bf92f3577b34da6a3ce929d0e0e4736"

// Spans of one submission are one trace, from the submit to the last stage, and
// the client's own trace leads to it.
func TestOneTraceFromSubmitToStages(t *testing.T) {
	url, exporter := newService(t, func(context.Context, *async.Run[film, async.None]) (async.Outcome, error) {
		return async.Continue, nil
	})
	id := submit(t, url, clientTrace)
	spans := exporter.GetSpans()
	root := one(t, spans, "submission")
	if root.Parent.IsValid() || root.Status.Code != codes.Unset || root.EndTime.Before(root.StartTime) {
		t.Errorf("submission: %+v", root)
	}
	var requested tracetest.SpanStub
	for _, s := range named(spans, "accepted") {
		if s.SpanContext.TraceID().String() == clientTrace {
			requested = s
			continue
		}
		if len(s.Links) != 1 || s.Links[0].SpanContext.TraceID().String() != clientTrace {
			t.Errorf("accepted is not linked with the client's trace: %+v", s.Links)
		}
	}
	if len(requested.Links) != 1 || requested.Links[0].SpanContext.SpanID() != root.SpanContext.SpanID() ||
		requested.Links[0].SpanContext.TraceID() != root.SpanContext.TraceID() {
		t.Errorf("the client's trace does not lead to the submission: %+v", requested)
	}
	for _, name := range []string{"stage Cutting", "stage Grading"} {
		s := one(t, spans, name)
		if s.Parent.SpanID() != root.SpanContext.SpanID() || s.SpanContext.TraceID() != root.SpanContext.TraceID() {
			t.Errorf("%s is below %v in %v", name, s.Parent.SpanID(), s.SpanContext.TraceID())
		}
		if s.StartTime.Before(root.StartTime.Add(-time.Second)) || s.EndTime.Before(s.StartTime) {
			t.Errorf("%s from %v to %v", name, s.StartTime, s.EndTime)
		}
		if got := attributesOf(s)[string(asyncotel.Request)]; got != clientTrace {
			t.Errorf("%s names the request's trace as %q", name, got)
		}
	}
	checkNothingSecret(t, spans, id)
}

func attributesOf(s tracetest.SpanStub) map[string]string {
	all := map[string]string{}
	for _, a := range s.Attributes {
		all[string(a.Key)] = a.Value.String()
	}
	return all
}

// checkNothingSecret looks for what was submitted and for the id, which is the
// right to read the status.
func checkNothingSecret(t *testing.T, spans tracetest.SpanStubs, id string) {
	t.Helper()
	text, err := json.Marshal(spans)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{secret, id} {
		if bytes.Contains(text, []byte(word)) {
			t.Errorf("the spans hold %q", word)
		}
	}
	if !bytes.Contains(text, []byte(async.LogID(id))) {
		t.Error("the spans do not name the submission as logs do")
	}
}

func TestFailure(t *testing.T) {
	url, exporter := newService(t, func(_ context.Context, r *async.Run[film, async.None]) (async.Outcome, error) {
		return async.Continue, errors.New("cannot cut " + r.Input.Title)
	})
	id := submit(t, url, "")
	spans := exporter.GetSpans()
	root, stage := one(t, spans, "submission"), one(t, spans, "stage Cutting")
	if root.Status.Code != codes.Error || root.Status.Description != api.CodeProcessFailed {
		t.Errorf("submission: %+v", root.Status)
	}
	if stage.Status.Code != codes.Error || stage.Parent.SpanID() != root.SpanContext.SpanID() || stage.SpanContext.TraceID() != root.SpanContext.TraceID() {
		t.Errorf("stage: %+v", stage)
	}
	if n := len(named(spans, "accepted")); n != 1 {
		t.Errorf("%d spans for an acceptance without a trace of the client's", n)
	}
	checkNothingSecret(t, spans, id)
}

// A cancellation, which comes in a trace of its own, ends the submission's span
// where its stages are.
func TestCancellation(t *testing.T) {
	began := make(chan struct{}, 2)
	url, exporter := newService(t, func(ctx context.Context, _ *async.Run[film, async.None]) (async.Outcome, error) {
		began <- struct{}{}
		return async.Continue, async.Sleep(ctx, time.Minute)
	})
	_, s := call(t, http.MethodPost, url+api.SubmitPath, clientTrace, `{"title":"x"}`)
	<-began
	const another = "5bf92f3577b34da6a3ce929d0e0e4736"
	call(t, http.MethodDelete, s.CancelURL, another, "")
	_, _ = call(t, http.MethodGet, url+api.StatusPath+s.ID, another, "")
	spans := exporter.GetSpans()
	root := one(t, spans, "submission")
	for _, s := range named(spans, "accepted") {
		if s.SpanContext.TraceID().String() != clientTrace && s.SpanContext.TraceID() != root.SpanContext.TraceID() {
			t.Errorf("accepted is in %v, the submission in %v", s.SpanContext.TraceID(), root.SpanContext.TraceID())
		}
	}
	poll := one(t, spans, "polled")
	if poll.SpanContext.TraceID().String() != another || len(poll.Links) != 1 || poll.Links[0].SpanContext.TraceID() != root.SpanContext.TraceID() {
		t.Errorf("poll: %+v", poll)
	}
}
