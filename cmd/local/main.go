// Command local is the whole service on one machine: the functions that AWS
// Lambda runs, behind an HTTP front that stands for API Gateway, the same state
// machine on a durable engine, and everything kept in one folder.
package main

import "example.org/asynchttpapi/async/local"

func main() { local.Main() }
