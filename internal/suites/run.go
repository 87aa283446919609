package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// suite is a set of tests that a make target runs.
type suite struct {
	name  string // the make target is test-NAME, or NAME if there is none
	about string
	// needs are what has to be installed.
	needs []tool
	// shares are make targets that install, into this folder, what other suites
	// use as well.
	shares []string
	// after are earlier suites whose end this one waits for.
	after []string
	// beside suites wait more than they compute: one of them runs beside another suite.
	beside bool
	// heavy suites are part of make test-all alone.
	heavy bool
}

func (s suite) target() string {
	if s.name == "lint" || s.name == "new-project" || s.name == "release" || s.name == "rehearse" || strings.HasPrefix(s.name, "torture") {
		return s.name
	}
	return "test-" + s.name
}

// runner runs suites.
type runner struct {
	ctx     context.Context
	logs    string
	ci      bool
	console *console
	// installing is held while something is installed that another suite may
	// install as well.
	installing sync.Mutex
	updated    bool // whether the lists of packages are new
}

// runAll runs suites in their order, and returns how they went in that order.
// With two lanes those that run beside others have an order of their own.
func (r *runner) runAll(chosen []suite, twoLanes bool) (results []result) {
	ended := map[string]chan struct{}{}
	for _, s := range chosen {
		ended[s.name] = make(chan struct{})
	}
	all := make([]*result, len(chosen))
	lane := func(mine func(suite) bool) {
		for i, s := range chosen {
			if !mine(s) {
				continue
			}
			for _, name := range s.after {
				if first := ended[name]; first != nil {
					<-first
				}
			}
			if r.ctx.Err() == nil {
				all[i] = r.run(s)
			}
			close(ended[s.name])
		}
	}
	if twoLanes {
		var lanes sync.WaitGroup
		lanes.Go(func() { lane(func(s suite) bool { return s.beside }) })
		lane(func(s suite) bool { return !s.beside })
		lanes.Wait()
	} else {
		lane(func(suite) bool { return true })
	}
	for _, x := range all {
		if x != nil {
			results = append(results, *x)
		}
	}
	return results
}

func (r *runner) run(s suite) *result {
	out := r.console.lines(s.name)
	defer out.end()
	fmt.Fprintf(out, "=== %s\n", s.about)
	x := &result{suite: s}
	began := time.Now()
	r.attempt(x, out)
	x.took = time.Since(began)
	fmt.Fprintf(out, "=== %s %s\n", x.outcome, x.why)
	return x
}

func (r *runner) attempt(x *result, out io.Writer) {
	if missing := r.missing(x.needs, out); len(missing) > 0 {
		x.outcome, x.why = notRun, missing.advice()
		return
	}
	file := filepath.Join(r.logs, x.name+".log")
	log, err := os.Create(file)
	if err != nil {
		x.outcome, x.why = failed, err.Error()
		return
	}
	defer log.Close()
	tail := &notRunLine{}
	out = io.MultiWriter(out, log, tail)
	err = r.share(x, out)
	if err == nil {
		err = r.make(x, out, x.target())
	}
	switch {
	case err != nil:
		x.outcome, x.why = failed, fmt.Sprintf("see %s; again: make %s", file, x.target())
	case tail.reason != "":
		x.outcome, x.why = notRun, tail.reason
	default:
		x.outcome = passed
	}
}

// share installs what other suites use as well: two at once would write to the
// same folder.
func (r *runner) share(x *result, out io.Writer) error {
	if len(x.shares) == 0 {
		return nil
	}
	r.installing.Lock()
	defer r.installing.Unlock()
	return r.make(x, out, x.shares...)
}

func (r *runner) make(x *result, out io.Writer, targets ...string) error {
	cmd := exec.CommandContext(r.ctx, "make", append([]string{"--no-print-directory"}, targets...)...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	err := cmd.Run()
	if state := cmd.ProcessState; state != nil {
		x.worked += state.UserTime() + state.SystemTime()
	}
	return err
}
