// Command fail is the activity that records a failure.
package main

import (
	"os"

	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/lambdamain"
)

func main() {
	settings, badSettings := lambdamain.SettingsFromEnv(os.Getenv)
	store, noStore := dynamo.New(os.Getenv, os.Getenv(lambdamain.EnvTable))
	lambdamain.Start(lambdamain.NewFail, lambdamain.Config{Store: store, Settings: settings}, badSettings, noStore)
}
