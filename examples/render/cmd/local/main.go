// Command local renders on this machine, with services that are simulated: go
// run ./examples/render/cmd/local.
package main

import (
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/local"
	"example.org/asynchttpapi/examples/render"
)

func main() {
	job := func(frame time.Duration) async.Definition {
		return render.Job((&render.Simulated{Frame: frame}).Services())
	}
	description := asyncgen.MustOpenAPI(job(0), asyncgen.Info{Title: "Videos"})
	frame := local.Setting{Flag: "frame", Env: "FRAME", Default: "300ms", Usage: "how long a hundredth of the encoding takes"}
	local.MainFunc(func(value func(string) string) (async.Definition, error) {
		d, err := time.ParseDuration(value("frame"))
		return job(d), err
	}, []local.Setting{frame}, local.WithOpenAPI(description))
}
