// Command ops is the operators' tool: it lists, shows, cancels, redrives, exports
// and purges the submissions of a service, on AWS or on one machine. See
// docs/operations.md.
package main

import "example.org/asynchttpapi/async/ops"

func main() { ops.Main() }
