// Command moderate is the activity of the first stage.
package main

import (
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/speakers"
)

func main() { lambdamain.Stage(lambdamain.Must(speakers.FromEnv()), "moderate") }
