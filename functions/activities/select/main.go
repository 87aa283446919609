// Command select is the activity of the last stage.
package main

import (
	"os"

	"example.org/asynchttpapi/internal/app"
	"example.org/asynchttpapi/internal/dynamo"
)

func main() {
	settings, badSettings := app.SettingsFromEnv(os.Getenv)
	store, noStore := dynamo.New(os.Getenv, os.Getenv(app.EnvTable))
	app.Start(app.NewStage("select"), app.Config{Store: store, Settings: settings}, badSettings, noStore)
}
