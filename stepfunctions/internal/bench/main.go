// Command bench measures the engine on this machine, with the machine's own
// limits for the same bytes beside it. Every write is on disk before it counts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"
)

type options struct {
	dir      string
	each     time.Duration
	sleepers int
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "folder to work in, on the disk to be measured; a temporary folder if empty")
	flag.DurationVar(&o.each, "each", 3*time.Second, "how long each throughput is measured")
	flag.IntVar(&o.sleepers, "sleepers", 100_000, "sleeping executions that are open at a restart")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp(o.dir, "engine-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%d cores, %s, %s/%s\n\n", runtime.GOMAXPROCS(0), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, part := range []struct {
		name    string
		measure func(context.Context, options, string) error
	}{{"disk", disk}, {"chains", chains}, {"fan-out", fanOut}, {"sleep", sleep}} {
		if err := part.measure(ctx, o, filepath.Join(dir, part.name)); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Println()
	}
	return nil
}
