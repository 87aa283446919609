package apigateway

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"example.org/asynchttpapi/api"
)

// writeProblem answers where no function does. API Gateway sends a bare
// message there; the contract wants a problem document everywhere. Of the header
// as it is, only the fields named in kept stay.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, code, detail string, kept ...string) {
	h := w.Header()
	maps.DeleteFunc(h, func(name string, _ []string) bool { return !slices.Contains(kept, name) })
	h.Set("Content-Type", api.MediaTypeProblem)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	if status == http.StatusRequestEntityTooLarge || status == http.StatusBadRequest {
		h.Set("Connection", "close") // the rest of the body is not read
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(api.Problem{ // the client may have left
		Type:     "about:blank",
		Title:    http.StatusText(status),
		Detail:   detail,
		Instance: r.URL.EscapedPath(),
		Error:    api.Error{Code: code, Message: detail},
	})
}
