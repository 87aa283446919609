package local

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/page"
)

// fromPage sends a request the way a page's script can: with a Host that the
// page's owner chose, and the page's Origin.
func fromPage(t *testing.T, method, url, host, origin string) (status int, header http.Header, body string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "AWSStepFunctions.ListStateMachines")
	if req.Host = host; origin != "" {
		req.Header.Set("Origin", origin)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

// guarded is a system with both listeners open that has a public name.
func guarded(t *testing.T) *running {
	s := fast(t, "approve")
	s.StepFunctionsAddr, s.StepFunctionsAsked = "127.0.0.1:0", true
	s.Options = Options{Page: page.New, OpenAPI: api.OpenAPI()}
	s.BaseURL, s.AllowHosts = "https://api.example.org/talks", []string{"compose_1"}
	return start(t, s)
}

// A page whose name is pointed to this machine gets nothing of the API, of the
// page nor of the documentation; everything else is answered as ever, to pages
// of all origins.
func TestAPIAnswersToItsNamesOnly(t *testing.T) {
	t.Parallel()
	r := guarded(t)
	for _, path := range []string{"/", "/docs", api.StatusPath + "x", api.SubmitPath} {
		status, header, body := fromPage(t, "GET", r.url+path, "evil.example:3000", "http://evil.example:3000")
		var p api.Problem
		err := json.Unmarshal([]byte(body), &p)
		if err != nil || status != 421 || header.Get("Content-Type") != api.MediaTypeProblem ||
			p.Error.Code != api.CodeMisdirected || p.Detail == "" || strings.Contains(body, "evil") || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("GET %s: %d %v %s", path, status, header, body)
		}
	}
	for _, host := range []string{"", "localhost:3000", "a.localhost", "[::1]:3000", "192.168.1.7", "host.docker.internal", "api.example.org", "compose_1:3000"} {
		status, header, body := fromPage(t, "GET", r.url+api.StatusPath+"x", host, "http://elsewhere.example")
		if status != 404 || header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("Host %s: %d %v %s", host, status, header, body)
		}
	}
	if log := r.log.String(); strings.Count(log, "host=evil.example") != 1 {
		t.Errorf("the log is:\n%s", log)
	}
}

func TestWebPagesDoNotReachTheStepFunctionsEndpoint(t *testing.T) {
	t.Parallel()
	r := guarded(t)
	url := stepFunctionsURL.FindStringSubmatch(r.log.String())[1]
	for _, c := range []struct {
		host, origin string
		status       int
		kind         string
	}{
		{"", "", 200, ""},
		{"localhost:8083", "", 200, ""},
		{"compose_1", "", 200, ""},
		{"evil.example:8083", "", 421, "MisdirectedRequestException"},
		{"evil.example:8083", "http://evil.example:8083", 421, "MisdirectedRequestException"},
		{"", "http://evil.example", 403, "AccessDeniedException"},
		{"", r.url, 403, "AccessDeniedException"}, // the page of the API is not this port's
	} {
		status, _, body := fromPage(t, "POST", url, c.host, c.origin)
		if status != c.status || c.kind != "" && !strings.Contains(body, `"__type":"`+c.kind+`"`) {
			t.Errorf("Host %q, Origin %q: %d %s", c.host, c.origin, status, body)
		}
	}
}

// The names that the system was asked to listen on are its own.
func TestHostNames(t *testing.T) {
	s := Settings{Addr: "box.example:1", StepFunctionsAddr: "other.example:2", BaseURL: "https://api.example.org:8443/x", AllowHosts: []string{"a"}}
	if got, want := s.hostNames(), []string{"a", "box.example", "other.example", "api.example.org"}; !slices.Equal(got, want) || len(s.AllowHosts) != 1 {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (Settings{Addr: ":1"}).hostNames(); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}
