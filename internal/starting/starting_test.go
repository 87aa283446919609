package starting

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	g := NewGate("text/plain", "not yet")
	ask := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		return w
	}
	if w := ask(); w.Code != 503 || w.Header().Get("Retry-After") != "1" || w.Header().Get("Content-Type") != "text/plain" || w.Body.String() != "not yet" {
		t.Errorf("closed: %d %v %s", w.Code, w.Header(), w.Body)
	}
	g.Open(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	if w := ask(); w.Code != 204 {
		t.Errorf("open: %d", w.Code)
	}
}

func TestProgress(t *testing.T) {
	var text strings.Builder
	now := time.Unix(0, 0)
	report := Progress(slog.New(slog.NewTextHandler(&text, nil)), func() time.Time { return now }, "checking")
	for done := range 10 {
		report(done, 10)
		now = now.Add(time.Second)
	}
	if n := strings.Count(text.String(), "\n"); n != 4 || !strings.Contains(text.String(), "msg=checking done=2 of=10") {
		t.Errorf("%d lines:\n%s", n, &text)
	}
}

// The port answers from the start, and is another server's later.
func TestAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	url := "http://" + l.Addr().String()
	status := func() int {
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	stop := Answer(l.(*net.TCPListener), NewGate("text/plain", "not yet"))
	for range 3 {
		if code := status(); code != http.StatusServiceUnavailable {
			t.Errorf("status %d", code)
		}
	}
	stop()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	if code := status(); code != http.StatusNoContent {
		t.Errorf("status %d", code)
	}
}
