package starting

import (
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// No request goes without an answer while the port changes hands.
func TestHandover(t *testing.T) {
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		url := "http://" + l.Addr().String()
		stop := Answer(l.(*net.TCPListener), NewGate("text/plain", "not yet"))
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		var wg sync.WaitGroup
		until := time.Now().Add(10 * time.Millisecond)
		for range 4 {
			wg.Go(func() {
				for time.Now().Before(until) {
					res, err := client.Get(url)
					if err != nil {
						t.Error(err)
						return
					}
					res.Body.Close()
				}
			})
		}
		time.Sleep(5 * time.Millisecond)
		stop()
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })}
		go func() { _ = server.Serve(l) }()
		wg.Wait()
		server.Close()
	}
}
