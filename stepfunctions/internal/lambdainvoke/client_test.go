package lambdainvoke_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/lambdainvoke"
)

func dial(t *testing.T, endpoint string) *lambdainvoke.Client {
	t.Helper()
	client, err := lambdainvoke.New(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func serve(t *testing.T, h http.HandlerFunc) *lambdainvoke.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return dial(t, server.URL)
}

func TestCallSpeaksTheInvokeAPI(t *testing.T) {
	var got *http.Request
	var body string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got, body = r, string(raw)
		io.WriteString(w, `{"ok":true}`)
	})
	result, err := client.Invoke(t.Context(), "arn:aws:lambda:eu-west-1:111111111111:function:<odd>:live", []byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	if string(result) != `{"ok":true}` {
		t.Errorf("result %s", result)
	}
	if got.Method != "POST" || got.URL.Path != "/2015-03-31/functions/<odd>/invocations" || got.URL.RawQuery != "Qualifier=live" || body != `{"a":1}` {
		t.Errorf("request %s %s %s", got.Method, got.URL, body)
	}
}

// reported returns the error's name and cause; a function's own error has its name inside.
func reported(err error) (name, cause string) {
	if failed := (*engine.FunctionError)(nil); errors.As(err, &failed) {
		return "", string(failed.Payload)
	}
	if refused := (*engine.ServiceError)(nil); errors.As(err, &refused) {
		return refused.Name, refused.Message
	}
	return "", ""
}

func TestFailuresHaveTheNamesOfStepFunctions(t *testing.T) {
	for _, c := range []struct {
		title, kind, functionError string
		status                     int
		body, name, cause          string
	}{
		{"raised", "", "Unhandled", 200, `{"errorMessage":"no","errorType":"Oops"}`, "", `{"errorMessage":"no","errorType":"Oops"}`},
		{"not JSON", "", "Unhandled", 200, `boom`, "", "boom"},
		{"unknown function", "ResourceNotFoundException", "", 404, `{"Message":"Function not found: x"}`, "Lambda.ResourceNotFoundException", "Function not found: x (Service: Lambda, Status Code: 404, Request ID: r-1)"},
		{"name with address", "TooManyRequestsException:http://x/", "", 429, `{"message":"Rate"}`, "Lambda.TooManyRequestsException", "Rate"},
		{"no name, 404", "", "", 404, "", "Lambda.ResourceNotFoundException", "404"},
		{"no name, 429", "", "", 429, "", "Lambda.TooManyRequestsException", "429"},
		{"no name, 502", "", "", 502, "bad gateway", "Lambda.ServiceException", "bad gateway"},
		{"no name, 400", "", "", 400, "", "Lambda.AWSLambdaException", "400"},
		{"short name", "InvalidRequestContent", "", 400, `{"Message":"m"}`, "Lambda.InvalidRequestContentException", "m"},
	} {
		t.Run(c.title, func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Amzn-Requestid", "r-1")
				w.Header().Set("X-Amzn-Errortype", c.kind)
				w.Header().Set("X-Amz-Function-Error", c.functionError)
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			})
			_, err := client.Invoke(t.Context(), "f", nil)
			if name, cause := reported(err); name != c.name || !strings.Contains(cause, c.cause) {
				t.Errorf("got %v, want %s with %s", err, c.name, c.cause)
			}
		})
	}
}

// Lambda does not pass on answers of more than 6 MB. What is longer is an error
// that says so, not its beginning.
func TestAnswersBeyondLambdasLimit(t *testing.T) {
	long := strings.Repeat("x", 6<<20+100)
	tooLarge := func(kind string) string {
		return `{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"` + kind + `"}`
	}
	for _, c := range []struct {
		title, functionError, body string
		cause                      string // empty for a result that is passed on
	}{
		{"at the limit", "", `"` + long[2:] + `"`, ""},
		{"one byte more", "", `"` + long[1:] + `"`, "the function's result is too large"},
		{"an error at the limit", "Unhandled", long, long},
		{"an error of a name", "Unhandled", `{"errorType":"Oops","stackTrace":[],"errorMessage":"` + long + `"}`, tooLarge("Oops")},
		{"a name after other members", "Handled", `{"a":{"errorType":"No"},"errorType":"Oops","errorMessage":"` + long + `"}`, tooLarge("Oops")},
		{"a name too late", "Unhandled", `{"errorMessage":"` + long + `","errorType":"Oops"}`, tooLarge("Function.ResponseSizeTooLarge")},
		{"no JSON", "Unhandled", long + "x", tooLarge("Function.ResponseSizeTooLarge")},
	} {
		t.Run(c.title, func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Amz-Function-Error", c.functionError)
				io.WriteString(w, c.body)
			})
			result, err := client.Invoke(t.Context(), "f", nil)
			_, cause := reported(err)
			if errors.Is(err, engine.ErrResultTooLarge) {
				cause = err.Error()
			}
			if cause != c.cause || (err == nil) != (string(result) == c.body) {
				t.Errorf("got %d bytes and %.200v, want %.200s", len(result), err, c.cause)
			}
		})
	}
}

func TestTwoQualifiersAreRefused(t *testing.T) {
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the function was called") })
	_, err := client.Invoke(t.Context(), "arn:aws:lambda:us-east-1:111111111111:function:f:2:3", nil)
	if name, _ := reported(err); name != "Lambda.InvalidParameterValueException" {
		t.Errorf("got %v", err)
	}
}

func TestRefusedConnection(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	_, err := dial(t, server.URL).Invoke(t.Context(), "f", nil)
	if name, _ := reported(err); name != "Lambda.SdkClientException" {
		t.Errorf("got %v", err)
	}
}

func TestCallerGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := client.Invoke(ctx, "f", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNewRefusesWhatIsNoAddress(t *testing.T) {
	for _, endpoint := range []string{"", "localhost:3001", "ftp://x", "http://", "::"} {
		if _, err := lambdainvoke.New(endpoint); err == nil {
			t.Errorf("%q was taken", endpoint)
		}
	}
}

// A redirect of any status is a failure of the endpoint: nothing is asked for
// at its Location, and neither that nor the page gets into the cause.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/login" {
					t.Errorf("%s %s was asked for", r.Method, r.URL.Path)
					io.WriteString(w, `{"please":"log in"}`)
					return
				}
				w.Header().Set("Location", "/login?token=secret")
				w.WriteHeader(status)
				if status != http.StatusNotModified {
					io.WriteString(w, `{"Message":"<a href=/login?token=secret>log in</a>"}`)
				}
			})
			result, err := client.Invoke(t.Context(), "pay", []byte(`{}`))
			name, cause := reported(err)
			if result != nil || name != "Lambda.AWSLambdaException" ||
				!strings.Contains(cause, fmt.Sprintf("answered %d ", status)) || !strings.Contains(cause, fmt.Sprintf("Status Code: %d", status)) {
				t.Errorf("got %s, %v", result, err)
			}
			if strings.Contains(cause, "secret") || strings.Contains(cause, "login") {
				t.Errorf("the cause gives the page away: %s", cause)
			}
		})
	}
}
