package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	zombiezen "zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
	"example.org/asynchttpapi/stepfunctions/internal/wire"
)

// newHandler serves a running engine on a database of its own. It has no functions.
func newHandler(t testing.TB) http.Handler {
	t.Helper()
	h, _ := newHandlerOn(t)
	return h
}

func newHandlerOn(t testing.TB) (http.Handler, *sqlite.DB) {
	t.Helper()
	db, err := sqlite.Open(t.TempDir(), journal.Schema)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	e := engine.New(engine.Config{Journal: journal.New(db), Invoker: &enginetest.Invoker{}})
	must(t, e.Start(t.Context()))
	t.Cleanup(func() { must(t, e.Close(context.Background())) })
	return wire.NewHandler(e, slog.New(slog.NewTextHandler(t.Output(), nil))), db
}

// While the disk is full, what would be stored is answered 503, and says why.
func TestDiskIsFull(t *testing.T) {
	h, db := newHandlerOn(t)
	must(t, db.Write(t.Context(), func(conn *zombiezen.Conn) error {
		return sqlite.Each(conn, "PRAGMA max_page_count = 1", func(*zombiezen.Stmt) {})
	}))
	definition := `{"Comment":"` + strings.Repeat("x", 100_000) + `","StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`
	body := fmt.Sprintf(`{"name":"m","roleArn":"arn:aws:iam::123456789012:role/r","definition":%q}`, definition)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, post("CreateStateMachine", body))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "The disk is full") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// post returns a request as SDKs make them.
func post(operation, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	return r
}

func with(r *http.Request, header, text string) *http.Request {
	r.Header.Set(header, text)
	return r
}

// A byte order mark before a body is left out, and no answer is taken for
// anything but JSON.
func TestByteOrderMark(t *testing.T) {
	for body, want := range map[string]int{"\xef\xbb\xbf{}": 200, "\xef\xbb\xbf": 200, "\xef\xbb\xbf\xef\xbb\xbf{}": 400} {
		w := httptest.NewRecorder()
		newHandler(t).ServeHTTP(w, post("ListStateMachines", body))
		if w.Code != want || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q: %d, %v", body, w.Code, w.Header())
		}
	}
}

// panicBody is a request's body that ends in a panic with a value.
type panicBody struct{ value any }

func (b panicBody) Read([]byte) (int, error) { panic(b.value) }
func (panicBody) Close() error               { return nil }

// The name of an execution may be a secret of the caller's, as a submission's
// id is: what a panic carries is not logged, unless the runtime says it.
func TestPanicsAreLoggedWithoutTheirValue(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{"arn:aws:states:us-east-1:123456789012:execution:m:secret", "reason=string"},
		{errors.New("execution secret"), "reason=*errors.errorString"},
		{&runtime.PanicNilError{}, "panic called with nil argument"},
	} {
		var log bytes.Buffer
		h := wire.NewHandler(engine.New(engine.Config{}), slog.New(slog.NewTextHandler(&log, nil)))
		r := post("DescribeExecution", "")
		r.Body = panicBody{c.value}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%T: answered %d %s", c.value, w.Code, w.Body)
		}
		if strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), c.want) {
			t.Errorf("%T: logged %s", c.value, &log)
		}
	}
}

