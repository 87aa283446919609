// Command shortlist is the activity of the second stage.
package main

import (
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/speakers"
)

func main() { lambdamain.Stage(lambdamain.Must(speakers.FromEnv()), "shortlist") }
