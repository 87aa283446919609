package main

import (
	"context"
	"sync"
	"time"

	"github.com/urfave/cli/v3"

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

// watch polls until the end and tells everything it hears.
func (t target) watch(ctx context.Context, s *speakers, tell func(event)) {
	from, err := t.from, error(nil)
	if from.Status == "" {
		if from, err = s.Status(ctx, t.ref); err != nil {
			tell(event{err: err})
			return
		}
	}
	for st, err := range s.Polls(ctx, from) {
		tell(event{state: st, err: err})
	}
}

func (a *app) showAll(c *cli.Command, targets []target, events <-chan event) error {
	d := a.display(c, targets)
	ticks := time.NewTicker(frameTime)
	defer ticks.Stop()
	code := exitOK
	for {
		select {
		case <-ticks.C:
			d.tick()
		case e, more := <-events:
			if !more {
				d.close()
				return codeError(code)
			}
			d.show(e)
			code = worse(code, e.code())
		}
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
		return verdict(e.state.Result)
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
