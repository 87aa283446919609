// Command completions is the function behind /api/completions.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Completions() }
