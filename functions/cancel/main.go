// Command cancel is the function behind /api/cancel/{secret}.
package main

import (
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/speakers"
)

func main() { lambdamain.Cancel(lambdamain.Must(speakers.FromEnv())) }
