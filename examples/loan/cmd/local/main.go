// Command local handles loan applications on this machine: go run
// ./examples/loan/cmd/local. Each case puts a letter into the folder of -mailbox,
// with the link under which it is decided.
package main

import (
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/local"
	"example.org/asynchttpapi/examples/loan"
)

func main() {
	description := asyncgen.MustOpenAPI(loan.Job(loan.Simulated{}, loan.Mailbox{}), asyncgen.Info{Title: "Loans"})
	mailbox := local.Setting{Flag: "mailbox", Env: "MAILBOX", Default: "mailbox", Usage: "folder for the letters to underwriters"}
	local.MainFunc(func(value func(string) string) (async.Definition, error) {
		return loan.Job(loan.Simulated{}, loan.Mailbox{Folder: value("mailbox")}), nil
	}, []local.Setting{mailbox}, local.WithOpenAPI(description))
}
