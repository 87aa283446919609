// Command submit is the function behind /api/submit.
package main

import (
	"os"

	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/sfn"
	"example.org/asynchttpapi/async/lambdamain"
)

func main() {
	settings, badSettings := lambdamain.SettingsFromEnv(os.Getenv)
	store, noStore := dynamo.New(os.Getenv, os.Getenv(lambdamain.EnvTable))
	workflows, noWorkflows := sfn.New(os.Getenv, os.Getenv(lambdamain.EnvStateMachine))
	lambdamain.Start(lambdamain.NewSubmit, lambdamain.Config{Store: store, Workflows: workflows, Settings: settings},
		badSettings, noStore, noWorkflows)
}
