package pollers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/e2e/program"
)

// scenario is a column of the table. What it needs of the service is real; what
// stands between, the proxy does.
type scenario struct {
	name, policy, query string
	// interfere, if not nil, may answer a poll in the service's place.
	interfere func(w http.ResponseWriter, c *cell) (answered bool)
	tls       bool
	// want is how a client that reads the status has to end, and wantByCode one
	// that looks at the code alone.
	want, wantByCode string
}

var scenarios = []scenario{
	{name: "approved", policy: "approve", want: "Approved", wantByCode: "Approved"},
	{name: "rejected", policy: "reject@moderation", want: "Rejected", wantByCode: "Rejected"},
	{name: "failed, 200", policy: "fail@selection", want: failure, wantByCode: "Selection"},
	{name: "failed, 409", policy: "fail@selection", query: "?failureStatus=409", want: failure, wantByCode: failure},
	{name: "canceled", policy: "approve", want: failure, wantByCode: anySuccess},
	{name: "unknown", policy: "approve", want: failure, wantByCode: failure},
	{name: "expired", policy: "approve", interfere: expires, want: failure, wantByCode: failure},
	{name: "throttled", policy: "approve", interfere: throttles, want: "Approved", wantByCode: "Approved"},
	{name: "restarted", policy: "approve", interfere: restarts, want: "Approved", wantByCode: "Approved"},
	{name: "nginx: TLS, path prefix", policy: "approve", tls: true, want: "Approved", wantByCode: "Approved"},
}

// anySuccess is a success whose words do not matter.
const anySuccess = "any success"

// failure is how a client has to end that may report no success.
const failure = "failure"

// cell is what the proxy sees of one client in one scenario.
type cell struct {
	scenario scenario

	mu    sync.Mutex
	polls int
	ended time.Time // as the service recorded it
	known time.Time // when the client was answered so
}

const gone = `{"type":"about:blank","title":"Gone","detail":"Gone.","instance":"/","error":{"code":"Gone","message":"Gone."}}`

// expires answers as the service does once a submission is past its retention:
// from the second poll on, and in place of an end that comes before.
func expires(w http.ResponseWriter, c *cell) bool {
	if c.polls < 2 {
		return false
	}
	w.Header().Set("Content-Type", api.MediaTypeProblem)
	w.WriteHeader(http.StatusGone)
	fmt.Fprint(w, gone)
	return true
}

// throttles answers as the service's gateway does.
func throttles(w http.ResponseWriter, c *cell) bool {
	if c.polls > 2 {
		return false
	}
	w.Header().Set("Content-Type", api.MediaTypeProblem)
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusTooManyRequests)
	fmt.Fprint(w, `{"type":"about:blank","title":"Too Many Requests","detail":"Too many requests.","instance":"/","error":{"code":"TooManyRequests","message":"Too many requests."}}`)
	return true
}

// restarts breaks the connection without an answer, as a process that ends does.
func restarts(w http.ResponseWriter, c *cell) bool {
	if c.polls > 2 {
		return false
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
	return true
}

// front is a proxy before services of all policies. A path begins with the
// service's policy and the cell's number: /approve/7/api/submit.
type front struct {
	plain   *httptest.Server
	nginx   string // the URL before it, "" where there is none
	ca      string // a file
	proxies map[string]*httputil.ReverseProxy

	mu    sync.Mutex
	cells []*cell
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{proxies: map[string]*httputil.ReverseProxy{}}
	f.plain = httptest.NewServer(f)
	t.Cleanup(f.plain.Close)
	f.nginx, f.ca = startNginx(t, f.plain.URL)
	bin, err := local()
	if err != nil {
		t.Fatal(err)
	}
	for _, policy := range policies {
		// The base URL is one that the proxy replaces: see rewrite.
		address := program.StartFor(t, exec.Command(bin, "-addr", "127.0.0.1:0", "-data", t.TempDir(), "-review", policy,
			"-base-url", placeholder, "-speed", "10", "-stepfunctions-addr", ""))
		target, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		f.proxies[policy] = &httputil.ReverseProxy{
			Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
			ModifyResponse: f.rewrite,
		}
	}
	return f
}

const placeholder = "http://placeholder.example"

// open makes a cell, and returns the URL that its client submits to.
func (f *front) open(s scenario) (*cell, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := &cell{scenario: s}
	f.cells = append(f.cells, c)
	return c, fmt.Sprintf("%s/%s/%d/api/submit%s", f.address(s), s.policy, len(f.cells)-1, s.query)
}

// address is where the clients of a scenario find the front.
func (f *front) address(s scenario) string {
	if s.tls {
		return f.nginx
	}
	return f.plain.URL
}

type cellKey struct{}

// visit is a cell, and what the URLs of its answers begin with.
type visit struct {
	*cell
	base string
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	policy, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	number, path, _ := strings.Cut(rest, "/")
	var n int
	if _, err := fmt.Sscan(number, &n); err != nil || f.proxies[policy] == nil {
		http.NotFound(w, r)
		return
	}
	f.mu.Lock()
	c := f.cells[n]
	f.mu.Unlock()
	c.mu.Lock()
	if r.Method == http.MethodGet {
		c.polls++
		if c.scenario.interfere != nil && c.scenario.interfere(w, c) {
			c.mu.Unlock()
			return
		}
	}
	c.mu.Unlock()
	v := visit{c, fmt.Sprintf("%s/%s/%s", f.address(c.scenario), policy, number)}
	r = r.WithContext(context.WithValue(r.Context(), cellKey{}, v))
	r.URL.Path = "/" + path
	f.proxies[policy].ServeHTTP(w, r)
}

// rewrite puts the proxy's address into an answer, and notes what it says.
func (f *front) rewrite(resp *http.Response) error {
	v := resp.Request.Context().Value(cellKey{}).(visit)
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body.Close()
	var got api.Submission
	if json.Unmarshal(body, &got) != nil {
		got = api.Submission{}
	}
	if v.scenario.name == "expired" && got.Status.Terminal() {
		resp.StatusCode, body, got = http.StatusGone, []byte(gone), api.Submission{}
		resp.Header = http.Header{"Content-Type": {api.MediaTypeProblem}}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if got.CancelURL != "" { // past the proxy, or a cancellation would be a poll
		if err := cancel(v.scenario, strings.Replace(got.CancelURL, placeholder, "http://"+resp.Request.URL.Host, 1)); err != nil {
			return err
		}
	}
	if got.Status.Terminal() && v.known.IsZero() {
		v.ended, v.known = got.LastUpdatedTime, time.Now()
	}
	for _, name := range []string{"Location", "Operation-Location"} {
		if at := resp.Header.Get(name); at != "" {
			at = strings.Replace(at, placeholder, v.base, 1)
			if v.scenario.name == "unknown" {
				at = at[:strings.LastIndex(at, "/")+1] + unknownID
			}
			resp.Header.Set(name, at)
		}
	}
	body = bytes.ReplaceAll(body, []byte(placeholder), []byte(v.base))
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Set("Content-Length", fmt.Sprint(len(body)))
	return nil
}

// cancel cancels a submission of the scenario canceled, before its client has the
// answer: later it may have ended.
func cancel(s scenario, url string) error {
	if s.name != "canceled" {
		return nil
	}
	resp, err := http.Post(url, "", nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
