package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// timedJournal remembers when each write was.
type timedJournal struct {
	*enginetest.Journal
	clock *enginetest.Clock
	mu    sync.Mutex
	times []time.Time
}

func (j *timedJournal) Create(ctx context.Context, r engine.Record, entries [][]byte, past engine.Past) error {
	defer j.note()
	return j.Journal.Create(ctx, r, entries, past)
}

func (j *timedJournal) Append(ctx context.Context, id int64, seq int, entries [][]byte, head *engine.Head) error {
	defer j.note()
	return j.Journal.Append(ctx, id, seq, entries, head)
}

func (j *timedJournal) note() {
	now := j.clock.Now()
	j.mu.Lock()
	defer j.mu.Unlock()
	for len(j.times) < j.Writes() {
		j.times = append(j.times, now)
	}
}

// observed is what can be seen of an engine's executions in the end.
type observed struct {
	ends      []string
	histories [][]string
}

// runAll runs executions that begin with the one called x, on a journal and
// from a time on, one function at a time, until all of them have ended.
func runAll(t *rapid.T, j engine.Journal, clock *enginetest.Clock, begin func(*engine.Engine) error) observed {
	v := &enginetest.Invoker{}
	e := engine.New(engine.Config{Journal: j, Invoker: v, Clock: clock, MaxInvocations: 1, Retention: 100 * 365 * 24 * time.Hour})
	v.Handle(function+"work", work)
	v.Handle("ask", func(ctx context.Context, payload []byte) ([]byte, error) { return nil, ask(ctx, e, payload) })
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	driven := make(chan struct{})
	go func() {
		defer close(driven)
		clock.Drive(ctx, e.Sleeping)
	}()
	defer func() { stop(); <-driven; e.Close(ctx) }()
	if err := begin(e); err != nil {
		t.Fatal(err)
	}
	return observe(t, e)
}

// observe waits for the end of every execution.
func observe(t *rapid.T, e *engine.Engine) (all observed) {
	bounded, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	const first = "arn:aws:states:us-east-1:123456789012:execution:parent:x"
	if _, err := e.Wait(bounded, first); err != nil {
		t.Fatal(err)
	}
	for _, m := range e.StateMachines() {
		for _, x := range list(t, e, m.ARN) {
			end, err := e.Wait(bounded, x.ARN)
			if err != nil {
				t.Fatalf("%s: %v", x.Name, err)
			}
			all.ends = append(all.ends, fmt.Sprintf("%s %s %s %s: %s at %s", x.Name, end.Status, end.Output, end.Error, end.Cause, end.Stopped))
			events, err := e.History(t.Context(), x.ARN)
			if err != nil {
				t.Fatal(err)
			}
			all.histories = append(all.histories, lines(events))
		}
	}
	return all
}

// list returns the executions in an order that does not depend on when they
// started, once there can be no more of them.
func list(t *rapid.T, e *engine.Engine, machineARN string) []engine.Execution {
	page, _, err := e.ListExecutions(t.Context(), machineARN, "", 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(page, func(a, b engine.Execution) int { return strings.Compare(a.Name, b.Name) })
	return page
}

func lines(events []interp.Event) (lines []string) {
	for _, event := range events {
		details, err := json.Marshal(event.Details)
		if err != nil {
			panic(err)
		}
		lines = append(lines, fmt.Sprintf("%d %d %s %s %s", event.ID, event.Previous, event.Type, event.At, details))
	}
	return lines
}

// numbered is what follows from the order in which tasks were begun: tokens
// and request ids.
var numbered = regexp.MustCompile(`token\\":\\"[\w-]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// unordered compares what has several legal orders by its parts, without their
// numbers.
func (all observed) unordered() (c observed) {
	for _, history := range all.histories {
		var parts []string
		for _, line := range history {
			parts = append(parts, numbered.ReplaceAllString(strings.SplitN(line, " ", 3)[2], "?"))
		}
		slices.Sort(parts)
		c.histories = append(c.histories, parts)
	}
	c.ends = all.ends
	return c
}

// An execution that is interrupted after any one of its journal entries ends
// as one that is not: the same output, the same history to the millisecond.
func TestRestartAfterEveryEntry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &definitions{T: t}
		definition := g.machine()
		clock := enginetest.NewClock(time.Unix(1_700_000_000, 0))
		journal := &timedJournal{Journal: enginetest.NewJournal(), clock: clock}
		began := 0
		want := runAll(t, journal, clock, func(e *engine.Engine) error {
			defer func() { began = journal.Writes() }()
			return g.begin(e, definition)
		})
		if g.concurrent {
			want = want.unordered()
		}
		for n := began; n <= journal.Writes(); n++ {
			got := runAll(t, journal.After(n), enginetest.NewClock(journal.times[n-1]), func(*engine.Engine) error { return nil })
			if g.concurrent {
				got = got.unordered()
			}
			if g, w := difference(got.lines(), want.lines()); g != w {
				t.Fatalf("%s\nrestarted after %d of %d writes has\n%s\nwant\n%s", definition, n, journal.Writes(), g, w)
			}
		}
	})
}

func (all observed) lines() []string {
	return append(slices.Clone(all.ends), slices.Concat(all.histories...)...)
}

// difference returns the first lines that differ; both empty where none do.
func difference(a, b []string) (string, string) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i], b[i]
		}
	}
	return strings.Join(a[min(len(a), len(b)):], "\n"), strings.Join(b[min(len(a), len(b)):], "\n")
}
