package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/telemetry"
	"example.org/asynchttpapi/async/internal/trace"
)

const traceID = trace.ID("4bf92f3577b34da6a3ce929d0e0e4736")

// logger writes lines without their time.
func logger(b *bytes.Buffer, level slog.Level) *slog.Logger {
	leaveOut := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: level, ReplaceAttr: leaveOut}))
}

// line is what is written of an event, "" for nothing.
func line(t *testing.T, w telemetry.Writer, e async.Event) string {
	t.Helper()
	var b bytes.Buffer
	w.Log = logger(&b, slog.LevelInfo)
	w.Observe(trace.NewContext(t.Context(), traceID), e)
	return strings.TrimSpace(b.String())
}

func TestLines(t *testing.T) {
	approved := async.State{Status: api.Succeeded, CustomStatus: "Approved", Message: "Congratulations!", Rank: 7}
	failed := async.State{Status: api.Failed, CustomStatus: "Selection", Error: &api.Error{Code: api.CodeTimedOut, Message: "Late."}, Redrive: 1}
	broken := async.Event{Kind: async.StageError, ID: "id", Stage: "Moderation", ErrorType: async.Unavailable, Err: errors.New("ada@example.org")}
	const end = `"traceId":"4bf92f3577b34da6a3ce929d0e0e4736"`
	for _, tt := range []struct {
		logErrors bool
		event     async.Event
		want      string
	}{
		{false, async.Event{Kind: async.Accepted, ID: "id", State: async.State{Status: api.NotStarted}},
			`{"level":"INFO","msg":"accepted","submission":"a56145270ce6","status":"NotStarted",` + end + `}`},
		{false, async.Event{Kind: async.StageFinished, ID: "id", Stage: "Moderation", Outcome: "Rejected"},
			`{"level":"INFO","msg":"stage finished","submission":"a56145270ce6","stage":"Moderation","outcome":"Rejected",` + end + `}`},
		{false, async.Event{Kind: async.Ended, ID: "id", State: approved, Age: 1500 * time.Millisecond},
			`{"level":"INFO","msg":"ended","submission":"a56145270ce6","status":"Succeeded","customStatus":"Approved","ageSeconds":1.5,` + end + `}`},
		{false, async.Event{Kind: async.Ended, ID: "id", State: failed, Age: time.Second, Reconciled: true},
			`{"level":"WARN","msg":"ended","submission":"a56145270ce6","status":"Failed","customStatus":"Selection","code":"TimedOut","ageSeconds":1,` +
				`"reconciled":true,"redrive":1,` + end + `}`},
		{false, broken, `{"level":"WARN","msg":"stage error","submission":"a56145270ce6","stage":"Moderation","errorType":"Activity.Unavailable",` +
			`"reason":"*errors.errorString",` + end + `}`},
		{true, broken, `{"level":"WARN","msg":"stage error","submission":"a56145270ce6","stage":"Moderation","errorType":"Activity.Unavailable",` +
			`"reason":"*errors.errorString","error":"ada@example.org",` + end + `}`},
		{false, async.Event{Kind: async.Polled, ID: "id"}, ""},
	} {
		if got := line(t, telemetry.Writer{LogErrors: tt.logErrors}, tt.event); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestMetrics(t *testing.T) {
	approved := async.State{Status: api.Succeeded, CustomStatus: "Approved"}
	failed := async.State{Status: api.Failed, CustomStatus: "Selection"}
	canceled := async.State{Status: api.Canceled, CustomStatus: "Selection"}
	for _, tt := range []struct {
		event   async.Event
		outcome string
		want    map[string]float64
	}{
		{async.Event{Kind: async.Accepted}, "", map[string]float64{"Accepted": 1}},
		{async.Event{Kind: async.Replayed}, "", map[string]float64{"Replayed": 1}},
		{async.Event{Kind: async.Polled}, "", map[string]float64{"Polls": 1}},
		{async.Event{Kind: async.Polled, Detected: true, Lag: 1250 * time.Millisecond}, "",
			map[string]float64{"Polls": 1, "DetectionLag": 1250}},
		{async.Event{Kind: async.StageError}, "", map[string]float64{"StageErrors": 1}},
		{async.Event{Kind: async.Ended, State: approved, Age: 90 * time.Second}, "Approved",
			map[string]float64{"Ended": 1, "Age": 90}},
		{async.Event{Kind: async.Ended, State: failed, Age: time.Second, Reconciled: true}, "Failed",
			map[string]float64{"Ended": 1, "Age": 1, "Failed": 1, "Reconciled": 1}},
		{async.Event{Kind: async.Ended, State: canceled, Age: time.Second}, "Canceled",
			map[string]float64{"Ended": 1, "Age": 1, "Canceled": 1}},
		{async.Event{Kind: async.StageBegan}, "", nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			checkMetrics(t, line(t, telemetry.Writer{Stack: "prod"}, tt.event), tt.outcome, tt.want)
		})
	}
}

// No log level of a deployment hides a request that failed.
func TestFailedRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		w := telemetry.Writer{Log: logger(&b, slog.LevelError+4), Stack: "prod"}
		w.RequestFailed(t.Context(), slog.String("code", api.CodeUnavailable))
		checkMetrics(t, b.String(), "", map[string]float64{"FailedRequests": 1})
		if !strings.Contains(b.String(), `"level":"ERROR"`) || !strings.Contains(b.String(), `"code":"ServiceUnavailable"`) {
			t.Error(b.String())
		}
	})
}

// An alarm on a new version sees its failed requests, whatever the old one does.
func TestFailedRequestsByVersion(t *testing.T) {
	var b bytes.Buffer
	w := telemetry.Writer{Log: logger(&b, slog.LevelInfo), Stack: "prod", Function: "submit", Version: "7"}
	w.RequestFailed(t.Context())
	w.ErrorExpected(t.Context(), "id", "Moderation", async.Overtaken)
	for line := range strings.Lines(b.String()) {
		if !strings.Contains(line, `"Dimensions":[["stack"],["stack","function","version"]]`) ||
			!strings.Contains(line, `"stack":"prod","function":"submit","version":"7"`) {
			t.Error(line)
		}
	}
	if strings.Count(b.String(), "\n") != 2 {
		t.Error(b.String())
	}
}

// checkMetrics reads a line as CloudWatch does.
func checkMetrics(t *testing.T, line, outcome string, want map[string]float64) {
	t.Helper()
	var members map[string]any
	var e struct {
		AWS struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	if json.Unmarshal([]byte(line), &members) != nil || json.Unmarshal([]byte(line), &e) != nil {
		t.Fatalf("not JSON: %s", line)
	}
	got := 0
	for _, d := range e.AWS.CloudWatchMetrics {
		if d.Namespace != "AsyncHttpApi" || members["stack"] != "prod" || e.AWS.Timestamp != time.Now().UnixMilli() {
			t.Errorf("namespace, stack or time: %s", line)
		}
		if wantSets := map[bool]int{true: 2, false: 1}[outcome != ""]; len(d.Dimensions) != wantSets || outcome != "" && members["outcome"] != outcome {
			t.Errorf("dimensions: %s", line)
		}
		for _, m := range d.Metrics {
			if got++; members[m.Name] != want[m.Name] || m.Unit == "" {
				t.Errorf("%s is %v, want %v", m.Name, members[m.Name], want[m.Name])
			}
		}
	}
	if got != len(want) {
		t.Errorf("%d metrics, want %d: %s", got, len(want), line)
	}
}
