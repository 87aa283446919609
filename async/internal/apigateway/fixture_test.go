package apigateway_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/internal/openapitest"
	"example.org/asynchttpapi/internal/personal"
	"example.org/asynchttpapi/speakers"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// inBubble runs a test in virtual time, which begins at start.
func inBubble(t *testing.T, f func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		f(t)
	})
}

// runInBubble is inBubble for a part of a test.
func runInBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { inBubble(t, f) })
}

// fixture is the whole API over HTTP, with fakes for the ports. It is made in a
// bubble, and its connections are in memory.
type fixture struct {
	t         *testing.T
	client    *http.Transport
	store     *asynctest.Store
	workflows *asynctest.Workflows
	results   *asynctest.Results
	faults    *asynctest.Faults
	handlers  map[string]lambda.Handler
	log       *personal.Log
}

// newFixture starts one; change, if not nil, changes its settings first.
func newFixture(t *testing.T, change func(*functions.Config, *apigateway.Config)) *fixture {
	t.Helper()
	w, gateway := newGateway(t, change)
	w.t = t
	l := newPipeListener()
	server := apigateway.NewServer(gateway)
	go server.Serve(l) //nolint:errcheck // it is closed
	w.client = &http.Transport{DialContext: l.dial}
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		server.Close()
		time.Sleep(time.Second) // a server that closes a connection half lingers
		checkLog(t, w.log.String())
	})
	return w
}

// pipeListener accepts connections in memory.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// served are results as files.
type served struct{ *asynctest.Results }

func (s served) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	file, err := s.Results.Open(ctx, name)
	if errors.Is(err, async.ErrNotFound) {
		err = fs.ErrNotExist
	}
	return file, err
}

// newGateway is a fixture without a server before it.
func newGateway(t testing.TB, change func(*functions.Config, *apigateway.Config)) (*fixture, *apigateway.Gateway) {
	t.Helper()
	w := &fixture{
		store: &asynctest.Store{}, workflows: &asynctest.Workflows{}, results: &asynctest.Results{}, faults: &asynctest.Faults{},
		log: personal.Watch(t, presentation),
	}
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	c := functions.Config{
		Job:       speakers.Job(speakers.Simulated{}),
		Store:     asynctest.FaultyStore{Store: w.store, Faults: w.faults},
		Workflows: asynctest.FaultyWorkflows{Workflows: w.workflows, Faults: w.faults},
		Results:   w.results,
		Settings: functions.Settings{
			BaseURL: "https://api.example.org", Origins: []string{"https://page.example"},
			MaxWait: 25 * time.Second, Retention: 24 * time.Hour, Cancelable: true,
		},
		SendFile: apigateway.SendFileHeader,
		Log:      log,
	}
	g := apigateway.Config{DomainName: "gateway.example", Files: served{w.results}, Log: log}
	if change != nil {
		change(&c, &g)
	}
	handlers, err := functions.All(c)
	if err != nil {
		t.Fatal(err)
	}
	w.handlers, g.Routes = handlers, map[string]lambda.Handler{}
	for key, function := range lambdahttp.Routes() {
		g.Routes[key] = handlers[function]
	}
	gateway, err := apigateway.New(g)
	if err != nil {
		t.Fatal(err)
	}
	return w, gateway
}

// forbidden is what no log line, response or execution may hold.
var forbidden = []string{"ada@example.org", "Wrote programs", "On the engine", "Lovelace", "arn:aws", "secret"}

func checkLog(t *testing.T, log string) {
	for _, word := range forbidden {
		if strings.Contains(log, word) {
			t.Errorf("the log has %q:\n%s", word, log)
		}
	}
}

const presentation = `{"speaker":{"name":"Ada Lovelace","email":"ada@example.org","bio":"Wrote programs","country":"GB"},` +
	`"title":"Notes","description":"On the engine","track":"History"}`

// request is one request; zero fields are left to Go's client.
type request struct {
	method, path, body string
	header             map[string]string
	// beyond: the request is accepted although api/openapi.yaml has nothing like it.
	beyond bool
	// other: it is about another job than the one that api/openapi.yaml describes.
	other bool
}

func post(body string, header ...string) request {
	r := request{method: http.MethodPost, path: "/api/submit", body: body, header: map[string]string{"Content-Type": "application/json"}}
	for i := 0; i < len(header); i += 2 {
		r.header[header[i]] = header[i+1]
	}
	return r
}

func get(path string, header ...string) request {
	r := request{method: http.MethodGet, path: path, header: map[string]string{}}
	for i := 0; i < len(header); i += 2 {
		r.header[header[i]] = header[i+1]
	}
	return r
}

// response is a response whose body has been read.
type response struct {
	*http.Response
	text string
}

func (w *fixture) do(r request) response {
	w.t.Helper()
	req, err := http.NewRequest(r.method, "http://gateway.test"+r.path, strings.NewReader(r.body))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
	}
	var transport http.RoundTripper = openapitest.Transport{T: w.t, Base: w.client, Beyond: r.beyond}
	if r.other {
		transport = w.client
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	checkLog(w.t, string(text))
	return response{resp, string(text)}
}

// put arranges a record with the given state and age, and returns the path of
// its status.
func (w *fixture) put(s async.State, age time.Duration) string {
	return api.StatusPath + w.putRecord(async.Record{State: s}, age)
}

// expected is how long a stage is expected to take.
var expected = map[string]time.Duration{"Moderation": 20 * time.Second, "Shortlisting": 15 * time.Second, "Selection": 10 * time.Second}

// putRecord fills in what a record needs, and returns its id.
func (w *fixture) putRecord(r async.Record, age time.Duration) string {
	began := start.Add(-age)
	r.ID, r.Job = async.IDOf(async.NewSecret()), "speakers"
	r.Outcomes = map[string]async.Outcome{"Moderation": "secret"}
	r.Created, r.Updated = began, began
	r.Deadline, r.Expires = start.Add(time.Hour-age), start.Add(24*time.Hour-age)
	r.Began, r.Due = began, began.Add(expected[r.CustomStatus])
	w.store.Put(r)
	return r.ID
}
