package lambdahttp

import (
	"net/http"
	"slices"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Names of the functions behind the routes: those of their folders.
const (
	SubmitFunction   = "submit"
	StatusFunction   = "status"
	ResultFunction   = "result"
	CancelFunction   = "cancel"
	CallbackFunction = "callback"

	CompletionsFunction = "completions"
)

// Routes returns the function behind each route of the HTTP API, by route key.
// Paths that do not exist go to the function with the fewest permissions, so that
// they are answered with a problem document too.
func Routes() map[string]string {
	return map[string]string{
		"ANY " + api.SubmitPath:                               SubmitFunction,
		"ANY " + api.StatusPath + "{id}":                      StatusFunction,
		"ANY " + api.ResultPath + "{id}":                      ResultFunction,
		"ANY " + api.CancelPath + "{secret}":                  CancelFunction,
		"ANY " + api.CompletionsPath:                          CompletionsFunction,
		"ANY " + api.CallbackPath + "{secret}":                CallbackFunction,
		"ANY " + api.CallbackPath + "{secret}" + "/heartbeat": CallbackFunction,
		"$default": StatusFunction,
	}
}

// resource is a path and what can be done with it.
type resource struct {
	// prefix is the path, or what precedes the name in it, and sub what may
	// follow it.
	prefix, sub string
	methods     []string
	// subMethods are those of the path that ends with sub.
	subMethods []string
}

var (
	submitResource = &resource{prefix: api.SubmitPath, methods: []string{http.MethodPost, http.MethodOptions}}
	statusResource = &resource{prefix: api.StatusPath, methods: []string{http.MethodGet, http.MethodHead, http.MethodOptions}}
	resultResource = &resource{prefix: api.ResultPath, methods: []string{http.MethodGet, http.MethodHead, http.MethodOptions}}
	cancelResource = &resource{prefix: api.CancelPath, methods: []string{http.MethodPost, http.MethodDelete, http.MethodOptions}}
	// A callback's heartbeat has a path of its own.
	callbackResource = &resource{
		prefix: api.CallbackPath, methods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions},
		sub: "heartbeat", subMethods: []string{http.MethodPost, http.MethodOptions},
	}
	completionsResource = &resource{prefix: api.CompletionsPath, methods: []string{http.MethodGet, http.MethodHead, http.MethodOptions}}
	resources           = []*resource{submitResource, statusResource, resultResource, cancelResource, callbackResource, completionsResource}
)

func (x *exchange) route() response {
	found, methods := x.resource()
	method := x.req.RequestContext.HTTP.Method
	switch {
	case found == nil:
		return x.problem(&async.RequestError{Code: api.CodeNotFound, Detail: "There is nothing at this path."})
	case !slices.Contains(methods, method):
		return x.methodNotAllowed(methods)
	case method == http.MethodOptions:
		return preflight(methods)
	case found == x.own:
		return x.answer(x)
	}
	return x.problem(&async.RequestError{Code: api.CodeNotFound, Detail: "This function does not serve this path."})
}

// resource returns what the path names, and finds the names in it.
func (x *exchange) resource() (found *resource, methods []string) {
	path := x.path()
	for _, r := range resources {
		name, ok := strings.CutPrefix(path, r.prefix)
		if !ok || (name == "") == strings.HasSuffix(r.prefix, "/") {
			continue
		}
		x.name, x.sub, ok = strings.Cut(name, "/")
		switch {
		case !ok:
			return r, r.methods
		case r.sub != "" && x.sub == r.sub && x.name != "":
			return r, r.subMethods
		}
	}
	return nil, nil
}

// path returns the request's path as the routes are written. On AWS the route
// key has it, whatever precedes the path there; for the catch-all route it is
// the path itself without the stage that may begin it.
func (x *exchange) path() string {
	path := x.req.RawPath
	if stage := "/" + x.req.RequestContext.Stage; strings.HasPrefix(path, stage+"/") {
		path = strings.TrimPrefix(path, stage)
	}
	_, pattern, ok := strings.Cut(x.req.RouteKey, " ")
	if !ok {
		return path
	}
	parts, actual := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		parts[i] = x.req.PathParameters[strings.Trim(part, "{}")]
		if at := len(actual) - len(parts) + i; parts[i] == "" && at >= 0 {
			parts[i] = actual[at]
		}
	}
	return strings.Join(parts, "/")
}

func (x *exchange) methodNotAllowed(methods []string) response {
	allowed := strings.Join(methods, ", ")
	r := x.problem(&async.RequestError{Code: api.CodeMethodNotAllowed, Detail: "Allowed here: " + allowed + "."})
	r.set("Allow", allowed)
	return r
}
