package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/api"
)

// lines is the display for pipes and programs: one line for each change.
type lines struct {
	app     *app
	command *cli.Command
	targets []target
	write   func(io.Writer, state) error
	last    []api.Submission
}

func newLines(a *app, c *cli.Command, targets []target) *lines {
	l := &lines{app: a, command: c, targets: targets, write: writeLine, last: make([]api.Submission, len(targets))}
	if c.String("output") == "json" {
		l.write = writeJSON
	}
	return l
}

func (l *lines) show(e event) {
	switch {
	case e.retry != nil:
		fmt.Fprintf(l.app.stderr, "cfs: %s: %s; trying again in %s\n", clean(l.targets[e.target].ref), trouble(e.retry.Err), seconds(e.retry.Delay))
	case e.err != nil:
		l.app.report(l.command, about(l.targets[e.target].ref, e.err))
	case news(l.last[e.target], e.state.Result):
		l.last[e.target] = e.state.Result
		l.write(l.app.stdout, e.state)
	}
}

// news tells whether a state says anything that the last did not.
func news(last, now api.Submission) bool {
	return last.Status != now.Status || last.CustomStatus != now.CustomStatus || last.Message != now.Message
}

func (*lines) tick()  {}
func (*lines) close() {}
