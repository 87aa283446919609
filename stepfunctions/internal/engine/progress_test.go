package engine_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

// progress is a Progress in memory; worked has the executions in their order.
type progress struct {
	mu      sync.Mutex
	at      map[int]int64
	places  int
	worked  []int64
	crashes map[int64]int
	// advanced has the executions that came further, in their order.
	advanced []int64
}

func (p *progress) Begin(id int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places++
	p.at[p.places] = id
	p.worked = append(p.worked, id)
	return p.places
}

func (p *progress) End(place int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.at, place)
}

func (p *progress) Crashes(id int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.crashes[id]
}

func (p *progress) Advanced(id int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advanced = append(p.advanced, id)
	return nil
}

func (p *progress) Survived() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.crashes, func(_ int64, n int) bool { return n < engine.MaxCrashes })
	return nil
}

func (p *progress) Forget(id int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.crashes, id)
	return nil
}

// now returns the executions that are worked on.
func (p *progress) now() map[int64]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := map[int64]bool{}
	for id := range maps.Values(p.at) {
		ids[id] = true
	}
	return ids
}

// watchedJournal calls read before it gives the entries of an execution to a replay.
type watchedJournal struct {
	*enginetest.Journal
	read func(id int64)
}

func (j *watchedJournal) Entries(ctx context.Context, id int64, after, limit int) ([][]byte, error) {
	if j.read != nil && limit > 1 {
		j.read(id)
	}
	return j.Journal.Entries(ctx, id, after, limit)
}

// crashedFixture returns an engine that starts over an execution, the first, that programs
// died with before, and an innocent one.
func crashedFixture(t *testing.T, crashes int) (w *fixture, p *progress, j *watchedJournal, bomb, innocent string) {
	t.Helper()
	p = &progress{at: map[int]int64{}, crashes: map[int64]int{}}
	j = &watchedJournal{Journal: enginetest.NewJournal()}
	clock := enginetest.NewClock(time.Unix(1_700_000_000, 0))
	w = begin(&fixture{T: t, clock: clock, fakeClock: clock, journal: j, progress: p})
	m := w.create("m", pause)
	bomb, innocent = w.run(m, "bomb", `{}`), w.run(m, "innocent", `{}`)
	w.restart(func() { p.crashes[1], p.worked = crashes, nil })
	return w, p, j, bomb, innocent
}

// An execution that the program died with too often is left alone, whatever
// else happens, until it is stopped; all others go on.
func TestSuspension(t *testing.T) {
	w, p, j, bomb, innocent := crashedFixture(t, engine.MaxCrashes)
	var read []int64
	j.read = func(id int64) { read = append(read, id) }
	if _, err := w.History(t.Context(), bomb); err == nil || !strings.Contains(err.Error(), "3 times") {
		t.Errorf("its history is read: %v", err)
	}
	w.fakeClock.Advance(2000 * time.Second)
	w.wantEnd(innocent, "SUCCEEDED {}")
	if x, err := w.DescribeExecution(t.Context(), bomb); err != nil || x.Status != engine.Running {
		t.Errorf("it is %s, %v", x.Status, err)
	}
	if slices.Contains(read, 1) || slices.Contains(p.worked, 1) {
		t.Errorf("read %v and worked on %v, want nothing of 1", read, p.worked)
	}
	if _, err := w.StopExecution(t.Context(), bomb, "E", "enough"); err != nil {
		t.Fatal(err)
	}
	w.wantEnd(bomb, "ABORTED E: enough")
	if p.Crashes(1) != 0 {
		t.Error("its crashes are not forgotten")
	}
	w.restart(func() {})
	w.wantEnd(bomb, "ABORTED E: enough")
}

// The log names the execution, which is not read.
func TestSuspensionIsLogged(t *testing.T) {
	var out bytes.Buffer
	w, p, j, _, _ := crashedFixture(t, 0)
	w.log = slog.New(slog.NewTextHandler(&out, nil))
	w.restart(func() {
		p.crashes[1] = engine.MaxCrashes
		j.read = func(id int64) {
			if id == 1 {
				t.Error("its entries are read")
			}
		}
	})
	for _, want := range []string{"suspended", "name=bomb", "stateMachine=m"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, &out)
		}
	}
}

// What the program may have died with is taken up after all others.
func TestSuspectsAreLast(t *testing.T) {
	w, p, _, bomb, innocent := crashedFixture(t, engine.MaxCrashes-1)
	if got := p.worked; len(got) != 2 || got[0] != 2 || got[1] != 1 {
		t.Errorf("worked on %v, want 2 and then 1", got)
	}
	w.fakeClock.Advance(2000 * time.Second)
	w.wantEnd(bomb, "SUCCEEDED {}")
	w.wantEnd(innocent, "SUCCEEDED {}")
}

// A program that lives for a while, or ends in order, did not die of anything;
// what is suspended stays so.
func TestSurvival(t *testing.T) {
	w, p, _, _, _ := crashedFixture(t, 1)
	p.crashes[2] = engine.MaxCrashes
	w.fakeClock.Advance(59 * time.Second)
	if p.Crashes(1) != 1 {
		t.Error("a crash is forgotten too early")
	}
	w.fakeClock.Advance(2 * time.Second)
	if p.Crashes(1) != 0 || p.Crashes(2) != engine.MaxCrashes {
		t.Errorf("%d and %d crashes after a minute", p.Crashes(1), p.Crashes(2))
	}
	p.crashes[1] = 2
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.Crashes(1) != 0 {
		t.Error("a crash is not forgotten at an end in order")
	}
	w.start()
}

// Whoever is worked on is noted: at a replay, at an input, and, for a nested
// execution that is not written yet, the one that starts it.
func TestWorkIsNoted(t *testing.T) {
	w, p, j, bomb, _ := crashedFixture(t, 0)
	var noted atomic.Int32
	j.read = func(id int64) {
		if p.now()[id] {
			noted.Add(1)
		}
	}
	w.restart(func() {})
	if n := noted.Load(); n != 2 {
		t.Errorf("%d of 2 replays are noted", n)
	}
	p.worked, p.advanced = nil, nil
	if _, err := w.StopExecution(t.Context(), bomb, "", ""); err != nil {
		t.Fatal(err)
	}
	if len(p.worked) == 0 || p.worked[0] != 1 || !slices.Equal(p.advanced, []int64{1}) {
		t.Errorf("an input is noted at %v, and has advanced %v, want 1", p.worked, p.advanced)
	}
	child := w.create("child", `{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`)
	parent := w.create("parent", `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","Parameters":{"StateMachineArn":"`+child+`"},"End":true}}}`)
	p.worked = nil
	w.ended(w.run(parent, "p", `{}`))
	for _, id := range p.worked {
		if id != 3 {
			t.Errorf("%d is noted, want the parent 3 alone", id)
		}
	}
	if len(p.worked) < 2 || len(p.now()) != 0 {
		t.Errorf("noted %v, and %v still is", p.worked, p.now())
	}
}
