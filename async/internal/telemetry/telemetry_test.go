package telemetry_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/telemetry"
	"example.org/asynchttpapi/async/internal/trace"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const traceID = trace.ID("4bf92f3577b34da6a3ce929d0e0e4736")

// line is what is written of a moment, and "" for nothing.
func line(t *testing.T, stack string, level slog.Level, m async.Moment) string {
	t.Helper()
	var b bytes.Buffer
	leaveOut := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	log := slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: level, ReplaceAttr: leaveOut}))
	w := telemetry.New(log, stack, func() time.Time { return at })
	w.Report(trace.NewContext(t.Context(), traceID), m)
	return strings.TrimSpace(b.String())
}

func TestLines(t *testing.T) {
	approved := async.State{Status: api.Succeeded, CustomStatus: "Approved", Message: "Congratulations!", Rank: 7}
	failed := async.State{Status: api.Failed, CustomStatus: "Selection", Error: &api.Error{Code: api.CodeTimedOut, Message: "Late."}, Redrive: 1}
	const end = `"traceId":"4bf92f3577b34da6a3ce929d0e0e4736"`
	for _, tt := range []struct {
		moment async.Moment
		want   string
	}{
		{async.Moment{What: async.Accepted, ID: "id", State: async.State{Status: api.NotStarted}},
			`{"level":"INFO","msg":"accepted","submission":"a56145270ce6","status":"NotStarted",` + end + `}`},
		{async.Moment{What: async.StageDecided, ID: "id", Stage: "moderation", Decision: "accepted"},
			`{"level":"INFO","msg":"stage decided","submission":"a56145270ce6","stage":"moderation","decision":"accepted",` + end + `}`},
		{async.Moment{What: async.Ended, ID: "id", State: approved, Age: 1500 * time.Millisecond},
			`{"level":"INFO","msg":"ended","submission":"a56145270ce6","status":"Succeeded","customStatus":"Approved","ageSeconds":1.5,` + end + `}`},
		{async.Moment{What: async.Ended, ID: "id", State: failed, Age: time.Second, Reconciled: true},
			`{"level":"WARN","msg":"ended","submission":"a56145270ce6","status":"Failed","customStatus":"Selection","code":"TimedOut","ageSeconds":1,` +
				`"reconciled":true,"redrive":1,` + end + `}`},
		{async.Moment{What: async.Polled, ID: "id"}, ""},
	} {
		if got := line(t, "", slog.LevelInfo, tt.moment); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestMetrics(t *testing.T) {
	approved := async.State{Status: api.Succeeded, CustomStatus: "Approved"}
	failed := async.State{Status: api.Failed, CustomStatus: "Selection"}
	for _, tt := range []struct {
		moment  async.Moment
		outcome string
		want    map[string]float64
	}{
		{async.Moment{What: async.Accepted}, "", map[string]float64{"Accepted": 1}},
		{async.Moment{What: async.Replayed}, "", map[string]float64{"Replayed": 1}},
		{async.Moment{What: async.Polled}, "", map[string]float64{"Polls": 1}},
		{async.Moment{What: async.Polled, Detected: true, Lag: 1250 * time.Millisecond}, "",
			map[string]float64{"Polls": 1, "DetectionLag": 1250}},
		{async.Moment{What: async.Ended, State: approved, Age: 90 * time.Second}, "Approved",
			map[string]float64{"Ended": 1, "Age": 90}},
		{async.Moment{What: async.Ended, State: failed, Age: time.Second, Reconciled: true}, "Failed",
			map[string]float64{"Ended": 1, "Age": 1, "Failed": 1, "Reconciled": 1}},
		{async.Moment{What: async.StageBegun}, "", nil},
	} {
		checkMetrics(t, line(t, "prod", slog.LevelInfo, tt.moment), tt.outcome, tt.want)
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
		if d.Namespace != "AsyncHttpApi" || members["stack"] != "prod" || e.AWS.Timestamp != at.UnixMilli() {
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
