package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func TestCannotReach(t *testing.T) {
	c := seat(t)
	c.Close()
	for _, args := range []string{"status x", "watch x", "submit --title T"} {
		s := piped(t, c)
		code := s.do(strings.Fields("--retries 2 " + args)...)
		want := "cfs: nothing listens at " + c.URL + ": connection refused, tried 3 times\n"
		first := "cfs: nothing listens at " + c.URL + ": connection refused; trying again in 1 s\n"
		if code != exitUnreachable || !strings.HasSuffix(s.err.String(), want) || strings.Count(s.err.String(), first) != 2 {
			t.Errorf("%s: exit code %d: %s", args, code, &s.err)
		}
	}
}

func TestRepetitionsAreWrapped(t *testing.T) {
	c := seat(t)
	c.Close()
	s := piped(t, c).terminal(60)
	s.do("--retries", "1", "status", "x")
	for line := range strings.Lines(s.err.String()) {
		if text.StringWidthWithoutEscSequences(strings.TrimSpace(line)) > 60 {
			t.Errorf("a line is wider than the terminal: %q", line)
		}
	}
	if !strings.Contains(s.err.String(), "trying again") {
		t.Errorf("it does not say that it tries again: %q", &s.err)
	}
}

func TestComesBack(t *testing.T) {
	c := seat(t)
	c.put(c.approved("x"))
	c.down = 2
	s := piped(t, c)
	code := s.do("watch", "x")
	s.golden("watch-comes-back", code, c)
}

func TestStaysAway(t *testing.T) {
	c := seat(t)
	c.down = 9
	s := piped(t, c)
	if code := s.do("--retries", "0", "status", "x"); code != exitUnreachable || !strings.Contains(s.err.String(), "503 Service Unavailable: Come back later.") {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
}

func TestTimeout(t *testing.T) {
	c := seat(t)
	s := piped(t, c)
	code := s.do("--timeout", "20ms", "watch", silent)
	s.golden("watch-timeout", code, c)
}

func TestInterrupt(t *testing.T) {
	c := seat(t)
	c.put(c.moderation("x"))
	s := piped(t, c)
	ctx, cancel := context.WithCancel(context.Background())
	s.sleep = func(ctx context.Context, d time.Duration) error {
		if d > 0 {
			cancel()
		}
		return ctx.Err()
	}
	code := s.run(ctx, []string{"cfs", "watch", "x"})
	s.golden("watch-interrupted", code, c)
}

// Whoever interrupts the watching of three is shown how to go on with all of them,
// and none of them is said to have failed.
func TestInterruptSeveral(t *testing.T) {
	for _, width := range []int{0, 80} {
		c := seat(t)
		for _, id := range []string{"x", "y", "z"} {
			c.put(c.moderation(id))
		}
		s := piped(t, c).terminal(width)
		s.env["NO_COLOR"] = "1"
		ctx, cancel := context.WithCancel(context.Background())
		var waiting sync.WaitGroup
		waiting.Add(3)
		s.sleep = func(ctx context.Context, d time.Duration) error {
			if d > 0 {
				waiting.Done()
				waiting.Wait()
				cancel()
			}
			return ctx.Err()
		}
		code := s.run(ctx, []string{"cfs", "watch", "x", "y", "z"})
		want := "cfs: interrupted\nThey go on without you. Look again with: cfs watch x y z\n"
		if code != exitInterrupted || s.err.String() != want {
			t.Errorf("%d columns: exit code %d\n%s", width, code, &s.err)
		}
		if out := s.out.String(); width > 0 && (strings.Contains(out, "✗") || !strings.Contains(out, "…  x ")) {
			t.Errorf("output\n%s", out)
		}
	}
}

// One 408 is no end: an idle connection is closed that way.
func TestRequestTimeoutIsRepeated(t *testing.T) {
	c := seat(t)
	polls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if polls++; r.Method == http.MethodGet && polls == 2 {
			w.WriteHeader(http.StatusRequestTimeout)
			return
		}
		c.Config.Handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	c.URL = server.URL
	c.put(c.selection(newID), c.approved(newID))
	s := piped(t, c)
	if code := s.do("submit", "--title", "T", "--wait"); code != exitOK || !strings.Contains(s.err.String(), "408 Request Timeout; trying again") {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
}

func TestUntrusted(t *testing.T) {
	c := seat(t)
	url := c.URL
	c.URL = "http://elsewhere.example" // is where Location will lead
	s := piped(t, nil)
	code := s.do("--url", url, "submit", "--title", "T")
	if code != exitUnexpected || !strings.Contains(s.err.String(), newID) || !strings.Contains(s.err.String(), "--trust http://elsewhere.example") {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
	s = piped(t, nil)
	code = s.do("--url", url, "--trust", c.URL, "submit", "--title", "T", "--output", "json")
	if code != exitOK || !strings.Contains(s.out.String(), `"url":"http://elsewhere.example/api/status/`) {
		t.Errorf("trusted: exit code %d: %s%s", code, &s.out, &s.err)
	}
	c.URL = url
}

// A server that has no such API, or says nothing, is not one that lacks the talk.
func TestOtherServers(t *testing.T) {
	for code, want := range map[int]string{http.StatusNotFound: "answers 404 Not Found\n", http.StatusNotImplemented: "answers 501 Not Implemented\n", 299: "unexpected status code", 499: "answers 499\n"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(code)
		}))
		s := piped(t, nil)
		s.do("--url", server.URL, "submit", "--title", "T")
		if !strings.Contains(s.err.String(), want) {
			t.Errorf("%d: %q, want %q", code, &s.err, want)
		}
		server.Close()
	}
	server := httptest.NewServer(http.RedirectHandler("file:///etc/passwd", http.StatusTemporaryRedirect))
	defer server.Close()
	s := piped(t, nil)
	if s.do("--url", server.URL, "status", "x"); strings.Contains(s.err.String(), "--trust") {
		t.Errorf("%s", &s.err)
	}
}

