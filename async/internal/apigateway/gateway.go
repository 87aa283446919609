// Package apigateway is the front of the local service: an http.Handler that
// stands in for API Gateway's HTTP API. It makes true events (payload format
// 2.0) of requests, hands their JSON to the functions' handlers, and makes
// responses of the JSON that comes back.
package apigateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/workers"
)

// Config describes the API. Fields without a word about their zero value must
// be set.
type Config struct {
	// Routes are by route key, such as "ANY /api/status/{id}" or "$default".
	Routes map[string]lambda.Handler
	// DomainName is what requestContext.domainName says. On AWS it is the API's
	// own name; nothing of the request goes into it.
	DomainName string
	// Timeout ends an integration; 29 seconds if 0.
	Timeout time.Duration
	// MaxBody bounds a request's body in bytes; 10 MB if 0.
	MaxBody int64
	// MaxInFlight bounds how many requests are at work; more are throttled.
	// 1000 if 0, the functions of a new AWS account together.
	MaxInFlight int
	// Files are served where a function's response has SendFileHeader; none are
	// if nil.
	Files Files
	// Log gets a line for each integration that failed; slog.Default if nil.
	Log *slog.Logger
}

// Limits of API Gateway's HTTP APIs.
const (
	defaultTimeout     = 29 * time.Second
	defaultMaxBody     = 10 << 20
	defaultMaxInFlight = 1000
)

// Gateway is the API as an http.Handler.
type Gateway struct {
	Config
	routes      []route
	inFlight    chan struct{}
	invocations workers.Pool
}

// New checks c and fills in its defaults.
func New(c Config) (*Gateway, error) {
	if c.DomainName == "" {
		return nil, errors.New("apigateway: DomainName must be set")
	}
	routes, err := parseRoutes(c.Routes)
	if err != nil {
		return nil, fmt.Errorf("apigateway: %w", err)
	}
	c.setDefaults()
	return &Gateway{Config: c, routes: routes, inFlight: make(chan struct{}, c.MaxInFlight)}, nil
}

// Close ends the goroutines that are kept for requests. It need not be called in a
// process that ends.
func (g *Gateway) Close() { g.invocations.Close() }

func (c *Config) setDefaults() {
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.MaxBody == 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.MaxInFlight == 0 {
		c.MaxInFlight = defaultMaxInFlight
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, params, ok := match(g.routes, r.Method, r.URL.Path)
	if !ok {
		writeProblem(w, r, http.StatusNotFound, api.CodeNotFound, "There is nothing at this path.")
		return
	}
	body, err := g.readBody(w, r)
	if err != nil {
		g.refuseBody(w, r, err)
		return
	}
	response, ok := g.call(w, r, found, params, body)
	switch {
	case !ok:
	case response.file() != "":
		g.serveFile(w, r, response)
	default:
		response.write(w)
	}
}

// call runs the function behind a route, unless too many are at work. Where it
// has no response to return it has answered the request.
func (g *Gateway) call(w http.ResponseWriter, r *http.Request, found route, params map[string]string, body []byte) (out answer, ok bool) {
	select {
	case g.inFlight <- struct{}{}:
		defer func() { <-g.inFlight }()
	default:
		writeProblem(w, r, http.StatusTooManyRequests, api.CodeThrottled, "Too many requests at the moment.")
		return out, false
	}
	event := g.newEvent(r, found.key, params, body)
	payload, err := json.Marshal(event)
	if err == nil {
		payload, err = g.invoke(r.Context(), found.handler, event.RequestContext.RequestID, payload)
	}
	if err == nil {
		out, err = parseResponse(payload)
	}
	if err != nil {
		g.fail(w, r, event.RequestContext.RequestID, err)
	}
	return out, err == nil
}

// readBody refuses a body by its declared length before a byte of it is read,
// and any other as soon as it proves to be too long.
func (g *Gateway) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > g.MaxBody {
		return nil, &http.MaxBytesError{Limit: g.MaxBody}
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, g.MaxBody))
}

func (g *Gateway) refuseBody(w http.ResponseWriter, r *http.Request, err error) {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		// How much is the most, the function behind says: it may take less.
		writeProblem(w, r, http.StatusRequestEntityTooLarge, api.CodePayloadTooLarge, "The body is too large.")
		return
	}
	writeProblem(w, r, http.StatusBadRequest, api.CodeMalformedRequest, "The body could not be read.")
}
