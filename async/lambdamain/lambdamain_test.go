package lambdamain_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/async/lambdamain/results"
	"example.org/asynchttpapi/internal/samtemplate"
)

func readTemplate(t *testing.T) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Read(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

var refs = map[string]string{"AWS::StackName": "test", "Submissions": "table", "ProcessSubmissionAliaslive": "arn:machine:live"}

// What the deployment sets is what the functions read, and is taken.
func TestEveryFunctionTakesItsEnvironment(t *testing.T) {
	tpl := readTemplate(t)
	for id, f := range tpl.Functions {
		env, err := tpl.Environment(f, refs)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if _, err := functions.SettingsFromEnv(func(name string) string { return env[name] }); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if env["TABLE_NAME"] != "table" {
			t.Errorf("%s: the table is %q", id, env["TABLE_NAME"])
		}
	}
}

// Each route of the template leads to the function that serves it.
func TestRoutes(t *testing.T) {
	for id, f := range readTemplate(t).Functions {
		for _, route := range f.Routes {
			_, path, _ := strings.Cut(route, " ")
			function, ok := lambdahttp.Routes()[route]
			if !ok {
				function = lambdahttp.Routes()["ANY "+path]
			}
			if strings.Trim(f.CodeURI, "/") != "functions/"+function {
				t.Errorf("%s serves %s, which is %q's", id, route, function)
			}
		}
	}
}

type input struct{}

func job(waits bool) async.Definition {
	stage := async.Stage[input, async.None]{Name: "Walking", Message: "At work."}
	if waits {
		stage.Wait = async.WaitFor(func(context.Context, *async.Run[input, async.None], async.Callback) error { return nil },
			func(context.Context, *async.Run[input, async.None], struct{}) (async.Outcome, error) {
				return async.Continue, nil
			})
	} else {
		stage.Do = func(context.Context, *async.Run[input, async.None]) (async.Outcome, error) {
			return async.Continue, nil
		}
	}
	return async.Job[input, async.None]{Name: "errands", Stages: []async.Stage[input, async.None]{stage}, Done: async.End{Outcome: "Done", Message: "It is done."}}
}

// awsEnv is the environment of a function, with a DynamoDB that knows nothing.
func awsEnv(t *testing.T) (calls *[]string) {
	t.Helper()
	calls = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*calls = append(*calls, r.Method+" "+r.Header.Get("X-Amz-Target"))
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		io.WriteString(w, "{}") //nolint:errcheck // the client sees it
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL_DYNAMODB": server.URL,
		"AWS_ENDPOINT_URL_SFN": server.URL, "AWS_ENDPOINT_URL_S3": server.URL, "TABLE_NAME": "table", "RESULTS_BUCKET": "bucket",
		"STATE_MACHINE_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:process:live", "PUBLIC_BASE_URL": "https://api.example.org",
	} {
		t.Setenv(name, value)
	}
	return calls
}

// Every function has a twin that makes its handler, connected ahead of its first call.
func TestHandlersAreMadeFromTheEnvironment(t *testing.T) {
	calls := awsEnv(t)
	for name, newHandler := range map[string]func() (lambda.Handler, error){
		"submit":   func() (lambda.Handler, error) { return lambdamain.NewSubmit(job(false)) },
		"status":   func() (lambda.Handler, error) { return lambdamain.NewStatus() },
		"result":   func() (lambda.Handler, error) { return lambdamain.NewResult() },
		"cancel":   func() (lambda.Handler, error) { return lambdamain.NewCancel(job(false)) },
		"callback": func() (lambda.Handler, error) { return lambdamain.NewCallback(job(true)) },
		"stage":    func() (lambda.Handler, error) { return lambdamain.NewStage(job(false), "walking") },
		"results": func() (lambda.Handler, error) {
			return lambdamain.NewStage(job(false), "Walking", results.InS3())
		},
		"wait": func() (lambda.Handler, error) {
			return lambdamain.NewStage(job(true), "Walking", lambdamain.WithWorkflows())
		},
		"fail":       func() (lambda.Handler, error) { return lambdamain.NewFail(job(false)) },
		"compensate": func() (lambda.Handler, error) { return lambdamain.NewCompensate(job(false)) },
		"reconcile":  func() (lambda.Handler, error) { return lambdamain.NewReconcile(job(false)) },
	} {
		*calls = nil
		h, err := newHandler()
		if err != nil || h == nil || len(*calls) == 0 || !strings.HasPrefix((*calls)[0], "GET ") {
			t.Errorf("%s: %v, connected by %q", name, err, *calls)
		}
	}
	h, err := lambdamain.NewStatus()
	if err != nil {
		t.Fatal(err)
	}
	event := `{"rawPath":"/api/status/` + async.IDOf("x") + `","requestContext":{"http":{"method":"GET"}}}`
	out, err := h.Invoke(t.Context(), []byte(event))
	var r struct{ StatusCode int }
	if json.Unmarshal(out, &r); err != nil || r.StatusCode != http.StatusNotFound {
		t.Errorf("%s, %v", out, err)
	}
}

func TestMistakesAreNamedAtOnce(t *testing.T) {
	awsEnv(t)
	if _, err := lambdamain.NewStage(job(true), "Walking"); err == nil || !strings.Contains(err.Error(), "waits") {
		t.Errorf("a wait without WithWorkflows: %v", err)
	}
	t.Setenv("TABLE_NAME", "")
	t.Setenv("STATE_MACHINE_ARN", "nonsense")
	t.Setenv("RETENTION_DAYS", "no")
	_, err := lambdamain.NewSubmit(job(false))
	for _, want := range []string{"table", "state machine", "RETENTION_DAYS"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

// A binary is linked with what its function needs: every cold start reads it.
func TestWhatBinariesAreLinkedWith(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: it builds two binaries")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for function, foreign := range map[string][]string{
		"status":              {"asynchttpapi/speakers", "aws-sdk-go-v2/service/s3", "async.(*Service).RunStage", "html.EscapeString"},
		"activities/moderate": {"aws-sdk-go-v2/service/s3", "aws-sdk-go-v2/service/sfn.(*Client)", "lambdahttp.(*exchange)"},
	} {
		binary := filepath.Join(t.TempDir(), "bootstrap")
		build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./functions/"+function)
		build.Dir = filepath.Join("..", "..")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		symbols, err := exec.CommandContext(ctx, "go", "tool", "nm", binary).Output()
		if err != nil || !strings.Contains(string(symbols), "async.(*Service)") {
			t.Fatalf("%v: %d bytes of symbols", err, len(symbols))
		}
		for _, name := range foreign {
			for line := range strings.Lines(string(symbols)) {
				if strings.Contains(line, " T ") && strings.Contains(line, name) {
					t.Errorf("%s is linked with %s", function, strings.TrimSpace(line))
					break
				}
			}
		}
	}
}
