// Command stepfunctions serves AWS Step Functions' API for any state machines
// on one machine: durable executions in a data folder, tasks run by whatever
// speaks the Lambda Invoke API (`sam local start-lambda` does).
// docs/stepfunctions-local.md has its settings.
package main

import "example.org/asynchttpapi/stepfunctions"

func main() { stepfunctions.Main() }
