// Package starting is what a server does while it is not ready yet: it refuses
// requests with a status that clients repeat, instead of letting them hang.
package starting

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// retryAfter is when clients are asked to come back, in seconds.
const retryAfter = 1

// Gate is an http.Handler that answers 503 until it is opened.
type Gate struct {
	contentType, body string
	handler           atomic.Pointer[http.Handler]
}

// NewGate returns a closed gate, which answers with this body.
func NewGate(contentType, body string) *Gate { return &Gate{contentType: contentType, body: body} }

// Open has h answer from now on.
func (g *Gate) Open(h http.Handler) { g.handler.Store(&h) }

// ServeHTTP implements http.Handler.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := g.handler.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", g.contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Retry-After", strconv.Itoa(retryAfter)) // RFC 9110, section 10.2.3
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(g.body))
}

// Answer has the gate answer at l, until stop is called: l is then free for the
// server that is meant to use it. Connections that wait are that one's.
func Answer(l *net.TCPListener, g *Gate) (stop func()) {
	held := &heldListener{TCPListener: l}
	var open sync.WaitGroup // the connections it has accepted
	server := &http.Server{Handler: closing{g}, ReadHeaderTimeout: answerTime, ReadTimeout: answerTime, WriteTimeout: answerTime}
	server.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(held)
	}()
	return func() {
		held.stopped.Store(true)
		_ = l.SetDeadline(time.Unix(1, 0)) // ends the Accept that waits
		<-ended
		_ = l.SetDeadline(time.Time{})
		// Shutdown would close a connection whose request has not been read yet
		// without an answer; each ends with the answer to its first.
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			open.Wait()
		}()
		select {
		case <-answered:
		case <-time.After(answerTime):
		}
		_ = server.Close()
	}
}

// answerTime bounds how long a request takes that is refused.
const answerTime = 2 * time.Second

// closing has the client connect again, to the server that comes after.
type closing struct{ http.Handler }

func (c closing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	c.Handler.ServeHTTP(w, r)
}

// heldListener is a listener that outlives the server that accepts from it.
type heldListener struct {
	*net.TCPListener
	stopped atomic.Bool
}

func (l *heldListener) Accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	if err != nil && l.stopped.Load() {
		return nil, http.ErrServerClosed // no fault that passes, as a deadline is
	}
	return conn, err
}

func (l *heldListener) Close() error { return nil }
