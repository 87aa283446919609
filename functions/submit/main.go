// Command submit is the function behind /api/submit.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Submit() }
