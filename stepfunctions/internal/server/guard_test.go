package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// lines is a log that may be read while the program writes it.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// reply is what a caller gets to see: the status, and the error's type.
type reply struct {
	status int
	kind   string
}

// list asks for the state machines the way a page's script can: with a Host
// that the page's owner chose, and the page's Origin.
func (p *running) list(t *testing.T, host, origin string) reply {
	t.Helper()
	req, err := http.NewRequest("POST", *p.Options().BaseEndpoint, strings.NewReader("{}"))
	must(t, err)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "AWSStepFunctions.ListStateMachines")
	if req.Host = host; origin != "" {
		req.Header.Set("Origin", origin)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	var body struct {
		Type    string `json:"__type"`
		Message string
	}
	must(t, json.NewDecoder(res.Body).Decode(&body))
	if (body.Type == "") != (body.Message == "") || res.Header.Get("Content-Type") != "application/x-amz-json-1.0" || res.Header.Get("X-Amzn-Requestid") == "" {
		t.Errorf("%s, %s: %+v, headers %v", host, origin, body, res.Header)
	}
	return reply{res.StatusCode, body.Type}
}

// A page whose name is pointed to this machine reaches nothing, nor does
// another site's page that addresses it as it is.
func TestWebPagesReachNothing(t *testing.T) {
	served, misdirected, foreign := reply{200, ""}, reply{421, "MisdirectedRequestException"}, reply{403, "AccessDeniedException"}
	log := &lines{}
	env := func(name string) string {
		return map[string]string{"STEPFUNCTIONS_ALLOW_HOST": "compose_1,box.example"}[name]
	}
	p := beginLogging(t, log, env, "-addr", "127.0.0.1:0", "-data", t.TempDir(), "-allow-host", "one.example,two.example", "-allow-host", "three.example")
	for _, c := range []struct {
		host, origin string
		want         reply
	}{
		{"", "", served},
		{"localhost:8083", "", served},
		{"[::1]:8083", "", served},
		{"sync-localhost:8083", "", served},
		{"host.docker.internal:8083", "", served},
		{"compose_1:8083", "", served},
		{"box.example", "", served},
		{"two.example:8083", "", served},
		{"three.example", "", served},
		{"localhost:8083", "http://localhost:8083", served},
		{"evil.example:8083", "", misdirected},
		{"evil.example:8083", "http://evil.example:8083", misdirected},
		{"four.example", "", misdirected},
		{"localhost:8083", "http://evil.example", foreign},
		{"localhost:8083", "http://localhost:3000", foreign},
		{"localhost:8083", "null", foreign},
	} {
		if got := p.list(t, c.host, c.origin); got != c.want {
			t.Errorf("Host %q, Origin %q: %+v, want %+v", c.host, c.origin, got, c.want)
		}
	}
	if text := log.String(); strings.Count(text, "host=evil.example") != 1 || strings.Count(text, "origin=http://evil.example") != 1 || strings.Count(text, "level=WARN msg=\"a request") != 5 {
		t.Errorf("the log is:\n%s", text)
	}
	p.end(t)
}

// The name that the program was asked to listen on is its own.
func TestItAnswersToTheNameItListensOn(t *testing.T) {
	s := settings{addr: "box.example:8083", hosts: []string{"a"}}
	if got := strings.Join(s.hostNames(), " "); got != "a box.example" || len(s.hosts) != 1 {
		t.Errorf("got %s", got)
	}
}
