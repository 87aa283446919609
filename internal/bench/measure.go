package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// measureStart starts and stops the server on a folder that exists already.
func measureStart(_ context.Context, o options, dir string) error {
	var took []time.Duration
	for range 6 {
		s, err := startServer(o.binary, filepath.Join(dir, "start"))
		if err != nil {
			return err
		}
		took = append(took, s.start)
		time.Sleep(200 * time.Millisecond) // let it settle, so that memory is that at rest
		if rss, err := s.residentMB(); err == nil && len(took) == 6 {
			fmt.Printf("%-34s %9.1f MiB\n", "memory at rest", rss)
		}
		if err := s.stop(); err != nil {
			return err
		}
	}
	slices.Sort(took)
	fmt.Printf("%-34s %9s\n", "start, exec to ready (median)", took[len(took)/2].Round(100*time.Microsecond))
	return nil
}

// measureThroughput submits talks whose 3 activities take no time, waits until
// all are decided, then polls what is decided.
func measureThroughput(ctx context.Context, o options, dir string) error {
	s, err := startServer(o.binary, filepath.Join(dir, "throughput"), "-speed", "1000000000")
	if err != nil {
		return err
	}
	defer s.stop()
	c := newClients(o.clients, s.url)
	began := time.Now()
	urls, err := measureSubmits(ctx, o, c)
	if err != nil {
		return err
	}
	if err := measureCompletion(ctx, c, urls, began); err != nil {
		return err
	}
	return measurePolls(ctx, o, c, urls)
}

func measureSubmits(ctx context.Context, o options, c *clients) ([]string, error) {
	var accepted latencies
	urls := make([]string, o.submissions)
	began := time.Now()
	err := c.each(ctx, o.submissions, func(ctx context.Context, i int) error {
		return accepted.time(func() (err error) {
			urls[i], err = c.submit(ctx)
			return err
		})
	})
	accepted.row("accepted, while they are processed", o.submissions, time.Since(began))
	return urls, err
}

// measureCompletion counts from the first submit to the last decision; how
// long each took is what the server itself recorded.
func measureCompletion(ctx context.Context, c *clients, urls []string, began time.Time) error {
	var completed latencies
	err := c.completion(ctx, urls, completed.add)
	completed.row("completed, 3 activities each", len(urls), time.Since(began))
	return err
}

// measurePolls reads finished submissions for a while.
func measurePolls(ctx context.Context, o options, c *clients, urls []string) error {
	var polls latencies
	var mu sync.Mutex
	count := 0
	began := time.Now()
	err := c.each(ctx, o.clients, func(ctx context.Context, i int) error {
		for n := i; time.Since(began) < o.polling; n++ {
			err := polls.time(func() error {
				_, err := c.poll(ctx, urls[n%len(urls)], 0)
				return err
			})
			if err != nil {
				return err
			}
			mu.Lock()
			count++
			mu.Unlock()
		}
		return nil
	})
	polls.row("status polls", count, time.Since(began))
	return err
}

// measureOpen accepts submissions whose stages last, and weighs the server.
func measureOpen(ctx context.Context, o options, dir string) error {
	s, err := startServer(o.binary, filepath.Join(dir, "open"), "-speed", "1")
	if err != nil {
		return err
	}
	defer s.kill()
	c := newClients(o.clients, s.url)
	var accepted latencies
	began := time.Now()
	err = c.each(ctx, o.open, func(ctx context.Context, _ int) error {
		return accepted.time(func() error { _, err := c.submit(ctx); return err })
	})
	if err != nil {
		return err
	}
	accepted.row("accepted, stages lasting", o.open, time.Since(began))
	rss, err := s.residentMB()
	fmt.Printf("%-34s %9.1f MiB\n", fmt.Sprintf("memory with %d open", o.open), rss)
	return err
}
