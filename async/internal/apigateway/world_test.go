package apigateway_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/internal/openapitest"
	"example.org/asynchttpapi/internal/personal"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// world is the whole API over real HTTP, with fakes for the two ports.
type world struct {
	t         *testing.T
	url       string
	store     *asynctest.Store
	workflows *asynctest.Workflows
	faults    *asynctest.Faults
	clock     *asynctest.Clock
	log       *personal.Log
}

// newWorld starts one; change, if not nil, changes its settings first.
func newWorld(t *testing.T, change func(*functions.Config, *apigateway.Config)) *world {
	t.Helper()
	w, gateway := newGateway(t, change)
	w.t = t
	server := httptest.NewUnstartedServer(nil)
	server.Config = apigateway.NewServer(gateway)
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(func() { checkLog(t, w.log.String()) })
	w.url = server.URL
	return w
}

// newGateway is a world without a server before it.
func newGateway(t testing.TB, change func(*functions.Config, *apigateway.Config)) (*world, *apigateway.Gateway) {
	t.Helper()
	w := &world{
		store: &asynctest.Store{}, workflows: &asynctest.Workflows{}, faults: &asynctest.Faults{},
		clock: asynctest.NewClock(start), log: personal.Watch(t, presentation),
	}
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	c := functions.Config{
		Store:     asynctest.FaultyStore{Store: w.store, Faults: w.faults},
		Workflows: asynctest.FaultyWorkflows{Workflows: w.workflows, Faults: w.faults},
		Settings: functions.Settings{
			BaseURL: "https://api.example.org", Origins: []string{"https://page.example"},
			MaxWait: 25 * time.Second, Retention: 24 * time.Hour, Review: "simulate", Speed: 1,
		},
		Clock:       w.clock,
		Log:         log,
		WithTimeout: asynctest.WithTimeout,
	}
	g := apigateway.Config{DomainName: "gateway.example", Now: w.clock.Now, Log: log}
	if change != nil {
		change(&c, &g)
	}
	handlers, err := functions.Handlers(c)
	if err != nil {
		t.Fatal(err)
	}
	g.Routes = functions.Routes(handlers)
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

func (w *world) do(r request) response {
	w.t.Helper()
	req, err := http.NewRequest(r.method, w.url+r.path, strings.NewReader(r.body))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
	}
	resp, err := openapitest.Transport{T: w.t, Beyond: r.beyond}.RoundTrip(req)
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

// put arranges a record with the given state and age, and returns its path.
func (w *world) put(s async.State, age time.Duration) string {
	r := async.Record{
		ID: async.NewID(), State: s, Payload: []byte(presentation),
		Decisions: map[string]string{"moderation": "secret"},
		Created:   start.Add(-age), Updated: start.Add(-age),
		Deadline: start.Add(time.Hour - age), Expires: start.Add(24*time.Hour - age),
	}
	w.store.Put(r)
	return api.StatusPath + r.ID
}
