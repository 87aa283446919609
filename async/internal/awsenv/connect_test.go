package awsenv_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"example.org/asynchttpapi/async/internal/awsenv"
)

// The connection that Connect opens is the one that calls use, even though the
// service has nothing good to say to a plain request.
func TestConnect(t *testing.T) {
	cfg, err := awsenv.Config(with(nil), "SFN")
	if err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	for range 3 {
		if err := awsenv.Connect(t.Context(), cfg.HTTPClient, server.URL); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections, want one", n)
	}
	server.Close()
	if err := awsenv.Connect(t.Context(), cfg.HTTPClient, server.URL); err == nil {
		t.Error("connected to nothing")
	}
}
