// Command generate writes what follows from the call for speakers: its state
// machine, the description of its API and the connector for Power Platform.
package main

import (
	_ "embed"

	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/speakers"
)

//go:embed presentation.yaml
var presentation []byte

func main() {
	asyncgen.Main(speakers.Job(speakers.Simulated{}), project())
}

func project() asyncgen.Project {
	return asyncgen.Project{
		StateMachine: "statemachine/process_submission.asl.json",
		OpenAPI:      "api/openapi.yaml",
		Info: asyncgen.Info{
			Title:       "Call for speakers",
			Summary:     "An asynchronous HTTP API, polled for its status.",
			Description: "A speaker submits a talk, and a committee decides about it in three stages.",
			License:     "Apache-2.0",
			Schemas:     presentation,
		},
	}
}
