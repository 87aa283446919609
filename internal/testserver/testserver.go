// Package testserver has test servers whose address is known before their handler
// is: parts that call each other need one.
package testserver

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Server serves Handler, which is set before the first request.
type Server struct {
	*httptest.Server
	Handler http.Handler
}

// New returns a server that is closed when the test ends.
func New(t testing.TB) *Server {
	s := &Server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Handler.ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	return s
}
