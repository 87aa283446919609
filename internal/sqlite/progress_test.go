package sqlite

import (
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// died opens the folder, works on these executions with much memory, and ends amid that.
func died(t *testing.T, dir string, ids ...int64) {
	t.Helper()
	db := reopen(t, dir)
	for _, id := range ids {
		suspect(db.Progress(), id)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func suspect(p *Progress, id int64) {
	p.mu.Lock()
	p.memory = func() uint64 { return muchMemory + 1 }
	p.mu.Unlock()
	sampled(p, id)
}

// sampled begins an execution, and has it looked at as if time had passed.
func sampled(p *Progress, id int64) {
	place := p.Begin(id)
	p.mu.Lock()
	p.working[place].begun = time.Now().Add(-sampling)
	p.mu.Unlock()
	p.sample()
}

func reopen(t *testing.T, dir string) *DB {
	t.Helper()
	db, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// crashesOf opens the folder for a moment.
func crashesOf(t *testing.T, dir string, id int64) int {
	t.Helper()
	p, err := openProgress(dir)
	if err != nil {
		t.Fatal(err)
	}
	crashes := p.Crashes(id)
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	return crashes
}

// Programs that are killed soon after each other have not died of what they
// have just taken up, and of nothing that has come further since.
func TestKilledSoon(t *testing.T) {
	dir := t.TempDir()
	soon := func(advances bool) int {
		p, err := openProgress(dir)
		if err == nil && advances {
			err = p.Advanced(7)
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Begin(7)
		if err := p.close(); err != nil {
			t.Fatal(err)
		}
		return crashesOf(t, dir, 7)
	}
	for range MaxCrashes * quickCrashes {
		if got := soon(true); got != 0 {
			t.Fatalf("%d crashes of an execution that comes further", got)
		}
	}
	for range MaxCrashes*quickCrashes - 2 {
		soon(false)
	}
	if got := crashesOf(t, dir, 7); got != MaxCrashes-1 {
		t.Errorf("%d crashes, want %d", got, MaxCrashes-1)
	}
	if got := soon(false); got != MaxCrashes {
		t.Errorf("%d crashes, want %d: one that never comes further is suspended in the end", got, MaxCrashes)
	}
	if got := soon(true); got != MaxCrashes {
		t.Errorf("%d crashes of a suspended execution, want %d", got, MaxCrashes)
	}
	died(t, dir, 8)
	if got := crashesOf(t, dir, 8); got != 1 {
		t.Errorf("%d crashes of one that had much memory, want 1", got)
	}
}

// A container with little memory is out of it before it has what is much elsewhere.
func TestMemoryLimit(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "memory"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, text string
		want       uint64
	}{
		{"memory", "", math.MaxUint64}, // a folder, no file
		{"memory/memory.limit_in_bytes", "100000000\n", 100_000_000},
		{"memory.max", "max\n", 100_000_000},
		{"memory.max", "134217728\n", 134_217_728},
	} {
		if c.text != "" {
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := memoryLimit(dir); got != c.want {
			t.Errorf("%s %q: got %d, want %d", c.file, c.text, got, c.want)
		}
	}
	folder := t.TempDir()
	for range MaxCrashes {
		p, err := openProgress(folder)
		if err != nil {
			t.Fatal(err)
		}
		p.much, p.memory = memoryLimit(dir)/2, func() uint64 { return 100_000_000 }
		sampled(p, 7)
		if err := p.close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := crashesOf(t, folder, 7); got != MaxCrashes {
		t.Errorf("%d crashes out of memory in a small container, want %d", got, MaxCrashes)
	}
}

// What takes long, or much memory, is marked so by itself, and not after its end.
func TestSuspected(t *testing.T) {
	dir := t.TempDir()
	open := func(t *testing.T) *Progress {
		p, err := openProgress(dir)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	synctest.Test(t, func(t *testing.T) {
		p := open(t)
		var memory atomic.Uint64
		p.memory = memory.Load
		p.End(p.Begin(6))
		p.Begin(7)
		time.Sleep(slow)
		p.End(p.Begin(8))
		memory.Store(muchMemory + 1)
		p.Begin(9)
		time.Sleep(sampling)
		synctest.Wait()
		p.Begin(10)
		memory.Store(0)
		time.Sleep(sampling)
		synctest.Wait()
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	p := open(t)
	defer p.close()
	if want := (map[int64]int{7: 1, 9: 1, -10: 1}); !maps.Equal(p.crashes, want) {
		t.Errorf("crashes %v, want %v", p.crashes, want)
	}
}

// A program that ends before it comes to an execution says nothing about it.
func TestCrashesOutliveAnEarlyCrash(t *testing.T) {
	dir := t.TempDir()
	died(t, dir, 7)
	died(t, dir)
	died(t, dir, 7)
	if got := crashesOf(t, dir, 7); got != 2 {
		t.Errorf("%d crashes, want 2", got)
	}
}

func TestCrashesInARow(t *testing.T) {
	dir := t.TempDir()
	died(t, dir, 7, 8)
	died(t, dir, 7, 7)
	db := reopen(t, dir)
	for id, want := range map[int64]int{7: 2, 8: 1, 9: 0} {
		if got := db.Progress().Crashes(id); got != want {
			t.Errorf("%d died %d times in a row, want %d", id, got, want)
		}
	}
	db.Progress().End(db.Progress().Begin(7))
	if err := db.Progress().Survived(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := crashesOf(t, dir, 7); got != 0 {
		t.Errorf("%d crashes after a program that survived", got)
	}
}

// What is suspended is not worked on, and stays suspended until it is forgotten.
func TestCrashesStay(t *testing.T) {
	dir := t.TempDir()
	for range MaxCrashes {
		died(t, dir, 1<<40)
	}
	for range 2 {
		db := reopen(t, dir)
		if err := errors.Join(db.Progress().Survived(), db.Close()); err != nil {
			t.Fatal(err)
		}
		if got := crashesOf(t, dir, 1<<40); got != MaxCrashes {
			t.Fatalf("died %d times, want %d", got, MaxCrashes)
		}
	}
	db := reopen(t, dir)
	if err := db.Progress().Forget(1 << 40); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := crashesOf(t, dir, 1<<40); got != 0 {
		t.Errorf("died %d times after it was forgotten", got)
	}
	if _, err := os.Stat(filepath.Join(dir, crashesName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", crashesName, err)
	}
}

// Places are used again: the file is as long as what is worked on at a time.
func TestPlacesAreUsedAgain(t *testing.T) {
	dir := t.TempDir()
	db := reopen(t, dir)
	p := db.Progress()
	for range 100 {
		a, b := p.Begin(1), p.Begin(2)
		p.End(a)
		p.End(b)
	}
	if place := p.Begin(3); place > 1 {
		t.Errorf("the place %d is used, of 2", place)
	}
	info, err := os.Stat(filepath.Join(dir, progressName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// More executions than there are places for are worked on all the same.
func TestMorePlacesThanThereAre(t *testing.T) {
	dir := t.TempDir()
	db := reopen(t, dir)
	for id := range int64(maxPlaces + 10) {
		suspect(db.Progress(), id+1)
	}
	for place := range maxPlaces + 10 {
		if place != 5 {
			db.Progress().End(place)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db.Progress().End(5) // what ends after the folder was given back marks nothing
	if got := crashesOf(t, dir, 6); got != 1 {
		t.Errorf("%d crashes, want 1", got)
	}
}

func TestDamagedCrashes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, crashesName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrUnreadable) {
		t.Errorf("opened with %v", err)
	}
}
