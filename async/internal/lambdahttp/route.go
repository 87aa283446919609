package lambdahttp

import (
	"net/http"
	"slices"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// resource is a path and what can be done with it.
type resource struct{ methods []string }

var (
	submitResource = &resource{methods: []string{http.MethodPost, http.MethodOptions}}
	statusResource = &resource{methods: []string{http.MethodGet, http.MethodHead, http.MethodOptions}}
)

func (x *exchange) route() response {
	found := x.resource()
	method := x.req.RequestContext.HTTP.Method
	switch {
	case found == nil:
		return x.problem(&async.Failure{Code: api.CodeNotFound, Detail: "There is nothing at this path."})
	case !slices.Contains(found.methods, method):
		return x.methodNotAllowed(found)
	case method == http.MethodOptions:
		return preflight(found)
	case found == x.own:
		return x.answer(x)
	}
	return x.problem(&async.Failure{Code: api.CodeNotFound, Detail: "This function does not serve this path."})
}

// resource finds what the path names, and the id in it.
func (x *exchange) resource() *resource {
	path := x.path()
	if path == api.SubmitPath {
		return submitResource
	}
	id, ok := strings.CutPrefix(path, api.StatusPath)
	if !ok || id == "" || strings.Contains(id, "/") {
		return nil
	}
	x.id = id
	return statusResource
}

// path is the request's path as the routes are written. On AWS the route key
// tells, whatever precedes the path there; for the catch-all route it is the
// path itself without the stage that may begin it.
func (x *exchange) path() string {
	path := x.req.RawPath
	if stage := "/" + x.req.RequestContext.Stage; strings.HasPrefix(path, stage+"/") {
		path = strings.TrimPrefix(path, stage)
	}
	_, pattern, ok := strings.Cut(x.req.RouteKey, " ")
	if !ok {
		return path
	}
	id := x.req.PathParameters["id"]
	if id == "" {
		id = path[strings.LastIndex(path, "/")+1:]
	}
	return strings.Replace(pattern, "{id}", id, 1)
}

func (x *exchange) methodNotAllowed(found *resource) response {
	allowed := strings.Join(found.methods, ", ")
	r := x.problem(&async.Failure{Code: api.CodeMethodNotAllowed, Detail: "Allowed here: " + allowed + "."})
	r.set("Allow", allowed)
	return r
}
