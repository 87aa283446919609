// Package lambdamain has the main of each Lambda function: its store and its
// workflows are those of AWS, named by environment variables.
package lambdamain

import (
	"os"

	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/sfn"
)

// Environment variables of functions, beside those of functions.SettingsFromEnv.
const (
	// envTable names the DynamoDB table.
	envTable = "TABLE_NAME"
	// envStateMachine is the state machine's ARN.
	envStateMachine = "STATE_MACHINE_ARN"
)

// Submit serves the function behind /api/submit and does not return.
func Submit() { serve(functions.NewSubmit) }

// Status serves the function behind /api/status/{id} and does not return.
func Status() { serve(functions.NewStatus) }

// Reconcile serves the function that is called when an execution has ended or
// runs again, and does not return.
func Reconcile() { serve(functions.NewReconcile) }

// Stage serves the activity of a stage, by the activity's name, and does not
// return.
func Stage(activity string) { serveActivity(functions.NewStage(activity)) }

// Fail serves the activity that records a failure and does not return.
func Fail() { serveActivity(functions.NewFail) }

func serve(newHandler functions.Maker) {
	settings, badSettings := functions.SettingsFromEnv(os.Getenv)
	store, noStore := dynamo.New(os.Getenv, os.Getenv(envTable))
	workflows, noWorkflows := sfn.New(os.Getenv, os.Getenv(envStateMachine))
	functions.Start(newHandler, functions.Config{Store: store, Workflows: workflows, Settings: settings},
		badSettings, noStore, noWorkflows)
}

// serveActivity has no workflows, so that an activity is not linked with them.
func serveActivity(newHandler functions.Maker) {
	settings, badSettings := functions.SettingsFromEnv(os.Getenv)
	store, noStore := dynamo.New(os.Getenv, os.Getenv(envTable))
	functions.Start(newHandler, functions.Config{Store: store, Settings: settings}, badSettings, noStore)
}
