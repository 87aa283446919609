package lambdahttp

import (
	"net/http"
	"slices"
	"strings"
)

// What a page of another origin may send and read (Fetch standard, CORS
// protocol). Without Access-Control-Expose-Headers a script cannot follow
// Location.
const (
	corsAllowHeaders  = "Content-Type, Idempotency-Key, Prefer, If-None-Match, traceparent, tracestate"
	corsExposeHeaders = "Location, Operation-Location, Retry-After, ETag, Preference-Applied"
	corsMaxAge        = "3600"
)

// allowOrigin lets the page that asks read the response, if its origin may.
// API Gateway replaces these headers where its own CORS settings are in use.
func (x *exchange) allowOrigin(r *response) {
	origin := x.header("Origin")
	switch {
	case slices.Contains(x.Origins, "*"):
		r.set("Access-Control-Allow-Origin", "*")
	case len(x.Origins) == 0:
		return
	default:
		r.set("Vary", "Origin")
		if !slices.Contains(x.Origins, origin) {
			return
		}
		r.set("Access-Control-Allow-Origin", origin)
	}
	r.set("Access-Control-Expose-Headers", corsExposeHeaders)
}

// preflight answers a browser's question before the real request.
func preflight(methods []string) response {
	r := response{status: http.StatusNoContent}
	allowed := strings.Join(methods, ", ")
	r.set("Allow", allowed)
	r.set("Access-Control-Allow-Methods", allowed)
	r.set("Access-Control-Allow-Headers", corsAllowHeaders)
	r.set("Access-Control-Max-Age", corsMaxAge)
	return r
}
