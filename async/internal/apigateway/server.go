package apigateway

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer is an HTTP server for the gateway, with time limits against slow
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
