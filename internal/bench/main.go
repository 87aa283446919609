// Command bench measures the whole system on this machine: the local service as
// a process of its own, real HTTP, fsync on. It prints figures and ratios and
// judges nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"
)

func main() {
	log.SetFlags(0)
	var o options
	flag.StringVar(&o.binary, "binary", "bin/local", "the local service's binary")
	flag.IntVar(&o.submissions, "n", 5000, "submissions for each throughput figure")
	flag.IntVar(&o.open, "open", 10000, "open submissions for the memory figure")
	flag.IntVar(&o.clients, "clients", 64, "concurrent clients")
	flag.DurationVar(&o.polling, "polling", 5*time.Second, "how long status polls are measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal("bench: ", err)
	}
}

type options struct {
	binary                     string
	submissions, open, clients int
	polling                    time.Duration
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp(".", ".bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, measure := range []func(context.Context, options, string) error{
		measureDisk, measureStart, measureThroughput, measureOpen,
	} {
		if err := measure(ctx, o, dir); err != nil {
			return err
		}
		fmt.Println()
	}
	return nil
}