func TestHostileRequests(t *testing.T) {
	h := newHandler(t)
	get := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range []struct {
		title   string
		request *http.Request
		status  int
		kind    string
	}{
		{"GET", get, 405, "MethodNotAllowedException"},
		{"a form", with(post("ListStateMachines", "{}"), "Content-Type", "application/x-www-form-urlencoded"), 415, "UnsupportedMediaTypeException"},
		{"no type", with(post("ListStateMachines", "{}"), "Content-Type", ""), 415, "UnsupportedMediaTypeException"},
		{"broken type", with(post("ListStateMachines", "{}"), "Content-Type", ";;"), 415, "UnsupportedMediaTypeException"},
		{"no target", with(post("", ""), "X-Amz-Target", ""), 400, "UnknownOperationException"},
		{"another service", with(post("", ""), "X-Amz-Target", "DynamoDB_20120810.GetItem"), 400, "UnknownOperationException"},
		{"no such operation", post("MakeTea", "{}"), 400, "UnknownOperationException"},
		{"not UTF-8", post("ListStateMachines", "{\"nextToken\":\"\xff\"}"), 400, "SerializationException"},
		{"not JSON", post("ListStateMachines", "{"), 400, "SerializationException"},
		{"an array", post("ListStateMachines", "[]"), 400, "SerializationException"},
		{"nothing", post("ListStateMachines", " null"), 400, "SerializationException"},
		{"deep", post("ListStateMachines", strings.Repeat(`{"a":`, 100_000)), 400, "SerializationException"},
		{"another type", post("ListStateMachines", `{"maxResults":{}}`), 400, "SerializationException"},
		{"too large", post("ListStateMachines", `{"a":"`+strings.Repeat("x", 8<<20)+`"}`), 413, "RequestEntityTooLargeException"},
		{"charset", with(post("ListStateMachines", ""), "Content-Type", "application/x-amz-json-1.0; charset=utf-8"), 200, ""},
		{"unknown members", post("ListStateMachines", `{"a":[1,{"b":null}]}`), 200, ""},
		{"another path", with(httptest.NewRequest(http.MethodPost, "/prefix/", strings.NewReader("{}")), "Content-Type", "application/x-amz-json-1.0"), 400, "UnknownOperationException"},
	} {
		t.Run(c.title, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, c.request)
			var body struct {
				Type    string `json:"__type"`
				Message string `json:"message"`
			}
			must(t, json.Unmarshal(w.Body.Bytes(), &body))
			if w.Code != c.status || body.Type != c.kind || c.kind != "" && body.Message == "" {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if w.Header().Get("X-Amzn-Requestid") == "" || w.Header().Get("Content-Type") != "application/x-amz-json-1.0" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// TestHalfOpenConnections: a caller that says half of something is cut off.
func TestHalfOpenConnections(t *testing.T) {
	server := httptest.NewUnstartedServer(newHandler(t))
	wire.SetTimeouts(server.Config)
	if c := server.Config; c.ReadHeaderTimeout == 0 || c.ReadTimeout == 0 || c.WriteTimeout == 0 || c.IdleTimeout == 0 || c.MaxHeaderBytes == 0 {
		t.Errorf("not everything is bounded: %+v", c)
	}
	server.Config.ReadHeaderTimeout, server.Config.ReadTimeout = 20*time.Millisecond, 40*time.Millisecond
	server.Start()
	defer server.Close()
	for _, half := range []string{
		"POST / HTTP/1.1\r\nHost: x\r\nX-Amz",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\nContent-Length: 100\r\n\r\n{",
	} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		must(t, err)
		_, err = io.WriteString(conn, half)
		must(t, err)
		if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%v", err)
		}
		must(t, conn.Close())
	}
}

// FuzzRequests: whatever comes, the answer is JSON, an error has a type and a
// message, and nothing is an InternalFailure.
func FuzzRequests(f *testing.F) {
	for operation, body := range map[string]string{
		"CreateStateMachine":             `{"name":"m","roleArn":"r","definition":"{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}"}`,
		"StartExecution":                 `{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m","name":"e","input":"{}"}`,
		"DescribeExecution":              `{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:m:e"}`,
		"GetExecutionHistory":            `{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:m:e","maxResults":1,"reverseOrder":true}`,
		"ListExecutions":                 `{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m","nextToken":"e30"}`,
		"ValidateStateMachineDefinition": `{"definition":"{","severity":"WARNING","maxResults":1}`,
		"TestState":                      `{"definition":"{\"Type\":\"Pass\",\"End\":true}","input":"[1]","inspectionLevel":"TRACE"}`,
		"SendTaskSuccess":                `{"taskToken":"AAAA","output":"1"}`,
		"TagResource":                    `{"resourceArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m","tags":[{"key":"k","value":"v"}]}`,
		"UpdateStateMachine":             `{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m","definition":"[]"}`,
	} {
		f.Add(operation, []byte(body))
	}
	h := newHandler(f)
	f.Fuzz(func(t *testing.T, operation string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header["X-Amz-Target"] = []string{"AWSStepFunctions." + operation}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var answer struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		if w.Code >= 500 || w.Code != 200 && (answer.Type == "" || answer.Message == "") {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}

// Writes that cannot be kept are rejected with a status that SDKs try again.
func TestLostJournal(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(dir, journal.Schema)
	must(t, err)
	e := engine.New(engine.Config{Journal: journal.New(db), Invoker: &enginetest.Invoker{}})
	must(t, e.Start(t.Context()))
	h := wire.NewHandler(e, slog.New(slog.NewTextHandler(t.Output(), nil)))
	must(t, os.RemoveAll(dir))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, post("CreateStateMachine", `{"name":"m","roleArn":"arn:aws:iam::123456789012:role/r","definition":"{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Succeed\"}}}"}`))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"__type":"ServiceUnavailable"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	must(t, e.Close(context.Background()))
	if err := db.Close(); !errors.As(err, new(*sqlite.LostError)) {
		t.Errorf("close: %v", err)
	}
}
