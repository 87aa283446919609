// Command shortlist is the activity of the second stage.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Stage("shortlist") }
