package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/e2e/damage"
	"example.org/asynchttpapi/internal/e2e/smalldisk"
	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
)

// TestTortureDamage damages copies of what the killed engines leave, each at one
// random place: they are refused, or have every execution and every end.
func TestTortureDamage(t *testing.T) {
	const copies = 8
	cycles, dir, s := max(1, cyclesWanted(t)/2), t.TempDir(), newSeen()
	refused := 0
	for range cycles {
		s.suffer(t, dir, "start", time.Duration(rand.IntN(500))*time.Millisecond)
		for range copies {
			copied := filepath.Join(t.TempDir(), "data")
			damage.Copy(t, dataOf(dir), copied)
			if s.wantRefusedOrWhole(t, copied, damage.Random(t, copied)) {
				refused++
			}
			if err := os.RemoveAll(copied); err != nil {
				t.Fatal(err)
			}
		}
	}
	if refused == 0 {
		t.Error("no damage was found")
	}
	t.Logf("%d kills, %d executions; %d of %d damaged copies were refused, the others were whole", cycles, len(s.accepted), refused, cycles*copies)
}

func (s *seen) wantRefusedOrWhole(t *testing.T, dir, what string) (refused bool) {
	t.Helper()
	db, err := sqlite.Open(dir, journal.Schema)
	if errors.Is(err, sqlite.ErrDamaged) || errors.Is(err, sqlite.ErrMissing) || errors.Is(err, sqlite.ErrNotDatabase) {
		return true
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return true
	}
	defer db.Close()
	ended := func(context.Context, engine.Execution) error { return nil }
	e := engine.New(engine.Config{Journal: journal.New(db), Invoker: &enginetest.Invoker{}, Ended: ended})
	if err := e.Start(t.Context()); err != nil {
		if !errors.Is(err, sqlite.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
		return true
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	defer e.Close(ctx)
	for arn := range s.accepted {
		x, err := e.DescribeExecution(t.Context(), arn)
		if err != nil {
			t.Errorf("%s, and the start said nothing: %s: %v", what, arn, err)
		} else if end := s.ends[arn]; end != "" && endOf(x) != end {
			t.Errorf("%s, and the start said nothing: %s had ended %s, is %s", what, arn, end, endOf(x))
		}
	}
	return false
}

// TestTortureFullDisk fills the disk under the engine: nothing is accepted then,
// nothing that was accepted is lost, and with room again all of it goes on.
func TestTortureFullDisk(t *testing.T) {
	smalldisk.Run(t, 64<<20, func(t *testing.T, d *smalldisk.Disk) {
		cycles, dir, s := max(1, cyclesWanted(t)/2), t.TempDir(), newSeen()
		if err := os.Mkdir(dataOf(d.Dir), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(dataOf(d.Dir), dataOf(dir)); err != nil {
			t.Fatal(err)
		}
		times := 0
		for range cycles {
			full, filled := false, false
			s.heard = func(line string, kill func()) {
				switch {
				case line == "ready":
					time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
					d.Fill(rand.IntN(64 << 10))
					filled = true
				case line == "full" && !full:
					full = true
					times++
					time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
					if rand.IntN(2) == 0 {
						d.Clear()
						filled = false
						time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
					}
					kill()
				}
			}
			s.suffer(t, dir, "start", 5*time.Second) // where no start finds it full
			if filled {
				d.Clear()
			}
		}
		s.heard = nil
		s.suffer(t, dir, "drain", 0)
		s.verify(t, dir)
		if times == 0 {
			t.Error("the disk was never full")
		}
		t.Logf("%d kills, full %d times; %d executions accepted, %d ended", cycles, times, len(s.accepted), len(s.ends))
	})
}
