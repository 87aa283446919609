// Command suites runs every test suite that this machine can run, and ends with
// a table: what passed, what failed, and what was not run, with the command that
// would make it run. make test is this command.
//
// Suites that wait more than they compute run beside the others, one at a time.
//
// It needs no root. As root on Debian with CI=true, which .ci/run has, it
// installs what a suite lacks, and a suite that was not run is a failure.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	all := flag.Bool("all", false, "run the heavy suites too")
	only := flag.String("only", "", "run only these suites, separated by commas or spaces")
	logs := flag.String("logs", ".logs/suites", "folder for the output of each suite")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	chosen, err := choose(suites(), *only, *all)
	if err == nil && flag.NArg() > 0 {
		err = fmt.Errorf("unexpected arguments: %s", strings.Join(flag.Args(), " "))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "suites:", err)
		os.Exit(2)
	}
	r := runner{ctx: ctx, logs: *logs, ci: os.Getenv("CI") == "true", console: &console{w: os.Stdout}}
	if err := os.MkdirAll(r.logs, 0o777); err != nil {
		fmt.Fprintln(os.Stderr, "suites:", err)
		os.Exit(2)
	}
	began := time.Now()
	results := r.runAll(chosen, runtime.NumCPU() > 1)
	os.Exit(r.report(os.Stdout, results, time.Since(began)))
}

// choose returns the suites that are asked for, or all that are not heavy.
func choose(from []suite, only string, all bool) (chosen []suite, err error) {
	wanted := strings.FieldsFunc(only, func(r rune) bool { return r == ',' || r == ' ' })
	for _, name := range wanted {
		if !slices.ContainsFunc(from, func(s suite) bool { return s.name == name }) {
			return nil, fmt.Errorf("there is no suite %q", name)
		}
	}
	for _, s := range from {
		if slices.Contains(wanted, s.name) || len(wanted) == 0 && (all || !s.heavy) {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

type result struct {
	suite
	outcome string // passed, FAILED or NOT RUN
	why     string
	// took is the time on the clock, and worked that of the processors.
	took, worked time.Duration
}

const (
	passed = "passed"
	failed = "FAILED"
	notRun = "NOT RUN"
)

// report writes the table and returns the exit status.
func (r *runner) report(w io.Writer, results []result, took time.Duration) int {
	out := bufio.NewWriter(w)
	defer out.Flush()
	counts, sum := map[string]int{}, result{}
	row := func(name, outcome string, took, worked time.Duration, why string) {
		line := fmt.Sprintf("%-14s %-8s %8s %10s  %s", name, outcome, took.Round(time.Second), worked.Round(time.Second), why)
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
	fmt.Fprintf(out, "\n%-14s %-8s %8s %10s\n", "suite", "outcome", "time", "processors")
	for _, x := range results {
		counts[x.outcome]++
		row(x.name, x.outcome, x.took, x.worked, x.why)
		sum.took, sum.worked = sum.took+x.took, sum.worked+x.worked
	}
	row("sum", "", sum.took, sum.worked, "")
	fmt.Fprintf(out, "%-14s %-8s %8s\n", "on the clock", "", took.Round(time.Second))
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", counts[passed], counts[failed], counts[notRun])
	switch {
	case r.ctx.Err() != nil:
		fmt.Fprintln(out, "interrupted")
		return 130
	case counts[failed] > 0, r.ci && counts[notRun] > 0, len(results) == 0:
		return 1
	}
	return 0
}
