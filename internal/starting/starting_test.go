package starting

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
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
