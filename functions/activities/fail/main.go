// Command fail is the activity that records a failure.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Fail() }
