// Command moderate is the activity of the first stage.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Stage("moderate") }
