package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func succeeded(members string) string {
	return `{"id":"a1","status":"Succeeded","customStatus":"Rendered","percentComplete":100,` + members + `}`
}

func TestResultInline(t *testing.T) {
	type render struct{ Pages int }
	s := serve(t, reply(200, succeeded(`"result":{"pages":12}`)), reply(200, succeeded(`"result":{"pages":"many"}`)),
		reply(202, `{"id":"a1","status":"Running","percentComplete":40}`))
	c, err := client.New[render](client.Config{BaseURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Status(context.Background(), "a1")
	if err != nil || got.Result.Pages != 12 || !got.HasPercent || got.PercentComplete != 100 {
		t.Errorf("%+v, %v", got, err)
	}
	b, err := c.Result(context.Background(), got)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(b); err != nil || string(text) != `{"pages":12}` || b.MediaType != "application/json" {
		t.Errorf("%s, %v", text, err)
	}
	var protocol *client.ProtocolError
	if _, err := c.Status(context.Background(), "a1"); !errors.As(err, &protocol) || !strings.Contains(err.Error(), "expected type") {
		t.Errorf("of another type: %v", err)
	}
	if got, err = c.Status(context.Background(), "a1"); err != nil || got.PercentComplete != 40 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.Result(context.Background(), got); err != client.ErrNotFinished {
		t.Errorf("before the end: %v", err)
	}
}

// A result that is in storage elsewhere is fetched without what is the API's.
func TestResultIsRedirectedWithoutCredentials(t *testing.T) {
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Authorization", "X-Api-Key", "Cookie", "Referer"} {
			if v := r.Header.Get(name); v != "" {
				t.Errorf("%s: %s", name, v)
			}
		}
		w.Header().Set("Content-Disposition", `attachment; filename="../../talk\..\slides.pdf"`)
		http.ServeContent(w, r, "slides.pdf", time.Time{}, strings.NewReader("%PDF-1.7"))
	}))
	defer storage.Close()
	s := serve(t, reply(302, "", "Location", storage.URL+"/bucket/key?X-Amz-Signature=s"))
	c, _ := dial(t, s, withCredentials, func(cfg *client.Config) { cfg.Header.Set("Cookie", "session=1") })
	b, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: api.Submission{ID: "a1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if text, err := io.ReadAll(b); err != nil || string(text) != "%PDF-1.7" {
		t.Errorf("%q, %v", text, err)
	}
	if b.FileName != "slides.pdf" || b.MediaType != "application/pdf" || b.Size != 8 {
		t.Errorf("%+v", b)
	}
	if r := s.requests()[0]; r.URL.Path != "/api/result/a1" || r.Header.Get("X-Api-Key") != "k" {
		t.Errorf("asked %s with %v", r.URL, r.Header)
	}
}

func TestResultRedirectsAreRefused(t *testing.T) {
	back := httptest.NewServer(nil)
	defer back.Close()
	for _, location := range []string{"file:///etc/passwd", "ftp://h/x", "http://user:pw@h/x", "javascript:alert(1)"} {
		s := serve(t, reply(302, "", "Location", location))
		c, _ := dial(t, s)
		_, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: api.Submission{ID: "a1"}})
		var protocol *client.ProtocolError
		if !errors.As(err, &protocol) {
			t.Errorf("%s: %v", location, err)
		}
		s.done()
	}
	s := serve(t)
	c, _ := dial(t, s)
	_, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: api.Submission{ResultURL: "http://elsewhere.example/x"}})
	var untrusted *client.UntrustedError
	if !errors.As(err, &untrusted) {
		t.Errorf("a result URL elsewhere: %v", err)
	}
}

// Credentials do not come back with a redirect from storage, which could choose
// what they are used for.
func TestResultRedirectedBackHasNoCredentials(t *testing.T) {
	s := serve(t)
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.URL+"/api/secret", http.StatusFound)
	}))
	defer storage.Close()
	s.steps = []http.HandlerFunc{reply(302, "", "Location", storage.URL), reply(200, "x")}
	c, _ := dial(t, s, withCredentials)
	b, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: api.Submission{ID: "a1"}})
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	if h := s.requests()[1].Header; h.Get("X-Api-Key") != "" || h.Get("Authorization") != "" {
		t.Errorf("headers %v", h)
	}
}

