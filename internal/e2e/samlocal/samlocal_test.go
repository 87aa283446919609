package samlocal

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/client"
)

// Each event is taken by its function: what comes back is the function's own
// answer, not an error of its start.
func TestSamLocal(t *testing.T) {
	w := newHarness(t)
	for _, tt := range []struct{ function, event, want string }{
		{"SubmitFunction", "submit.json", `"statusCode":202`},
		{"StatusFunction", "status.json", `"statusCode":404`},
		{"ModerateFunction", "stage.json", `"errorType":"Activity.NotFound"`},
		{"FailFunction", "fail.json", `"errorType":"Activity.Failed"`},
		{"ReconcileFunction", "reconcile.json", `null`},
	} {
		t.Run("invoke "+tt.function, func(t *testing.T) {
			out := output(t, w.local("invoke", tt.function, "--event", filepath.Join("events", tt.event)))
			if !strings.Contains(strings.ReplaceAll(out, `": `, `":`), tt.want) {
				t.Errorf("got %s, want %s", out, tt.want)
			}
		})
	}
	t.Run("start-lambda and start-api", func(t *testing.T) { w.review(t) })
}

// review takes a talk through the whole review: submitted to start-api, its
// stages run by start-lambda for Step Functions.
func (w *harness) review(t *testing.T) {
	start(t, "* Running on ", w.local("start-lambda", "--port", w.lambda, "--warm-containers", "LAZY"))
	start(t, "* Running on ", w.local("start-api", "--port", w.api, "--warm-containers", "LAZY"))
	c, err := client.New[json.RawMessage](client.Config{BaseURL: "http://127.0.0.1:" + w.api})
	if err != nil {
		t.Fatal(err)
	}
	const talk = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Wrote programs."},
		"title":"Notes","description":"On the engine.","track":"History"}`
	s, err := c.Submit(t.Context(), json.RawMessage(talk))
	if err != nil {
		t.Fatal(err)
	}
	s, err = c.Wait(t.Context(), s)
	if err != nil || s.CustomStatus != "Approved" {
		t.Errorf("got %+v, %v", s, err)
	}
}
