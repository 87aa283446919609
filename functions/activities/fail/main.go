// Command fail is the activity that records a failure.
package main

import (
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/speakers"
)

func main() { lambdamain.Fail(lambdamain.Must(speakers.FromEnv())) }