func TestWatchMany(t *testing.T) {
	c := seat(t)
	c.put(c.moderation("a"), c.approved("a"))
	c.put(c.moderation("b"), c.rejected("b"))
	c.put(c.failed("c"))
	s := piped(t, c)
	if code := s.do("watch", "a", "b", "c"); code != exitFailed {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
	for _, want := range []string{"\ta\tRunning\t", "\ta\tSucceeded\tApproved", "\tb\tSucceeded\tRejected", "\tc\tFailed\t"} {
		if strings.Count(s.out.String(), want) != 1 {
			t.Errorf("want %q once in\n%s", want, &s.out)
		}
	}
}

func TestExitCodes(t *testing.T) {
	refused := func(code int) error { return &client.ProblemError{StatusCode: code} }
	tests := []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{outcome(exitRejected), exitRejected},
		{fmt.Errorf("x: %w", usageError{errors.New("y")}), exitUsage},
		{&client.FailedError{}, exitFailed},
		{&client.CanceledError{}, exitFailed},
		{context.DeadlineExceeded, exitPending},
		{context.Canceled, exitInterrupted},
		{&client.UnreachableError{Err: errors.New("x")}, exitUnreachable},
		{refused(http.StatusNotFound), exitNotFound},
		{refused(http.StatusGone), exitNotFound},
		{refused(http.StatusTooManyRequests), exitUnreachable},
		{refused(http.StatusBadGateway), exitUnreachable},
		{refused(http.StatusRequestTimeout), exitUnreachable},
		{refused(http.StatusNotImplemented), exitRefused},
		{about("x", client.ErrNotFinished), exitPending},
		{about("x", client.ErrNoResult), exitNotFound},
		{refused(http.StatusUnauthorized), exitRefused},
		{&client.ProtocolError{}, exitUnexpected},
	}
	for _, tt := range tests {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.err, got, tt.want)
		}
	}
	if verdict(api.Submission{Status: api.Canceled}) != exitFailed {
		t.Error("canceled is not failed")
	}
	if worse(exitRejected, exitOK) != exitRejected || worse(exitFailed, exitUnreachable) != exitUnreachable {
		t.Error("worse is not worse")
	}
}
