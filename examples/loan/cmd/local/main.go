// Command local handles loan applications on this machine: go run
// ./examples/loan/cmd/local. Each case puts a letter into the folder of -mailbox,
// with the link under which it is decided.
package main

import (
	"fmt"
	"os"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/local"
	"example.org/asynchttpapi/examples/loan"
)

func main() {
	description, err := asyncgen.OpenAPI(loan.Job(loan.Simulated{}, loan.Mailbox{}), asyncgen.Info{Title: "Loans"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mailbox := local.Setting{Flag: "mailbox", Env: "MAILBOX", Default: "mailbox", Usage: "folder for the letters to underwriters"}
	local.MainFunc(func(value func(string) string) (async.Definition, error) {
		return loan.Job(loan.Simulated{}, loan.Mailbox{Folder: value("mailbox")}), nil
	}, []local.Setting{mailbox}, local.WithOpenAPI(description))
}
