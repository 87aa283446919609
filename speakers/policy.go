package speakers

import (
	"context"
	"fmt"
	"strings"
)

// ParsePolicy makes the committee that a policy asks for:
//
//	simulate        Simulated, with the given seed
//	approve         every stage accepts
//	reject@<stage>  that stage rejects, the others accept
//	fail@<stage>    that stage refuses to decide, the others accept
//
// Stages are moderation, shortlisting and selection. The forced committees
// take the same time as the simulated one.
func ParsePolicy(policy, seed string) (Committee, error) {
	switch verb, stage, at := strings.Cut(policy, "@"); {
	case policy == "simulate":
		return Simulated{Seed: seed}, nil
	case policy == "approve":
		return forced{}, nil
	case at && (verb == "reject" || verb == "fail"):
		return parseForced(verb, stage)
	}
	return nil, fmt.Errorf("review policy %q: want %s", policy, Policies())
}

// Policies says in one line what ParsePolicy takes.
func Policies() string {
	var stages []string
	for _, s := range Stages() {
		stages = append(stages, s.String())
	}
	return "simulate, approve, reject@<stage> or fail@<stage> (" + strings.Join(stages, ", ") + ")"
}

func parseForced(verb, stage string) (Committee, error) {
	for _, s := range Stages() {
		if s.String() == stage {
			return forced{stage: s, refuses: verb == "fail"}, nil
		}
	}
	return nil, fmt.Errorf("review policy %q: no such stage; want %s", verb+"@"+stage, Policies())
}

// forced accepts everywhere but at one stage, if any, where it rejects or
// refuses.
type forced struct {
	Simulated // its times alone: Decide is below
	stage     Stage
	refuses   bool
}

// Decide is the same for every submission.
func (f forced) Decide(_ context.Context, _ string, s Stage, _ Presentation) (Decision, error) {
	switch {
	case s != f.stage:
		return Accepted, nil
	case f.refuses:
		return "", ErrRefused
	}
	return Rejected, nil
}
