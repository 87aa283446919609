package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
)

// tortureCycles is how often the engine is killed unless TORTURE_CYCLES says
// otherwise.
const tortureCycles = 6

// seen is what the victims have said.
type seen struct {
	accepted map[string]bool
	ends     map[string]string // what was said of an execution's end, by ARN
	reported int
	// heard, if not nil, is called with each line of a victim that is none of these.
	heard func(line string, kill func())
}

// TestTorture kills the engine at random moments, with Parallel, Map, retries,
// timers, tokens and nested executions under way, and then looks for anything
// lost, doubled, unfinished or changed.
func TestTorture(t *testing.T) {
	cycles, dir, s := cyclesWanted(t), t.TempDir(), newSeen()
	for i := range cycles {
		s.suffer(t, dir, "start", time.Duration(rand.IntN(500))*time.Millisecond)
		if (i+1)%50 == 0 {
			t.Logf("%d kills, %d accepted, %d ended", i+1, len(s.accepted), len(s.ends))
		}
	}
	s.suffer(t, dir, "drain", 0)
	s.verify(t, dir)
	t.Logf("%d kills; %d executions accepted, %d ended, reported %d times", cycles, len(s.accepted), len(s.ends), s.reported)
}

func newSeen() *seen { return &seen{accepted: map[string]bool{}, ends: map[string]string{}} }

func cyclesWanted(t *testing.T) int {
	n := os.Getenv("TORTURE_CYCLES")
	if n == "" {
		return tortureCycles
	}
	cycles, err := strconv.Atoi(n)
	if err != nil {
		t.Fatalf("TORTURE_CYCLES: %v", err)
	}
	return cycles
}

// suffer runs one victim, and kills it so long after it was ready; one that
// drains is left to end by itself.
func (s *seen) suffer(t *testing.T, dir, mode string, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), tortureDir+"="+dir, tortureMode+"="+mode)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said, lost strings.Builder // exec writes to lost from a goroutine of its own
	cmd.Stderr = &lost
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "ready" {
			ready = true
			if mode == "start" {
				time.AfterFunc(after, func() { cmd.Process.Kill() })
			}
		}
		s.hear(t, lines.Text())
		if !strings.HasPrefix(lines.Text(), "accepted") && !strings.HasPrefix(lines.Text(), "ended") {
			fmt.Fprintln(&said, lines.Text())
			if s.heard != nil {
				s.heard(lines.Text(), func() { cmd.Process.Kill() })
			}
		}
	}
	err = cmd.Wait()
	if !ready || mode == "drain" && err != nil {
		t.Fatalf("a victim failed by itself: %v\n%s%s", err, said.String(), lost.String())
	}
}

// hear takes one line of a victim; a line that the kill has cut has no meaning.
func (s *seen) hear(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	switch {
	case len(words) == 0:
	case words[0] == "accepted" && len(words) == 2:
		s.accepted[words[1]] = true
	case words[0] == "ended" && len(words) == 4 && len(words[3]) == 16:
		end := words[2] + " " + words[3]
		if before, ok := s.ends[words[1]]; ok && before != end {
			t.Errorf("%s ended %s, before it had ended %s", words[1], end, before)
		}
		s.ends[words[1]] = end
		s.reported++
	case words[0] == "broken", words[0] == "panic:":
		t.Errorf("a victim says: %s", line)
	}
}

// verify looks at what is left of it all.
func (s *seen) verify(t *testing.T, dir string) {
	db, err := sqlite.Open(dataOf(dir), journal.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := engine.New(engine.Config{Journal: journal.New(db), Invoker: &enginetest.Invoker{}})
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer e.Close(t.Context())
	w := &fixture{T: t, Engine: e}
	found := map[string]bool{}
	count := map[string]int{}
	children := map[string]bool{}
	for name := range tortureMachines() {
		page, _, err := e.ListExecutions(t.Context(), "arn:aws:states:us-east-1:123456789012:stateMachine:"+name, "", 0, 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, listed := range page {
			x, err := e.DescribeExecution(t.Context(), listed.ARN) // has the output, too
			if err != nil {
				t.Fatal(err)
			}
			found[x.ARN] = true
			count[name]++
			if name == "nested" && x.Status == engine.Failed {
				children[x.Cause] = true
			} else if name == "nested" {
				count["stopped"]++
			}
			s.check(w, x)
		}
	}
	for arn := range s.accepted {
		if !found[arn] {
			t.Errorf("%s was accepted and is lost", arn)
		}
	}
	// Each parent has one child of its own; one that was stopped may have had none yet.
	if parents := count["nested"]; count["child"] > parents || len(children) != parents-count["stopped"] {
		t.Errorf("%d nested executions, %d of them known to their %d parents, of which %d were stopped", count["child"], len(children), parents, count["stopped"])
	}
}

// endOf is what the victims say of an execution's end.
func endOf(x engine.Execution) string { return fmt.Sprintf("%s %x", x.Status, sum(x)) }

// check holds one execution to what an execution has to be in the end.
func (s *seen) check(w *fixture, x engine.Execution) {
	if x.Status == engine.Running {
		w.Errorf("%s is still running", x.ARN)
		return
	}
	if end, want := endOf(x), s.ends[x.ARN]; end != want {
		w.Errorf("%s ended %s, its reported end is %q", x.ARN, end, want)
	}
	w.wantOneEnd(x.ARN)
}
