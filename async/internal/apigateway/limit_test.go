package apigateway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/internal/openapitest"
	"example.org/asynchttpapi/internal/personal"
)

func roundTrip(t *testing.T, req *http.Request) response {
	t.Helper()
	resp, err := openapitest.Transport{T: t}.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{resp, string(text)}
}

func plainGet(t *testing.T, url string) response {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return roundTrip(t, req)
}

// A body is refused by the length it declares, before a byte of it is sent.
func TestHugeBodyIsNotRead(t *testing.T) { inBubble(t, testHugeBodyIsNotRead) }

func testHugeBodyIsNotRead(t *testing.T) {
	w := newFixture(t, nil)
	r := w.raw("POST /api/submit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n")
	if r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", r.StatusCode)
	}
	checkResponse(t, r)
	compare(t, "huge-body", r)
}

// A body of no declared length is refused once it is too long.
func TestEndlessBody(t *testing.T) { inBubble(t, testEndlessBody) }

func testEndlessBody(t *testing.T) {
	w := newFixture(t, func(_ *functions.Config, g *apigateway.Config) { g.MaxBody = 1000 })
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 600, strings.Repeat(" ", 600))
	r := w.raw("POST /api/submit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk)
	if r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", r.StatusCode)
	}
	checkResponse(t, r)
}

func TestBrokenBody(t *testing.T) { inBubble(t, testBrokenBody) }

func testBrokenBody(t *testing.T) {
	w := newFixture(t, nil)
	r := w.raw("POST /api/submit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	if r.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", r.StatusCode)
	}
	checkResponse(t, r)
}

// raw sends bytes, and no more, and reads the response to them.
func (w *fixture) raw(text string) response {
	w.t.Helper()
	conn, err := w.client.DialContext(w.t.Context(), "tcp", "")
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close()
	go io.WriteString(conn, text) // the server may not read it all
	req, err := http.NewRequest(http.MethodPost, "http://gateway.test", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return response{resp, string(body)}
}

// A function that does not answer, fails or panics is answered for, without a
// word of its error.
func TestFailingFunction(t *testing.T) {
	over := make(chan struct{})
	tests := []struct {
		name   string
		status int
		f      invoke
	}{
		{"fails", 500, func(context.Context, []byte) ([]byte, error) { return nil, errors.New("secret") }},
		{"panics", 500, func(context.Context, []byte) ([]byte, error) { panic("secret") }},
		{"times out", 503, func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}},
		{"hangs", 503, func(context.Context, []byte) ([]byte, error) {
			<-over
			return nil, nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := personal.Watch(t, presentation)
			s := serve(t, tt.f, func(c *apigateway.Config) {
				c.Timeout, c.Log = 20*time.Millisecond, slog.New(slog.NewTextHandler(log, nil))
				if tt.status == 500 {
					c.Timeout = time.Minute
				}
			})
			r := plainGet(t, s.URL)
			if r.StatusCode != tt.status {
				t.Errorf("status %d", r.StatusCode)
			}
			checkResponse(t, r)
			if log.String() == "" {
				t.Error("nothing was logged")
			}
			checkLog(t, log.String()+r.text)
		})
	}
	close(over)
}

// A function sees what an invocation on AWS sees: a deadline, and an id.
func TestInvocation(t *testing.T) {
	s := serve(t, invoke(func(ctx context.Context, _ []byte) ([]byte, error) {
		end, ok := ctx.Deadline()
		lc, known := lambdacontext.FromContext(ctx)
		if !ok || time.Until(end) > 29*time.Second || !known || lc.AwsRequestID == "" {
			return nil, errors.New("not as on AWS")
		}
		return []byte(`{"statusCode":204}`), nil
	}), nil)
	if r := plainGet(t, s.URL); r.StatusCode != 204 {
		t.Errorf("status %d", r.StatusCode)
	}
}

// More requests than can be at work are throttled.
func TestThrottle(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s := serve(t, invoke(func(context.Context, []byte) ([]byte, error) {
		entered <- struct{}{}
		<-leave
		return []byte(`{"statusCode":204}`), nil
	}), func(c *apigateway.Config) { c.MaxInFlight = 1 })
	first := make(chan int)
	go func() { first <- plainGet(t, s.URL).StatusCode }()
	<-entered
	second := plainGet(t, s.URL)
	if second.StatusCode != http.StatusTooManyRequests {
		t.Errorf("second: %d", second.StatusCode)
	}
	checkResponse(t, second)
	close(leave)
	if status := <-first; status != 204 {
		t.Errorf("first: %d", status)
	}
}

func TestServerLimits(t *testing.T) {
	s := serve(t, invoke(nil), nil).Config
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Error("a slow client can hold a connection for ever")
	}
	if s.WriteTimeout < s.ReadTimeout+29*time.Second {
		t.Error("a response that takes the gateway's time would be cut off")
	}
}
