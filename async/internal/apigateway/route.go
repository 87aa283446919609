package apigateway

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

// route is a route key, taken apart.
type route struct {
	key     string
	method  string
	path    []string
	handler lambda.Handler
}

const (
	anyMethod    = "ANY"
	defaultRoute = "$default"
)

func parseRoutes(handlers map[string]lambda.Handler) ([]route, error) {
	var routes []route
	for key, h := range handlers {
		if h == nil {
			return nil, fmt.Errorf("route %q has no handler", key)
		}
		r := route{key: key, handler: h}
		if key != defaultRoute {
			method, path, ok := strings.Cut(key, " /")
			if !ok || method == "" {
				return nil, fmt.Errorf("route key %q: want a method, a space and a path", key)
			}
			r.method, r.path = method, strings.Split(path, "/")
		}
		routes = append(routes, r)
	}
	if len(routes) == 0 {
		return nil, errors.New("there are no routes")
	}
	return routes, nil
}

// match finds the most specific route, as API Gateway does: a path and its
// method, then a path and any method, then $default.
func match(routes []route, method, path string) (found route, params map[string]string, ok bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	best := -1
	for _, r := range routes {
		p, fits := r.match(method, segments)
		if rank := r.rank(); fits && rank > best {
			best, found, params, ok = rank, r, p, true
		}
	}
	return found, params, ok
}

func (r route) rank() int {
	switch {
	case r.key == defaultRoute:
		return 0
	case r.method == anyMethod:
		return 1
	}
	return 2
}

func (r route) match(method string, segments []string) (params map[string]string, ok bool) {
	if r.key == defaultRoute {
		return nil, true
	}
	if r.method != method && r.method != anyMethod || len(r.path) != len(segments) {
		return nil, false
	}
	for i, want := range r.path {
		switch {
		case strings.HasPrefix(want, "{") && segments[i] != "":
			if params == nil {
				params = map[string]string{}
			}
			params[strings.Trim(want, "{}")] = segments[i]
		case want != segments[i]:
			return nil, false
		}
	}
	return params, true
}
