package wire

import (
	"net/http"
	"time"
)

// Timeouts of a server for this protocol. Synchronous executions take up to
// five minutes, https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 60 * time.Second
	answerTimeout = 6 * time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
)

// SetTimeouts bounds how long a caller that says nothing holds a connection,
// and how large its headers may be.
func SetTimeouts(server *http.Server) {
	server.ReadHeaderTimeout = headerTimeout
	server.ReadTimeout = bodyTimeout
	server.WriteTimeout = answerTimeout
	server.IdleTimeout = idleTimeout
	server.MaxHeaderBytes = maxHeader
}
