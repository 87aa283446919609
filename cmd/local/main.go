// Command local is the whole service on one machine: the functions that AWS
// Lambda runs, behind an HTTP front that stands for API Gateway, the same state
// machine on a durable engine, and everything kept in one folder.
package main

import (
	"fmt"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/local"
	"example.org/asynchttpapi/internal/page"
	"example.org/asynchttpapi/speakers"
)

func main() {
	local.MainFunc(newJob, settings, local.WithPage(page.New), local.WithOpenAPI(api.OpenAPI()))
}

// settings are the committee's: see speakers.FromEnv.
var settings = []local.Setting{
	{Flag: "review", Env: "REVIEW", Default: "simulate", Usage: speakers.Policies},
	{Flag: "speed", Env: "SPEED", Default: "10", Usage: "simulated stage times are divided by this; inf for no time at all"},
	{Flag: "seed", Env: "SEED", Usage: "any text: other dice for the simulated committee"},
}

func newJob(value func(flag string) string) (async.Definition, error) {
	speed, err := speakers.ParseSpeed(value("speed"))
	if err != nil {
		return nil, fmt.Errorf("-speed: %w", err)
	}
	committee, err := speakers.ParsePolicy(value("review"), speakers.Simulated{Seed: value("seed"), Speed: speed})
	if err != nil {
		return nil, fmt.Errorf("-review: %w", err)
	}
	return speakers.Job(committee), nil
}
