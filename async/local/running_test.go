package local

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/internal/openapitest"
	"example.org/asynchttpapi/internal/personal"
	"example.org/asynchttpapi/speakers"
)

// patience bounds every wait of these tests.
const patience = 30 * time.Second

const presentation = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Wrote programs.","country":"GB"},
	"title":"Notes","description":"On the engine.","track":"History"}`

// asProgram makes this test binary the program itself, for tests that kill it.
const asProgram = "LOCAL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		MainFunc(newJob, ownSettings)
	}
	os.Exit(m.Run())
}

// ownSettings are those of the call for speakers, which these tests run.
var ownSettings = []Setting{
	{"review", "REVIEW", "simulate", speakers.Policies},
	{"speed", "SPEED", "10", "simulated stage times are divided by this"},
}

func newJob(value func(string) string) (async.Definition, error) {
	speed, err := speakers.ParseSpeed(value("speed"))
	if err != nil {
		return nil, fmt.Errorf("-speed: %w", err)
	}
	committee, err := speakers.ParsePolicy(value("review"), speakers.Simulated{Speed: speed})
	if err != nil {
		return nil, fmt.Errorf("-review: %w", err)
	}
	return speakers.Job(committee), nil
}

// testSettings are a system's and its committee's.
type testSettings struct {
	Settings
	Review string
	Speed  float64
	// Job, if not nil, is another than the call for speakers.
	Job     async.Definition
	Options Options
}

// fast are settings for a system of its own whose stages take no time.
func fast(t *testing.T, review string) testSettings {
	s := Settings{Addr: "127.0.0.1:0", Data: t.TempDir(), LogErrors: true, StepFunctionsAddr: "127.0.0.1:0", StepFunctionsAsked: true}
	return testSettings{Settings: s, Speed: math.Inf(1), Review: review}
}

func (s testSettings) job(t *testing.T) async.Definition {
	if s.Job != nil {
		return s.Job
	}
	committee, err := speakers.ParsePolicy(s.Review, speakers.Simulated{Speed: s.Speed})
	if err != nil {
		t.Fatal(err)
	}
	return speakers.Job(committee)
}

// running is a system that runs in this process.
type running struct {
	url  string
	log  *personal.Log
	stop func() error
}

// start runs a system until the test ends, or stop is called.
func start(t *testing.T, s testSettings) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	r := &running{log: personal.Watch(t, presentation)}
	done, job := make(chan error, 1), s.job(t)
	go func() {
		err := (&system{Settings: s.Settings, job: job, options: s.Options, ready: in, logs: r.log}).run(ctx)
		in.CloseWithError(io.EOF)
		done <- err
	}()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("the system ends with %v", err)
		}
	})
	r.url = readReady(t, out)
	return r
}

func readReady(t *testing.T, out io.Reader) string {
	t.Helper()
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "ready ")
	if err != nil || !ok {
		t.Fatalf("not ready: %q, %v", line, err)
	}
	return url
}

// response is what a client sees.
type response struct {
	code   int
	header http.Header
	api.Submission
}

func do(t *testing.T, method, url, body string) response {
	t.Helper()
	r, err := try(t, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// client holds what it sends and gets to api/openapi.yaml.
func client(t *testing.T) *http.Client {
	return &http.Client{Transport: openapitest.Transport{T: t}}
}

// try sends a request with headers given as pairs of names and values.
func try(t *testing.T, method, url, body string, headers ...string) (response, error) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return response{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := client(t).Do(req)
	if err != nil {
		return response{}, err
	}
	defer res.Body.Close()
	r := response{code: res.StatusCode, header: res.Header}
	return r, json.NewDecoder(res.Body).Decode(&r.Submission)
}

// submit sends the presentation and returns where its status is.
func submit(t *testing.T, url, query string) (location string) {
	t.Helper()
	r := do(t, "POST", url+api.SubmitPath+query, presentation)
	if r.code != http.StatusAccepted || r.header.Get("Location") == "" {
		t.Fatalf("submit: %d %+v", r.code, r.Submission)
	}
	return r.header.Get("Location")
}

// await polls until the status is as wanted.
func await(t *testing.T, location string, wanted func(response) bool) response {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		r := do(t, "GET", location, "")
		if wanted(r) {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("still %d %+v", r.code, r.Submission)
		}
	}
}

func ended(r response) bool { return r.code != http.StatusAccepted }
