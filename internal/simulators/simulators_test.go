package simulators

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// reply is one answer of a server that answers in turn; the last again and again.
type reply struct {
	code   int
	header []string
	body   string
}

// scripted serves replies, and keeps what was asked.
type scripted struct {
	Platform
	url    string
	asked  []*http.Request
	pauses []time.Duration
}

func script(t *testing.T, replies ...reply) *scripted {
	t.Helper()
	s := &scripted{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r)
		now := replies[min(len(s.asked), len(replies))-1]
		for i := 0; i < len(now.header); i += 2 {
			w.Header().Set(now.header[i], strings.ReplaceAll(now.header[i+1], "SELF", s.url))
		}
		w.WriteHeader(now.code)
		fmt.Fprint(w, now.body)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	s.Sleep = func(ctx context.Context, d time.Duration) error {
		s.pauses = append(s.pauses, d)
		return ctx.Err()
	}
	return s
}

func (s *scripted) want(t *testing.T, paths string, pauses ...time.Duration) {
	t.Helper()
	var got []string
	for _, r := range s.asked {
		got = append(got, r.URL.RequestURI())
	}
	if strings.Join(got, " ") != paths || fmt.Sprint(s.pauses) != fmt.Sprint(pauses) {
		t.Errorf("asked %v after %v, want %s after %v", got, s.pauses, paths, pauses)
	}
}

func accepted(header ...string) reply { return reply{code: 202, header: header} }

