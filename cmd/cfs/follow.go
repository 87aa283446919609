package main

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// target is a submission to follow. Its first state is known, or asked for.
type target struct {
	ref  string
	from state
}

// event is news about one of the targets.
type event struct {
	target int
	state  state
	retry  *client.Retry // the answer has not come
	err    error         // it never will
}

// display shows events as they come.
type display interface {
	// show is given each event once.
	show(event)
	// tick redraws what depends on the time.
	tick()
	// close leaves the last state behind.
	close()
}

const frameTime = 100 * time.Millisecond

// follow watches all targets to their end and shows how they fare. All must
// be askable before any is asked.
func (a *app) follow(ctx context.Context, c *cli.Command, targets []target) error {
	events := make(chan event)
	clients := make([]*speakers, len(targets))
	for i, t := range targets {
		heard := func(r client.Retry) { events <- event{target: i, retry: &r} }
		s, err := a.connect(c, t.ref, heard)
		if err != nil {
			return err
		}
		clients[i] = s
	}
	var watchers sync.WaitGroup
	for i, t := range targets {
		watchers.Go(func() { t.watch(ctx, clients[i], func(e event) { e.target = i; events <- e }) })
	}
	go func() { watchers.Wait(); close(events) }()
	return a.showAll(c, targets, events)
}

// watch polls until the end and passes on everything it hears.
func (t target) watch(ctx context.Context, s *speakers, report func(event)) {
	from, err := t.from, error(nil)
	if from.Status == "" {
		if from, err = s.Status(ctx, t.ref); err != nil {
			report(event{err: err})
			return
		}
	}
	for st, err := range s.Polls(ctx, from) {
		report(event{state: st, err: err})
	}
}

func (a *app) showAll(c *cli.Command, targets []target, events <-chan event) error {
	d := a.display(c, targets)
	ticks := time.NewTicker(frameTime)
	defer ticks.Stop()
	code := exitOK
	var left []event // not watched to the end
	for {
		select {
		case <-ticks.C:
			d.tick()
		case e, more := <-events:
			if !more {
				d.close()
				a.reportUnfinished(c, targets, left)
				return codeError(code)
			}
			d.show(e)
			if e.unfinished() {
				left = append(left, e)
			}
			code = worse(code, e.code())
		}
	}
}

// unfinished reports whether the program stopped watching what goes on.
func (e event) unfinished() bool {
	return e.err != nil && unfinished(exitCode(e.err))
}

// unfinished reports whether a code says that a submission goes on unwatched.
func unfinished(code int) bool { return code == exitPending || code == exitInterrupted }

// reportUnfinished reports what is not watched any more: to a person at once, to a
// program one by one.
func (a *app) reportUnfinished(c *cli.Command, targets []target, left []event) {
	slices.SortFunc(left, func(x, y event) int { return x.target - y.target })
	var refs []string
	for _, e := range left {
		refs = append(refs, targets[e.target].label())
		if c.String("output") == "json" {
			a.report(c, about(targets[e.target].ref, e.err))
		}
	}
	if len(left) > 0 && c.String("output") != "json" {
		a.report(c, aboutError{refs: refs, error: left[0].err})
	}
}

func codeError(code int) error {
	if code == exitOK {
		return nil
	}
	return outcome(code)
}

// code is what an event contributes to the exit code: only ends count.
func (e event) code() int {
	switch {
	case e.err != nil:
		return exitCode(e.err)
	case e.retry == nil && e.state.Done():
		return verdict(e.state.Submission)
	}
	return exitOK
}

// display picks the form: live on a terminal, lines elsewhere.
func (a *app) display(c *cli.Command, targets []target) display {
	width := a.width(a.stdout)
	if c.String("output") == "json" || width == 0 || a.getenv("TERM") == "dumb" {
		return newLines(a, c, targets)
	}
	return newLive(a, c, targets)
}

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
		l.app.retrying(l.command, l.targets[e.target].ref)(*e.retry)
	case e.unfinished(): // once for all, at the end
	case e.err != nil:
		l.app.report(l.command, about(l.targets[e.target].ref, e.err))
	case news(l.last[e.target], e.state.Submission):
		if l.last[e.target].Status != "" {
			e.state.CancelURL = "" // a secret is shown once
		}
		l.last[e.target] = e.state.Submission
		l.write(l.app.stdout, e.state)
	}
}

// news reports whether a state says anything that the last did not.
func news(last, now api.Submission) bool {
	return last.Status != now.Status || last.CustomStatus != now.CustomStatus || last.Message != now.Message ||
		last.PercentComplete != now.PercentComplete
}

func (*lines) tick()  {}
func (*lines) close() {}
