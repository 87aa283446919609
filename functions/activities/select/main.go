// Command select is the activity of the third stage.
package main

import (
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/speakers"
)

func main() { lambdamain.Stage(lambdamain.Must(speakers.FromEnv()), "select") }
