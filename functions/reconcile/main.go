// Command reconcile is the function that is called for executions that ended, or run again.
package main

import (
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/speakers"
)

func main() { lambdamain.Reconcile(lambdamain.Must(speakers.FromEnv())) }
