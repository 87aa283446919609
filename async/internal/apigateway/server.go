package apigateway

import (
	"log/slog"
	"net/http"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/hostguard"
)

// Guard answers a request whose Host is not one that hostguard allows, names
// among them, with a problem document, and leaves the others to next. Pages of
// other origins are answered: the API's CORS headers are about them.
func Guard(next http.Handler, names []string, log *slog.Logger) http.Handler {
	refuse := func(w http.ResponseWriter, r *http.Request, status int, message string) {
		writeProblem(w, r, status, api.CodeMisdirected, message)
	}
	return hostguard.New(hostguard.Config{Names: names, Refuse: refuse, Log: log}, next)
}

// NewServer returns an HTTP server for the gateway, with time limits against slow
// clients. The header limit is API Gateway's.
func NewServer(g *Gateway) *http.Server {
	return &http.Server{
		Handler:           g,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30*time.Second + g.Timeout + 10*time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    10 << 10,
		ErrorLog:          slog.NewLogLogger(g.Log.Handler(), slog.LevelWarn),
	}
}