func TestHTTPAction(t *testing.T) {
	const second = time.Second
	for name, c := range map[string]struct {
		replies   []reply
		succeeded bool
		paths     string
		pauses    []time.Duration
	}{
		"at once":       {[]reply{{code: 200}}, true, "/a", nil},
		"polled":        {[]reply{accepted("Location", "SELF/s", "Retry-After", "3"), accepted("Location", "SELF/t"), {code: 200}}, true, "/a /s /t", []time.Duration{3 * second, 20 * second}},
		"no Location":   {[]reply{accepted()}, true, "/a", nil},
		"lost Location": {[]reply{accepted("Location", "SELF/s", "Retry-After", "1"), accepted("Retry-After", "1")}, true, "/a /s", []time.Duration{second}},
		"409":           {[]reply{accepted("Location", "SELF/s", "Retry-After", "1"), {code: 409}}, false, "/a /s", []time.Duration{second}},
		"redirect":      {[]reply{{code: 302, header: []string{"Location", "SELF/s"}}}, false, "/a", nil},
		"retries":       {[]reply{{code: 503}, {code: 500}, {code: 408}, {code: 502}, {code: 200}}, true, "/a /a /a /a /a", []time.Duration{7500e6, 15 * second, 30 * second, 45 * second}},
		"gives up":      {[]reply{{code: 503}}, false, "/a /a /a /a /a", []time.Duration{7500e6, 15 * second, 30 * second, 45 * second}},
		"throttled":     {[]reply{{code: 429, header: []string{"Retry-After", "9"}}, {code: 200}}, true, "/a /a", []time.Duration{9 * second}},
	} {
		s := script(t, c.replies...)
		r, err := s.HTTPAction(t.Context(), http.MethodPost, s.url+"/a", http.Header{"Content-Type": {"application/json"}, "Cookie": {"a=b"}, "X-Own": {"1"}}, []byte("{}"))
		if err != nil || r.Succeeded != c.succeeded {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		s.want(t, c.paths, c.pauses...)
		if first := s.asked[0]; first.Header.Get("Cookie") != "" || first.Header.Get("Content-Type") == "" || first.Header.Get("X-Own") == "" {
			t.Errorf("%s: sent %v", name, first.Header)
		}
		if last := s.asked[len(s.asked)-1]; r.Polls > 0 && (last.Header.Get("X-Own") != "" || last.Method != http.MethodGet) {
			t.Errorf("%s: polled with %s and %v", name, last.Method, last.Header)
		}
	}
	s := script(t, accepted("Location", "/relative"))
	if _, err := s.HTTPAction(t.Context(), http.MethodPost, s.url, nil, nil); err == nil {
		t.Error("a relative Location is followed")
	}
}

func TestHTTPTrigger(t *testing.T) {
	s := script(t,
		accepted("Location", "SELF/s?a", "Retry-After", "5"),
		accepted("Location", "SELF/s?a"),
		reply{200, []string{"Location", "SELF/s?b", "Retry-After", "0"}, "run"},
		reply{code: 404},
		reply{code: 200})
	trigger := &HTTPTrigger{Platform: s.Platform, URL: s.url + "/s", Recurrence: time.Minute}
	for i, want := range []struct {
		run   string
		again time.Duration
		fails bool
	}{{"", 5 * time.Second, false}, {"", time.Minute, false}, {"run", 0, false}, {"", time.Minute, true}, {"", time.Minute, false}} {
		run, again, err := trigger.Poll(t.Context())
		if string(run) != want.run || again != want.again || (err != nil) != want.fails {
			t.Errorf("poll %d: %q after %v, %v", i, run, again, err)
		}
	}
	s.want(t, "/s /s?a /s?a /s?b /s?b")
}

const (
	definition = `{"paths":{"/c":{"get":{"operationId":"OnDone","x-ms-trigger":"batch"}}},"securityDefinitions":{"k":{"in":"header","name":"x-key"}}}`
	properties = `{"properties":{"policyTemplateInstances":[{"templateId":"pollingtrigger","parameters":{
		"x-ms-apimTemplateParameter.triggerConfig":{"since":"@{triggerBody().next}"},
		"x-ms-apimTemplateParameter.triggerDataPath":"@triggerBody().value","x-ms-apimTemplate-operationName":["OnDone"]}}]}}`
)

func TestPollingTrigger(t *testing.T) {
	s := script(t,
		reply{202, nil, `{"value":[{"old":1}],"next":"1"}`},
		reply{202, []string{"Retry-After", "30"}, `{"value":[],"next":"1"}`},
		reply{200, []string{"Retry-After", "0"}, `{"value":[{"a":2},{"a":1}],"next":"2"}`},
		reply{code: 401})
	trigger, err := NewPollingTrigger([]byte(definition), []byte(properties), "OnDone")
	if err != nil {
		t.Fatal(err)
	}
	trigger.Platform, trigger.Base, trigger.Key, trigger.Recurrence = s.Platform, s.url, "secret", time.Minute
	for i, want := range []struct {
		runs  string
		again time.Duration
		fails bool
	}{{"null", time.Minute, false}, {"[]", 30 * time.Second, false}, {`[{"a":2},{"a":1}]`, 0, false}, {"null", time.Minute, true}} {
		runs, again, err := trigger.Poll(t.Context())
		text, _ := json.Marshal(runs)
		if string(text) != want.runs || again != want.again || (err != nil) != want.fails {
			t.Errorf("poll %d: %s after %v, %v", i, text, again, err)
		}
	}
	s.want(t, "/c?limit=100 /c?limit=100&since=1 /c?limit=100&since=1 /c?limit=100&since=2")
	if s.asked[0].Header.Get("X-Key") != "secret" {
		t.Errorf("%v", s.asked[0].Header)
	}
	for _, broken := range [][2]string{
		{strings.Replace(definition, "batch", "single", 1), properties}, {strings.Replace(definition, "get", "post", 1), properties},
		{definition, strings.Replace(properties, "triggerBody().next", "item().next", 1)}, {definition, strings.Replace(properties, "OnDone", "Other", 1)},
	} {
		if _, err := NewPollingTrigger([]byte(broken[0]), []byte(broken[1]), "OnDone"); err == nil {
			t.Errorf("%v is taken", broken)
		}
	}
}
