// Command reconcile is the function that is called for executions that ended, or run again.
package main

import "example.org/asynchttpapi/async/lambdamain"

func main() { lambdamain.Reconcile() }
