// Command select is the activity of the last stage.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Stage("select") }
