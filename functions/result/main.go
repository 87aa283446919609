// Command result is the function behind /api/result/{id}.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Result() }
