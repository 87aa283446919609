// Command bench sets this repository's client beside third-party pollers:
// how often each asks about a submission, and how long after its end it knows.
// All follow submissions to one local service at the same time, through a proxy
// that counts; then to another that is faster, for how late a poller is depends
// on how its polls happen to fall. It prints figures and ratios and judges
// nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"
)

func main() {
	log.SetOutput(io.Discard) // HashiCorp's client logs every request there
	var o options
	flag.StringVar(&o.binary, "binary", "../../../bin/local", "the local service's binary")
	flag.IntVar(&o.submissions, "n", 6, "submissions of each poller to each local service, at once")
	flag.StringVar(&o.speeds, "speeds", "3,4,5,6", "the local services' speeds, one after the other")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	binary, speeds string
	submissions    int
}

func run(ctx context.Context, o options) error {
	load, _ := os.ReadFile("/proc/loadavg") // where there is one
	fmt.Printf("%d submissions of each poller at speed %s; load average before: %.14s\n\n", o.submissions, o.speeds, load)
	all := pollers()
	tallies := make([]tally, len(all))
	for _, speed := range strings.Split(o.speeds, ",") {
		if err := compare(ctx, o, speed, all, tallies); err != nil {
			return fmt.Errorf("at speed %s: %w", speed, err)
		}
	}
	printTable(os.Stdout, all, tallies)
	return nil
}

// patience is for all polls of one service; HashiCorp's poller insists on a deadline.
const patience = 10 * time.Minute

// compare has all pollers follow their submissions to a service of that speed.
func compare(ctx context.Context, o options, speed string, all []poller, tallies []tally) error {
	w, err := startService(o.binary, speed)
	if err != nil {
		return err
	}
	defer w.stop()
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var following sync.WaitGroup
	for i, p := range all {
		for n := range o.submissions {
			following.Go(func() {
				name := fmt.Sprintf("%d-%d", i, n)
				if err := p.follow(ctx, w.url+"/"+name); err != nil {
					cancel(fmt.Errorf("%s: %w", p.name, err))
					return
				}
				tallies[i].add(w.seen.of(name), time.Now())
			})
		}
	}
	following.Wait()
	return context.Cause(ctx)
}
