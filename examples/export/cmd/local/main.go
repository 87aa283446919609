// Command local exports on this machine: go run ./examples/export/cmd/local.
package main

import (
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/local"
	"example.org/asynchttpapi/examples/export"
)

func main() {
	description := asyncgen.MustOpenAPI(export.Job(export.Generated{}), asyncgen.Info{Title: "Exports"})
	pause := local.Setting{Flag: "pause", Env: "PAUSE", Default: "5ms", Usage: "how long a thousand rows take"}
	local.MainFunc(func(value func(string) string) (async.Definition, error) {
		d, err := time.ParseDuration(value("pause"))
		return export.Job(export.Generated{Pause: d}), err
	}, []local.Setting{pause}, local.WithOpenAPI(description))
}