// part serves a range of the content and breaks off after so many bytes.
func part(content, etag string, most int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(&brittle{ResponseWriter: w, left: most}, r, "", time.Time{}, strings.NewReader(content))
	}
}

type brittle struct {
	http.ResponseWriter
	left int
}

func (b *brittle) Write(p []byte) (int, error) {
	if len(p) > b.left {
		b.ResponseWriter.Write(p[:b.left])
		http.NewResponseController(b.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

// ignorant is a server that does not know Range.
func ignorant(content, etag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range")
		part(content, etag, len(content))(w, r)
	}
}

func TestResultGoesOnAfterAnInterruption(t *testing.T) {
	const content = "0123456789abcdefghijklmnopqrstuvwxyz"
	all := len(content)
	tests := []struct {
		name  string
		steps []http.HandlerFunc
		want  error // nil: all of it is read
	}{
		{"twice", []http.HandlerFunc{part(content, `"1"`, 10), part(content, `"1"`, 5), part(content, `"1"`, all)}, nil},
		{"Range ignored", []http.HandlerFunc{part(content, `"1"`, 10), ignorant(content, `"1"`)}, nil},
		{"busy in between", []http.HandlerFunc{part(content, `"1"`, 10), reply(503, ""), drop, part(content, `"1"`, all)}, nil},
		{"another result", []http.HandlerFunc{part(content, `"1"`, 10), part(content+"!", `"2"`, all+1)}, client.ErrResultChanged},
		{"gone", []http.HandlerFunc{part(content, `"1"`, 10), reply(410, "")}, client.ErrGone},
		{"wrong range", []http.HandlerFunc{part(content, `"1"`, 10),
			reply(206, content[9:], "Content-Range", "bytes 9-35/36", "ETag", `"1"`)}, client.ErrResultChanged},
		{"weak validator", []http.HandlerFunc{part(content, `W/"1"`, 10)}, io.ErrUnexpectedEOF},
		{"no validator", []http.HandlerFunc{part(content, ``, 10)}, io.ErrUnexpectedEOF},
		{"for ever", []http.HandlerFunc{part(content, `"1"`, 10), part(content, `"1"`, 0), part(content, `"1"`, 0)}, io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.steps...)
			c, _ := dial(t, s, func(cfg *client.Config) { cfg.MaxRetries = 2 })
			b, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: api.Submission{ID: "a1"}})
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(b)
			if !errors.Is(err, tt.want) || err == nil && string(text) != content || !strings.HasPrefix(content, string(text)) {
				t.Errorf("%q, %v", text, err)
			}
			s.done()
			if len(tt.steps) > 1 {
				if h := s.requests()[1].Header; h.Get("If-Range") != `"1"` || h.Get("Range") != "bytes=10-" && tt.name != "Range ignored" {
					t.Errorf("Range %q, If-Range %q", h.Get("Range"), h.Get("If-Range"))
				}
			}
		})
	}
}

