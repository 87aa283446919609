// Command status is the function behind /api/status/{id}.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Status() }
