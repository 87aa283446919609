package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// measureBeside runs the same load on several builds of the local service in turn, so
// that a busy minute meets all of them, and prints what each takes per submission
// and per poll. The processor's time depends far less on what else the machine
// does than the time that passes, and calls of write not at all.
func measureBeside(ctx context.Context, o options, dir string, binaries []string) error {
	all := make([][]costs, len(binaries))
	for round := range o.rounds {
		for i := range binaries {
			data := filepath.Join(dir, fmt.Sprint("beside-", round, "-", i))
			c, err := measureCosts(ctx, o, binaries[i], data)
			if err != nil {
				return fmt.Errorf("%s: %w", binaries[i], err)
			}
			all[i] = append(all[i], c)
			if err := os.RemoveAll(data); err != nil {
				return err
			}
		}
	}
	fmt.Printf("%d rounds of %d submissions: median (least to greatest), and the ratios of median and least to those of the first\n", o.rounds, o.submissions)
	for i, binary := range binaries {
		fmt.Printf("\n%s\n", binary)
		for j, name := range costNames {
			low, median, high := spread(all[i], j)
			least, base, _ := spread(all[0], j)
			fmt.Printf("%-46s %9.1f  (%.1f to %.1f)  %.2f  %.2f\n", name, median, low, high, median/base, low/least)
		}
	}
	return nil
}

// costs are what costNames names, in that order.
type costs [7]float64

var costNames = [len(costs{})]string{
	"submissions completed, /s",
	"server's processor per submission, µs",
	"of it in the kernel, µs",
	"calls of write per submission",
	"KB written to files and sockets per submission",
	"server's processor per poll, µs",
	"polls, /s",
}

func measureCosts(ctx context.Context, o options, binary, data string) (c costs, err error) {
	s, err := startServer(binary, data, "-speed", "1000000000")
	if err != nil {
		return c, err
	}
	defer s.kill()
	clients := newClients(o.clients, s.url)
	before, err := s.usage()
	if err != nil {
		return c, err
	}
	began := time.Now()
	urls := make([]string, o.submissions)
	err = clients.each(ctx, len(urls), func(ctx context.Context, i int) (err error) {
		urls[i], err = clients.submit(ctx)
		return err
	})
	if err != nil {
		return c, err
	}
	if err := clients.completion(ctx, urls, func(time.Duration) {}); err != nil {
		return c, err
	}
	after, err := s.usage()
	if err != nil {
		return c, err
	}
	n := float64(len(urls))
	c[0] = n / time.Since(began).Seconds()
	c[1] = float64((after.user + after.system - before.user - before.system).Microseconds()) / n
	c[2] = float64((after.system - before.system).Microseconds()) / n
	c[3] = float64(after.writes-before.writes) / n
	c[4] = float64(after.written-before.written) / n / 1000
	began = time.Now()
	polls := 4 * len(urls)
	err = clients.each(ctx, polls, func(ctx context.Context, i int) error {
		_, err := clients.poll(ctx, urls[i%len(urls)], 0)
		return err
	})
	if err != nil {
		return c, err
	}
	end, err := s.usage()
	c[5] = float64((end.user + end.system - after.user - after.system).Microseconds()) / float64(polls)
	c[6] = float64(polls) / time.Since(began).Seconds()
	return c, err
}

func spread(all []costs, i int) (low, median, high float64) {
	var values []float64
	for _, c := range all {
		values = append(values, c[i])
	}
	slices.Sort(values)
	return values[0], values[len(values)/2], values[len(values)-1]
}

// usage is what the kernel has counted for the process.
type usage struct {
	user, system    time.Duration
	writes, written int64
}

// usage reads it from /proc, which Linux alone has.
func (s *server) usage() (u usage, err error) {
	proc := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	stat, err := os.ReadFile(proc + "stat")
	if err != nil {
		return u, err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return u, fmt.Errorf("%sstat has %d fields", proc, len(fields))
	}
	const tick = time.Second / 100 // USER_HZ, on every platform that Go knows
	for at, d := range map[int]*time.Duration{11: &u.user, 12: &u.system} {
		ticks, err := strconv.ParseInt(string(fields[at]), 10, 64)
		if err != nil {
			return u, err
		}
		*d = time.Duration(ticks) * tick
	}
	counters, err := os.ReadFile(proc + "io")
	if err != nil {
		return u, err
	}
	for line := range bytes.Lines(counters) {
		fmt.Sscanf(string(line), "wchar: %d", &u.written)
		fmt.Sscanf(string(line), "syscw: %d", &u.writes)
	}
	return u, nil
}
