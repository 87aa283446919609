package client_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// manyHeaders sends more headers than the client's transport reads.
var manyHeaders = raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 100) + "\r\n")

// Each case is the answer to a poll. The client either makes something
// sensible of it (want is empty) or refuses it at once, with these words.
func TestHostileAnswers(t *testing.T) {
	ok := body(api.Succeeded, "Approved")
	tests := []struct {
		name string
		step http.HandlerFunc
		want string
	}{
		{"no content type", reply(200, ok, "Content-Type", ""), "not JSON by its content type"},
		{"wrong content type", reply(200, ok, "Content-Type", "text/html"), "not JSON by its content type"},
		{"malformed content type", reply(200, ok, "Content-Type", "application/json; ="), "not JSON by its content type"},
		{"content type with parameters", reply(200, ok, "Content-Type", `Application/JSON; charset="utf-8"`), ""},
		{"content type with suffix", reply(200, ok, "Content-Type", "application/vnd.x+json"), ""},
		{"malformed ETag", reply(200, ok, "ETag", `W/"`), ""},
		{"malformed Date", reply(200, ok, "Date", "yesterday"), ""},
		{"Location on 200", reply(200, ok, "Location", "http://evil.example/"), ""},
		{"empty body", reply(200, ""), "not a JSON object"},
		{"half a body", reply(200, ok[:20]), "not a JSON object"},
		{"two bodies", reply(200, ok+ok), "not a JSON object"},
		{"an array", reply(200, "[]"), "not a JSON object"},
		{"deep nesting", reply(200, strings.Repeat("[", 100_000)), "not a JSON object"},
		{"endless body", endless, "too large"},
		{"small body that unpacks to a large one", bomb, "too large"},
		{"member of another type", reply(200, `{"id":"a1","status":"Succeeded","customStatus":7}`), "expected members"},
		{"malformed time", reply(200, `{"id":"a1","status":"Succeeded","createdTime":"noon"}`), "expected members"},
		{"no id", reply(200, `{"status":"Succeeded"}`), "no id"},
		{"another id", reply(200, strings.Replace(ok, "a1", "b2", 1)), "another id"},
		{"no status", reply(200, `{"id":"a1"}`), "unknown status word"},
		{"unknown status", reply(200, body("Completed", "")), "unknown status word"},
		{"final word on 202", reply(202, ok), "final status word on a 202"},
		{"failed word on 202", reply(202, failedBody), "final status word on a 202"},
		{"running on 200", reply(200, body(api.Running, "")), "not final"},
		{"running on 409", reply(409, body(api.Running, "")), "409 Conflict"},
		{"204", reply(204, ""), "unexpected status code"},
		{"206", reply(206, ok), "unexpected status code"},
		{"304 unasked", reply(304, ""), "unexpected status code"},
		{"redirect without Location", reply(302, ""), "302"},
		{"problem with other errors", reply(422, `{"errors":{"Title":["is required"]},"title":"Invalid","detail":"Look again."}`), "422 Invalid: Look again."},
		{"half a problem", reply(422, `{"title":"Invalid","detail":"Loo`), "422 Unprocessable Entity"},
		{"endless problem", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404); endless(w, r) }, "404 Not Found"},
		{"problem full of control characters", reply(404, `{"title":"\u001b[2J","detail":"`+strings.Repeat("x", 9999)+`"}`), "404  [2J: xxx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.step)
			c, _ := dial(t, s)
			st, err := c.Status(context.Background(), "a1")
			s.done()
			switch {
			case tt.want == "" && (err != nil || st.Status != api.Succeeded):
				t.Errorf("%+v, %v", st, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one that says %q", err, tt.want)
			case err != nil && len(err.Error()) > 1000:
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// endless writes until the client has had enough.
func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	for {
		if _, err := io.WriteString(w, strings.Repeat(" ", 64<<10)); err != nil {
			return
		}
	}
}

// bomb is a hundred times larger than it looks.
func bomb(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	z.Write(make([]byte, 8<<20))
	z.Close()
}

// A server that goes on sending, ever so slowly, is cut off, and asked as
// often as any other that does not answer.
func TestSlowDrip(t *testing.T) {
	dripping := make(chan struct{})
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id":`)
		w.(http.Flusher).Flush()
		dripping <- struct{}{}
		<-r.Context().Done()
	}
	s := serve(t, drip, drip, drip)
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.MaxRetries = 2; cfg.Timeout = 7 * time.Second })
	var cuts sync.WaitGroup
	client.Replace(c, client.Fake{After: func(d time.Duration, f func()) func() bool {
		if d != 7*time.Second {
			t.Errorf("an attempt may take %v", d)
		}
		cuts.Go(func() { <-dripping; f() })
		return func() bool { return true }
	}})
	_, err := c.Status(context.Background(), "a1")
	cuts.Wait()
	var unreachable *client.UnreachableError
	if !errors.As(err, &unreachable) || unreachable.Attempts != 3 || !strings.Contains(err.Error(), "no complete answer in time") {
		t.Errorf("error %v", err)
	}
	s.done()
}

// A drip that outlasts the caller's patience ends with the caller's error.
func TestSlowDripAndDeadline(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	c, _ := dial(t, s)
	if _, err := c.Status(ctx, "a1"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
