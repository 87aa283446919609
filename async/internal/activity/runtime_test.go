package activity

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/speakers"
)

// inRuntime makes this test binary a Lambda function instead: the error names
// have to survive the real runtime loop, which ends by exiting the process.
const inRuntime = "ACTIVITY_TEST_IN_RUNTIME"

func TestMain(m *testing.M) {
	if os.Getenv(inRuntime) != "" {
		lambda.Start(runInRuntime)
	}
	os.Exit(m.Run())
}

// runInRuntime runs a stage in a world where the submission's id says what
// goes wrong.
func runInRuntime(ctx context.Context, in Input) (Output, error) {
	w := newWorld()
	stage := w.stage(speakers.Moderation, "approve")
	switch in.ID {
	case "store down":
		stage.Store = broken{&w.store, errors.New("down"), nil}
	case "refused":
		stage, in.ID = w.stage(speakers.Moderation, "fail@moderation"), "id"
	case "moved on":
		in.ID = "id"
		w.end("Canceled")
	}
	return stage.Run(ctx, in)
}

// answer is what the function posted back for one invocation.
type answer struct {
	kind, body string
}

// runtimeAPI is Lambda's runtime API: it hands out events one after another
// and collects the answers.
func runtimeAPI(events []string, answers chan<- answer) http.Handler {
	mux := http.NewServeMux()
	next := 0
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		if next == len(events) {
			<-r.Context().Done() // no more work: the real one hangs as well
			return
		}
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", strconv.Itoa(next))
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
		io.WriteString(w, events[next])
		next++
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{kind}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		answers <- answer{r.PathValue("kind"), string(body)}
	})
	return mux
}

func TestNamesSurviveTheRealRuntimeLoop(t *testing.T) {
	tests := []struct{ id, kind, want string }{
		{"id", "response", ""},
		{"other", "error", NotFound},
		{"store down", "error", Unavailable},
		{"refused", "error", ReviewFailed},
		{"moved on", "error", Overtaken},
		{"", "error", Invalid},
	}
	var events []string
	for _, test := range tests {
		event, _ := json.Marshal(Input{ID: test.id})
		events = append(events, string(event))
	}
	answers := make(chan answer, len(tests))
	server := httptest.NewServer(runtimeAPI(events, answers))
	defer server.Close()

	function := exec.CommandContext(t.Context(), os.Args[0])
	function.Env = append(os.Environ(), inRuntime+"=1", "AWS_LAMBDA_RUNTIME_API="+server.Listener.Addr().String())
	if err := function.Start(); err != nil {
		t.Fatal(err)
	}
	defer function.Wait()
	defer function.Process.Kill()

	for _, test := range tests {
		select {
		case got := <-answers:
			checkAnswer(t, test.id, got, test.kind, test.want)
		case <-time.After(20 * time.Second):
			t.Fatalf("%q: the function does not answer", test.id)
		}
	}
}

func checkAnswer(t *testing.T, id string, got answer, kind, want string) {
	t.Helper()
	var body struct {
		ErrorType, ErrorMessage string
		Output
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}
	if got.kind != kind || body.ErrorType != want {
		t.Errorf("%q: %s %s, want %s %q", id, got.kind, got.body, kind, want)
	}
	if kind == "response" && got.body != `{"id":"id","decision":"accepted"}` {
		t.Errorf("output %s", got.body)
	}
}
