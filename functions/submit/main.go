// Command submit is the function behind /api/submit.
package main

import (
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/speakers"
)

func main() { lambdamain.Submit(lambdamain.Must(speakers.FromEnv())) }
