package sqlite

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zombiezen.com/go/sqlite"
)

// Writes that are asked for at the same time are one commit, although the first
// of them could have been one alone. A lone writer's are one each.
func TestGather(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	dir := t.TempDir()
	db := openNotes(t, dir)
	defer db.Close()
	write := func(row int) {
		if err := db.Write(t.Context(), func(conn *sqlite.Conn) error { return insert(conn, row) }); err != nil {
			t.Error(err)
		}
	}
	before := commits(t, dir)
	for row := range 5 {
		write(row)
	}
	if got := commits(t, dir) - before; got != 5 {
		t.Errorf("5 writes of one writer are %d commits", got)
	}
	const rounds = 20
	together := 0
	for round := range rounds {
		inCompany(t, db)
		before := commits(t, dir)
		release := make(chan struct{})
		var all sync.WaitGroup
		for i := range enough - 1 {
			all.Go(func() {
				<-release
				write(10 + round*enough + i)
			})
		}
		for range 100 {
			runtime.Gosched() // they wait
		}
		close(release)
		all.Wait()
		if commits(t, dir)-before == 1 {
			together++
		}
	}
	if together < rounds/2 { // a goroutine may be stopped at any place
		t.Errorf("%d writes at once were one commit %d times of %d", enough-1, together, rounds)
	}
}

// inCompany has the next writes be what they are after a group of several, and after
// no turn that was long: a disk that is quick lets each be alone, a processor that is
// busy makes turns long.
func inCompany(t *testing.T, db *DB) {
	t.Helper()
	c := db.committer
	reset := func(*sqlite.Conn) error { c.without = 0; return nil }
	c.expectMore()
	if err := db.Write(t.Context(), reset); err != nil {
		t.Fatal(err)
	}
	c.expectMore()
}

func (c *committer) expectMore() {
	for {
		c.mu.Lock()
		if !c.busy {
			c.singles = 0
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		runtime.Gosched()
	}
}

// Where others compute, a turn of theirs is long: most groups go ahead without one,
// and now and then one is tried again.
func TestGatherDoesNotWaitForWhatComputes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for turn, want := range map[time.Duration]int{0: 10 * without, longTurn: 10} {
			turns := 0
			c := &committer{waiting: make([]*write, 1), yield: func() { turns++; time.Sleep(turn) }}
			for range 10 * (without + 1) {
				c.gather()
			}
			if turns < want || turns > want+10 {
				t.Errorf("of %d groups %d waited for a turn of %v, want about %d", 10*(without+1), turns, turn, want)
			}
		}
	})
}

// commits counts the transactions in the log: the frame that ends one has the
// database's size, https://www.sqlite.org/fileformat2.html#the_write_ahead_log
func commits(t *testing.T, dir string) (n int) {
	t.Helper()
	const page = 4096
	log, err := os.ReadFile(filepath.Join(dir, logName))
	if err != nil {
		t.Fatal(err)
	}
	for at := logHeaderBytes; at+frameHeaderBytes+page <= len(log); at += frameHeaderBytes + page {
		if binary.BigEndian.Uint32(log[at+4:]) > 0 {
			n++
		}
	}
	return n
}
