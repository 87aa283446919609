// Command suites runs every test suite that this machine can run, and ends with
// a table: what passed, what failed, and what was not run, with the command that
// would make it run. make test is this command.
//
// It needs no root. As root on Debian with CI=true, which .ci/run has, it
// installs what a suite lacks, and a suite that was not run is a failure.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	all := flag.Bool("all", false, "run the heavy suites too")
	only := flag.String("only", "", "run only these suites, separated by commas")
	logs := flag.String("logs", ".logs/suites", "folder for the output of each suite")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r := runner{ctx: ctx, logs: *logs, ci: os.Getenv("CI") == "true"}
	if err := os.MkdirAll(r.logs, 0o777); err != nil {
		fmt.Fprintln(os.Stderr, "suites:", err)
		os.Exit(2)
	}
	for _, s := range suites() {
		if *only != "" && !contains(*only, s.name) || *only == "" && s.heavy && !*all {
			continue
		}
		r.run(s)
		if ctx.Err() != nil {
			break
		}
	}
	os.Exit(r.report(os.Stdout))
}

func contains(list, name string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(part) == name {
			return true
		}
	}
	return false
}

// suite is a set of tests that a make target runs.
type suite struct {
	name  string // the make target is test-NAME, or NAME if there is none
	about string
	// needs are what has to be installed.
	needs []tool
	// heavy suites are part of make test-all alone.
	heavy bool
}

// tool is something that a suite needs, and the Debian package that has it.
type tool struct{ command, pkg string }

// present reports whether the tool is installed.
func (t tool) present() bool {
	switch t.command {
	case "venv": // Debian has it in a package of its own
		return exec.Command("python3", "-c", "import venv, ensurepip").Run() == nil
	case "nginx": // Debian has it where an ordinary user does not look
		_, err := os.Stat("/usr/sbin/nginx")
		return err == nil || exec.Command("nginx", "-v").Run() == nil
	case "node":
		out, err := exec.Command("node", "-p", "process.versions.node.split('.')[0] >= 18").Output()
		return err == nil && strings.TrimSpace(string(out)) == "true"
	case "javac": // the stub of macOS is there without a JDK
		return exec.Command("javac", "-version").Run() == nil
	case "chromium": // internal/e2e/browser/run looks in the same places
		return os.Getenv("CHROMIUM") != "" || slices.ContainsFunc([]string{"chromium", "chromium-browser", "google-chrome"}, func(name string) bool {
			_, err := exec.LookPath(name)
			return err == nil
		})
	case "bash-completion":
		_, err := os.Stat("/usr/share/bash-completion/bash_completion")
		return err == nil
	}
	_, err := exec.LookPath(t.command)
	return err == nil
}

var (
	node     = []tool{{"bash", "bash"}, {"node", "nodejs"}, {"npm", "npm"}}
	python   = []tool{{"python3", "python3"}, {"venv", "python3-venv"}}
	java     = []tool{{"mvn", "maven"}, {"javac", "default-jdk-headless"}}
	browser  = []tool{{"chromium", "chromium"}}
	terminal = []tool{{"tmux", "tmux"}, {"zsh", "zsh"}, {"fish", "fish"}, {"bash-completion", "bash-completion"}}
	nginx    = []tool{{"nginx", "nginx"}}
	rust     = []tool{{"cargo", "rustup"}}
	race     = []tool{{"gcc", "gcc"}, {"curl", "curl"}}
)

func join(lists ...[]tool) (all []tool) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// runner runs suites and remembers how they went.
type runner struct {
	ctx     context.Context
	logs    string
	ci      bool
	results []result
}

type result struct {
	suite
	outcome string // passed, FAILED or NOT RUN
	why     string
	took    time.Duration
}

const (
	passed = "passed"
	failed = "FAILED"
	notRun = "NOT RUN"
)

func (r *runner) run(s suite) {
	fmt.Printf("\n=== %s: %s\n", s.name, s.about)
	began := time.Now()
	outcome, why := r.attempt(s)
	r.results = append(r.results, result{s, outcome, why, time.Since(began).Round(time.Second)})
	fmt.Printf("=== %s: %s %s\n", s.name, outcome, why)
}

func (r *runner) attempt(s suite) (outcome, why string) {
	if missing := r.missing(s); len(missing) > 0 {
		return notRun, missing.advice()
	}
	file := filepath.Join(r.logs, s.name+".log")
	log, err := os.Create(file)
	if err != nil {
		return failed, err.Error()
	}
	defer log.Close()
	tail := &notRunLine{}
	cmd := exec.CommandContext(r.ctx, "make", "--no-print-directory", s.target())
	out := io.MultiWriter(os.Stdout, log, tail)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	if err := cmd.Run(); err != nil {
		return failed, fmt.Sprintf("see %s; again: make %s", file, s.target())
	}
	if tail.reason != "" {
		return notRun, tail.reason
	}
	return passed, ""
}

func (s suite) target() string {
	if s.name == "lint" || s.name == "new-project" || s.name == "release" || s.name == "rehearse" || strings.HasPrefix(s.name, "torture") {
		return s.name
	}
	return "test-" + s.name
}

type tools []tool

// missing returns what the suite lacks, after an attempt to install it where
// that is this command's to do.
func (r *runner) missing(s suite) tools {
	absent := func() (all tools) {
		for _, t := range s.needs {
			if !t.present() {
				all = append(all, t)
			}
		}
		return all
	}
	missing := absent()
	if len(missing) == 0 || !r.ci || os.Geteuid() != 0 {
		return missing
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return missing
	}
	install := append([]string{"install", "-qq", "-y", "--no-install-recommends"}, missing.packages()...)
	for _, args := range [][]string{{"update", "-qq"}, install} {
		cmd := exec.CommandContext(r.ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "suites: apt-get", strings.Join(args, " ")+":", err)
		}
	}
	return absent()
}

func (t tools) packages() (names []string) {
	for _, one := range t {
		names = append(names, one.pkg)
	}
	return names
}

// advice says how to install what is missing.
func (t tools) advice() string {
	packages := strings.Join(t.packages(), " ")
	if runtime.GOOS == "linux" {
		return "sudo apt-get install " + packages
	}
	return "install " + packages
}

// notRunLine watches for a line by which a suite says itself that it was not run.
type notRunLine struct {
	rest   []byte
	reason string
}

func (n *notRunLine) Write(p []byte) (int, error) {
	n.rest = append(n.rest, p...)
	for {
		line, rest, found := bytes.Cut(n.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		n.rest = rest
		if reason, ok := bytes.CutPrefix(line, []byte(notRun+": ")); ok {
			n.reason = string(reason)
		}
	}
}

// report writes the table and returns the exit status.
func (r *runner) report(w io.Writer) int {
	out := bufio.NewWriter(w)
	defer out.Flush()
	counts := map[string]int{}
	fmt.Fprintf(out, "\n%-14s %-8s %8s\n", "suite", "outcome", "time")
	for _, x := range r.results {
		counts[x.outcome]++
		fmt.Fprintf(out, "%-14s %-8s %8s  %s\n", x.name, x.outcome, x.took, x.why)
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", counts[passed], counts[failed], counts[notRun])
	switch {
	case r.ctx.Err() != nil:
		fmt.Fprintln(out, "interrupted")
		return 130
	case counts[failed] > 0, r.ci && counts[notRun] > 0, len(r.results) == 0:
		return 1
	}
	return 0
}
