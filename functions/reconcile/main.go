// Command reconcile is the function that hears of executions that ended, or run again.
package main

import (
	"os"

	"example.org/asynchttpapi/internal/app"
	"example.org/asynchttpapi/internal/dynamo"
	"example.org/asynchttpapi/internal/sfn"
)

func main() {
	settings, badSettings := app.SettingsFromEnv(os.Getenv)
	store, noStore := dynamo.New(os.Getenv, os.Getenv(app.EnvTable))
	workflows, noWorkflows := sfn.New(os.Getenv, os.Getenv(app.EnvStateMachine))
	app.Start(app.NewReconcile, app.Config{Store: store, Workflows: workflows, Settings: settings},
		badSettings, noStore, noWorkflows)
}
