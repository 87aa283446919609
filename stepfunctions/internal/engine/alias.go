package engine

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Alias leads to one or two versions of a machine.
type Alias struct {
	ARN, Name, Description string
	Routes                 []Route
	Created, Updated       time.Time
}

// Route is a version and how many of a hundred starts it gets.
type Route struct {
	VersionARN string
	Weight     int
}

// choose draws one of the versions by their weights.
func (a *Alias) choose() string {
	n := rand.IntN(100)
	for _, r := range a.Routes {
		if n -= r.Weight; n < 0 {
			return r.VersionARN
		}
	}
	return a.Routes[0].VersionARN
}

func (d *machineDocument) alias(arn string) *Alias {
	i := slices.IndexFunc(d.Aliases, func(a Alias) bool { return a.ARN == arn })
	if i < 0 {
		return nil
	}
	return &d.Aliases[i]
}

// aliasesOf names the aliases that lead to a version.
func (d *machineDocument) aliasesOf(versionARN string) (names []string) {
	for _, a := range d.Aliases {
		if slices.ContainsFunc(a.Routes, func(r Route) bool { return r.VersionARN == versionARN }) {
			names = append(names, a.Name)
		}
	}
	return names
}

// checkRoutes refuses routes that are not of one machine's versions or do not
// add up, and gives the machine.
func (e *Engine) checkRoutes(routes []Route) (*machine, error) {
	if len(routes) == 0 {
		return nil, refuse(ValidationException, "Routing configuration must not be empty")
	}
	own, _, err := e.arns.parseMachine(routes[0].VersionARN)
	if err != nil {
		return nil, err
	}
	m, err := e.active(own)
	if err != nil {
		return nil, refuse(ResourceNotFound, "Resource not found: '%s'", routes[0].VersionARN)
	}
	sum := 0
	for i, r := range routes {
		sum += r.Weight
		switch {
		case !strings.HasPrefix(r.VersionARN, own+":"):
			return nil, refuse(ValidationException, "Routing configuration must contain versions of one state machine only")
		case m.version(r.VersionARN) == nil:
			return nil, refuse(ResourceNotFound, "Resource not found: '%s'", r.VersionARN)
		case i > 0 && r.VersionARN == routes[0].VersionARN:
			return nil, refuse(ValidationException, "Routing configuration must contain distinct state machine version ARNs")
		}
	}
	if sum != 100 {
		return nil, refuse(ValidationException, "Sum of routing configuration weights must equal 100")
	}
	return m, nil
}
