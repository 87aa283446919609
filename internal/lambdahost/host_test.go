package lambdahost_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/internal/lambdahost"
)

// The test binary is also the function: with FUNCTION set it serves the real
// runtime loop of aws-lambda-go instead of running tests.
func TestMain(m *testing.M) {
	if os.Getenv("FUNCTION") != "" {
		lambda.Start(function)
		return
	}
	os.Exit(m.Run())
}

type ask struct{ Do, Say string }

func function(ctx context.Context, a ask) (string, error) {
	switch a.Do {
	case "fail":
		return "", errors.New("as asked")
	case "exit":
		os.Exit(3)
	case "knock":
		return knock(a.Say)
	case "hang":
		<-ctx.Done()
		select {}
	}
	return a.Say + " from " + os.Getenv("AWS_LAMBDA_FUNCTION_NAME"), nil
}

// knock answers this invocation in the place of the runtime, by a request to
// the Runtime API that is addressed to host, and returns the status it got.
func knock(host string) (string, error) {
	req, err := http.NewRequest("POST", "http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/init/error", strings.NewReader(`"forged"`))
	if err != nil {
		return "", err
	}
	req.Host = host
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	return res.Status, res.Body.Close()
}

// A web page whose name leads to this machine answers no invocation.
func TestRuntimeAPIAnswersToItsAddressOnly(t *testing.T) {
	for host, want := range map[string]string{"evil.example": `"421 Misdirected Request"`, "": `"forged"`} {
		got, err := newHost(t).Invoke(t.Context(), "echo", []byte(`{"Do":"knock","Say":"`+host+`"}`))
		if err != nil || string(got.Payload) != want {
			t.Errorf("%q: got %s, %v; want %s", host, got.Payload, err, want)
		}
	}
}

func newHost(t *testing.T) *lambdahost.Host {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h := lambdahost.New(lambdahost.Function{
		Name: "echo", Binary: exe, Env: []string{"FUNCTION=1"}, Timeout: 2 * time.Second, Logs: io.Discard,
	})
	t.Cleanup(h.Close)
	return h
}

func TestInvoke(t *testing.T) {
	cases := map[string]struct{ payload, want, errorType string }{
		"answers": {payload: `{"Say":"hello"}`, want: `"hello from echo"`},
		"fails":   {payload: `{"Do":"fail"}`, errorType: "errorString"},
		"exits":   {payload: `{"Do":"exit"}`, errorType: "Runtime.ExitError"},
		"hangs":   {payload: `{"Do":"hang"}`, errorType: "Sandbox.Timedout"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			got, err := h.Invoke(t.Context(), "echo", []byte(c.payload))
			if err != nil {
				t.Fatal(err)
			}
			if c.errorType == "" {
				if string(got.Payload) != c.want || got.FunctionError != "" {
					t.Fatalf("got %s %q", got.Payload, got.FunctionError)
				}
				return
			}
			var failure struct{ ErrorType string }
			if err := json.Unmarshal(got.Payload, &failure); err != nil || failure.ErrorType != c.errorType {
				t.Fatalf("got %s, %v; want the type %s", got.Payload, err, c.errorType)
			}
			// the next invocation finds a working instance
			if again, err := h.Invoke(t.Context(), "echo", []byte(`{"Say":"again"}`)); err != nil || again.FunctionError != "" {
				t.Fatalf("afterwards: %s %v", again.Payload, err)
			}
		})
	}
}

func TestInvokeAtTheSameTime(t *testing.T) {
	h := newHost(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := h.Invoke(t.Context(), "echo", []byte(`{"Say":"hi"}`))
			if err != nil || string(got.Payload) != `"hi from echo"` {
				t.Errorf("got %s %v", got.Payload, err)
			}
		})
	}
	wg.Wait()
}

func TestEndpoint(t *testing.T) {
	server := httptest.NewServer(newHost(t))
	defer server.Close()
	cases := map[string]struct {
		name, payload, want string
		status              int
		functionError       string
	}{
		"a name":        {name: "echo", payload: `{"Say":"hi"}`, status: 200, want: "hi from echo"},
		"an ARN":        {name: "arn:aws:lambda:us-east-1:123456789012:function:echo:live", payload: `{"Say":"hi"}`, status: 200, want: "hi from echo"},
		"an error":      {name: "echo", payload: `{"Do":"fail"}`, status: 200, want: "as asked", functionError: "Unhandled"},
		"no such":       {name: "missing", payload: `{}`, status: 404, want: "Function not found"},
		"not an invoke": {name: "echo/extra", payload: `{}`, status: 404, want: "Function not found"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			resp, err := http.Post(server.URL+"/2015-03-31/functions/"+c.name+"/invocations", "application/json", bytes.NewBufferString(c.payload))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != c.status || !strings.Contains(string(body), c.want) || resp.Header.Get("X-Amz-Function-Error") != c.functionError {
				t.Fatalf("got %s %q %s", resp.Status, resp.Header.Get("X-Amz-Function-Error"), body)
			}
		})
	}
}

func TestMeasureStart(t *testing.T) {
	exe, _ := os.Executable()
	took, err := lambdahost.MeasureStart(lambdahost.Function{Name: "echo", Binary: exe, Env: []string{"FUNCTION=1"}, Logs: io.Discard})
	if err != nil || took <= 0 {
		t.Fatalf("got %s, %v", took, err)
	}
	if _, err := lambdahost.MeasureStart(lambdahost.Function{Name: "true", Binary: "/bin/true", Logs: io.Discard}); err == nil {
		t.Fatal("a process that ends at once has no start to measure")
	}
}

func TestMeasure(t *testing.T) {
	exe, _ := os.Executable()
	f := lambdahost.Function{Name: "echo", Binary: exe, Env: []string{"FUNCTION=1"}, Logs: io.Discard}
	m, err := lambdahost.Measure(f, []byte(`{"Say":"one"}`), []byte(`{"Say":"two"}`))
	if err != nil || len(m.Invocations) != 2 || m.Start <= 0 || m.Invocations[1] <= 0 {
		t.Fatalf("got %+v, %v", m, err)
	}
	if _, err := os.Stat("/proc/self/schedstat"); err == nil && (m.Memory <= 0 || m.StartCPU <= 0) {
		t.Errorf("got %+v", m)
	}
	if _, err := lambdahost.Measure(f, []byte(`{"Do":"fail"}`)); err == nil {
		t.Error("a failure is measured")
	}
}