// What a program has from its last run does not travel again.
func TestResultSkip(t *testing.T) {
	s := serve(t, part("0123456789", `"1"`, 10), part("0123456789", `"1"`, 10))
	c, _ := dial(t, s)
	b, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: api.Submission{ID: "a1"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Skip(7); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(b); err != nil || string(text) != "789" {
		t.Errorf("%q, %v", text, err)
	}
	if err := b.Skip(1); err == nil {
		t.Error("skipped beyond the end")
	}
	if got := s.requests()[1].Header.Get("Range"); got != "bytes=7-" {
		t.Errorf("Range %s", got)
	}
}

func TestResultThatIsNotThere(t *testing.T) {
	for code, want := range map[int]error{202: client.ErrNotFinished, 404: client.ErrNotFound, 410: client.ErrGone} {
		s := serve(t, reply(code, `{"id":"a1","status":"Running"}`))
		c, _ := dial(t, s)
		if _, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: api.Submission{ID: "a1"}}); !errors.Is(err, want) {
			t.Errorf("%d: %v", code, err)
		}
	}
	c, _ := dial(t, serve(t))
	for want, s := range map[error]api.Submission{
		client.ErrNoResult:    {ID: "a1", Status: api.Succeeded},
		client.ErrNotFinished: {ID: "a1", Status: api.Running},
		client.ErrReference:   {ID: "a/1"},
	} {
		if _, err := c.Result(context.Background(), client.State[json.RawMessage]{Submission: s}); err != want {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestCancel(t *testing.T) {
	canceled := reply(200, `{"id":"a1","status":"Canceled"}`)
	s := serve(t)
	s.steps = []http.HandlerFunc{
		reply(202, fmt.Sprintf(`{"id":"a1","status":"NotStarted","cancelUrl":"%s/api/cancel/s3cret"}`, s.URL)),
		running("Moderation"), reply(503, ""), running("Moderation"), canceled, canceled,
	}
	c, _ := dial(t, s, withCredentials)
	ctx := context.Background()
	accepted, err := c.Submit(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	var polled client.State[json.RawMessage]
	for polled, err = range c.Polls(ctx, accepted) {
		if err != nil {
			t.Fatal(err)
		}
		if polled.CustomStatus == "Moderation" {
			break
		}
	}
	stopping, err := c.Cancel(ctx, polled)
	if err != nil || stopping.Done() || stopping.URL != s.URL+"/api/status/a1" {
		t.Errorf("%+v, %v", stopping, err)
	}
	var canceledErr *client.CanceledError
	if _, err := c.Wait(ctx, stopping); !errors.As(err, &canceledErr) {
		t.Errorf("error %v", err)
	}
	again, err := c.Cancel(ctx, client.State[json.RawMessage]{Submission: api.Submission{CancelURL: s.URL + "/api/cancel/s3cret"}})
	if err != nil || again.Status != api.Canceled {
		t.Errorf("again: %+v, %v", again, err)
	}
	s.done()
	for _, i := range []int{2, 3, 5} {
		if r := s.requests()[i]; r.Method != "POST" || r.URL.Path != "/api/cancel/s3cret" || r.Header.Get("Idempotency-Key") != "" || s.sent[i] != "" {
			t.Errorf("asked %s %s %v", r.Method, r.URL, r.Header)
		}
	}
}

func TestCancelRefuses(t *testing.T) {
	s := serve(t, reply(404, ""), reply(409, ""))
	c, _ := dial(t, s)
	of := func(u string) client.State[json.RawMessage] {
		return client.State[json.RawMessage]{Submission: api.Submission{CancelURL: u}}
	}
	for _, tt := range []struct {
		url  string
		want error
	}{
		{"", client.ErrNoCancelURL}, {"s3cret", client.ErrReference}, {s.URL + "/api/cancel/s3cret", client.ErrNotFound},
		{s.URL + "/api/cancel/s3cret", client.ErrConflict},
	} {
		if _, err := c.Cancel(context.Background(), of(tt.url)); !errors.Is(err, tt.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", tt.url, err)
		}
	}
	var untrusted *client.UntrustedError
	if _, err := c.Cancel(context.Background(), of("http://elsewhere.example/api/cancel/s3cret")); !errors.As(err, &untrusted) {
		t.Errorf("elsewhere: %v", err)
	}
}

// A byte order mark before JSON is ignored, in a state and in a problem.
func TestByteOrderMark(t *testing.T) {
	const mark = "\ufeff"
	s := serve(t, reply(200, mark+body(api.Succeeded, "Approved")), reply(404, mark+`{"title":"T","status":404}`))
	c, _ := dial(t, s)
	if got, err := c.Status(context.Background(), "a1"); err != nil || got.CustomStatus != "Approved" {
		t.Errorf("%+v, %v", got, err)
	}
	var problem *client.ProblemError
	if _, err := c.Status(context.Background(), "a1"); !errors.As(err, &problem) || problem.Problem.Title != "T" {
		t.Errorf("error %v", err)
	}
	if !bytes.HasPrefix([]byte(mark), []byte("\xef\xbb\xbf")) {
		t.Error("the test sends another mark")
	}
}

func TestTransientStatuses(t *testing.T) {
	for code := 400; code < 600; code++ {
		if code == http.StatusConflict {
			continue // see the tests of submits
		}
		s := serve(t, reply(code, ""), approved())
		c, _ := dial(t, s)
		_, err := c.Status(context.Background(), "a1")
		repeated := len(s.requests()) == 2
		if repeated != api.Transient(code) || repeated != (err == nil) {
			t.Errorf("%d: repeated: %v, error %v", code, repeated, err)
		}
		s.Close()
	}
}
