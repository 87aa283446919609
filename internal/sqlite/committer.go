package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// committer owns the writing connection. While one group is on its way to the
// disk the next one gathers, so that the number of fsyncs follows the disk's
// speed and not the number of writers. A disk that is quick would make the groups
// small, and a commit costs the processor as much as some writes: where the
// processor is busy, the next group is given its turn to grow. Where it is idle, a
// writer waits for no company. One that is alone commits by itself: to hand its write to
// another goroutine, and to be woken by it, takes as long as to run its statements.
type committer struct {
	conn  *sqlite.Conn
	files *openFiles
	sums  *pageSums
	log   writeAheadLog
	// yield lets others run; without is how many groups are not to wait for that.
	yield   func()
	without int

	mu      sync.Mutex
	waiting []*write
	spare   sync.Pool // of channels for write.done
	// busy reports whether a group is on its way to the disk. singles is how many
	// writes may commit by themselves, as long as none of them has met another.
	busy    bool
	singles int
	closed  bool
	ready   chan struct{} // holds one: writes are waiting, or closed, and nothing is on its way
	done    chan struct{}
}

type write struct {
	ctx context.Context
	fn  func(*sqlite.Conn) error
	// empty asks that the log is emptied after the write.
	empty bool
	err   error
	done  chan struct{} // gets one value; nil for a single write
}

// startCommitter takes the writing connection of the database in these files.
func startCommitter(conn *sqlite.Conn, files *openFiles, sums *pageSums) (*committer, error) {
	log := writeAheadLog{conn: conn, files: files, sums: sums, max: maxLog, next: checkpointPages}
	c := &committer{
		conn: conn, files: files, sums: sums, log: log, yield: runtime.Gosched, singles: maxSingles,
		ready: make(chan struct{}, 1), done: make(chan struct{}),
	}
	for _, query := range []string{begin, commit, rollback, savepoint, undo, release} {
		if _, err := conn.Prepare(query); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
	}
	go c.run()
	return c, nil
}

func (c *committer) write(ctx context.Context, fn func(*sqlite.Conn) error) error {
	return c.wait(&write{ctx: ctx, fn: fn})
}

// emptyLog moves the log into the database and empties it, after the writes
// that were asked for before. Readers of an earlier state may prevent it.
func (c *committer) emptyLog(ctx context.Context) error {
	return c.wait(&write{ctx: ctx, fn: func(*sqlite.Conn) error { return nil }, empty: true})
}

func (c *committer) wait(w *write) error {
	c.mu.Lock()
	switch {
	case c.closed:
		c.mu.Unlock()
		return ErrClosed
	case c.singles > 0 && !c.busy && len(c.waiting) == 0:
		c.busy = true
		c.singles--
		c.mu.Unlock()
		return c.single(w)
	}
	w.done, _ = c.spare.Get().(chan struct{})
	if w.done == nil {
		w.done = make(chan struct{}, 1)
	}
	c.waiting = append(c.waiting, w)
	busy := c.busy
	c.mu.Unlock()
	if !busy {
		c.signal()
	}
	<-w.done
	c.spare.Put(w.done)
	return w.err
}

// single commits one write in the goroutine that asked for it, which a panic of the
// write may leave.
func (c *committer) single(w *write) error {
	returned := false
	defer func() {
		if !returned {
			_ = c.abandon(nil)
		}
		c.finished()
	}()
	group := [1]*write{w}
	c.commit(group[:])
	returned = true
	return w.err
}

// finished lets the next group go.
func (c *committer) finished() {
	c.mu.Lock()
	c.busy = false
	next := c.closed || len(c.waiting) > 0
	c.mu.Unlock()
	if next {
		c.signal()
	}
}

func (c *committer) signal() {
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// stop rejects new writes and waits until the earlier ones are on disk.
func (c *committer) stop() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.signal()
	<-c.done
}

func (c *committer) run() {
	defer close(c.done)
	var group []*write
	for range c.ready {
		closed := false
		c.gather()
		group, closed = c.take(group[:0])
		if len(group) > 0 {
			c.commit(group)
			c.finished()
		} else if closed {
			return
		}
	}
}

// maxSingles is after how many writes that commit by themselves one goes the way of
// a group: on a disk that takes no time, no write finds another on its way.
const maxSingles = 64

// enough is how many writes are a group that waits for no more: what a commit costs
// is then little for each of them. A turn of the others that takes longTurn went to
// one that computes, which has the processor for ten milliseconds at a time: so many
// commits then go ahead without.
const (
	enough   = 16
	longTurn = 2 * time.Millisecond
	without  = 64
)

// gather lets what is ready to run go first, as long as that brings more writes.
// Where the processor has nothing else to do, it takes no time.
func (c *committer) gather() {
	for before := 0; c.without == 0; {
		n := c.count()
		if n <= before || n >= enough {
			return
		}
		before = n
		begun := time.Now()
		c.yield()
		if time.Since(begun) >= longTurn {
			c.without = without
			return
		}
	}
	c.without--
}

func (c *committer) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// take swaps the waiting writes for the empty slice given. It leaves them where a
// group is on its way to the disk, after which it is asked again.
func (c *committer) take(empty []*write) (group []*write, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy {
		return empty, false
	}
	group, c.waiting = c.waiting, empty
	switch c.busy = len(group) > 0; len(group) {
	case 0:
	case 1:
		c.singles = maxSingles
	default:
		c.singles = 0
	}
	return group, c.closed
}

// commit brings the group to the disk, and lets those go that wait for it.
func (c *committer) commit(group []*write) {
	err := c.checked(group)
	if err == nil && slices.ContainsFunc(group, func(w *write) bool { return w.empty }) {
		c.log.empty()
	}
	for i, w := range group {
		if w.err == nil {
			w.err = err
		}
		if w.done != nil {
			w.done <- struct{}{}
		}
		group[i] = nil
	}
	if err == nil {
		c.log.keepShort()
	}
}

// checked runs the transaction if the open log is that of the data folder, and
// succeeds if all files are those after it: nothing is promised of a file that was
// removed. The group that finds it may have been written.
func (c *committer) checked(group []*write) error {
	err := c.files.checkLog()
	if err == nil {
		if err := c.transaction(group); err != nil {
			return err
		}
		if err = c.files.check(); err == nil {
			err = c.log.grown()
		}
	}
	if err != nil {
		c.files.rescue(c.conn, c.sums, err)
	}
	return err
}

// transaction returns the error of the whole group. Nearly always no
// write fails, and savepoints would cost a fifth of the time: so the group is
// tried without, and done again with them where one did fail.
func (c *committer) transaction(group []*write) error {
	failed, err := c.attempt(group, c.plain)
	if !failed || err != nil {
		return err
	}
	if err := sqlitex.ExecuteTransient(c.conn, keepPages, nil); err != nil {
		return err
	}
	// Where that fails, pages stay in memory: the group is none the worse for it.
	defer func() { _ = sqlitex.ExecuteTransient(c.conn, spillPages, nil) }()
	_, err = c.attempt(group, c.savepoint)
	return err
}

// attempt runs the group as one transaction. failed reports whether a write had an
// error that do could not undo, and that nothing is left of the transaction.
func (c *committer) attempt(group []*write, do func(*write) (undone bool, err error)) (failed bool, err error) {
	if err := c.exec(begin); err != nil {
		return false, err
	}
	for _, w := range group {
		if w.err = w.ctx.Err(); w.err != nil {
			continue
		}
		undone, err := do(w)
		if err != nil || !undone {
			return true, c.abandon(err)
		}
	}
	// Resets statements that a write did not read to their end.
	c.conn.SetInterrupt(nil)
	if err := c.exec(commit); err != nil {
		return false, c.abandon(err)
	}
	return false, nil
}

// plain runs one write; its error cannot be undone apart.
func (c *committer) plain(w *write) (undone bool, err error) {
	w.err = w.fn(c.conn)
	return w.err == nil, nil
}

// savepoint runs one write so that its error undoes only its own changes.
func (c *committer) savepoint(w *write) (undone bool, err error) {
	if err := c.exec(savepoint); err != nil {
		return false, err
	}
	if w.err = w.fn(c.conn); w.err != nil {
		c.conn.SetInterrupt(nil)
		if c.conn.AutocommitEnabled() {
			return false, w.err // of all writes: SQLite has undone them, as it does when the disk is full
		}
		if err := c.exec(undo); err != nil {
			return false, err
		}
	}
	return true, c.exec(release)
}

// abandon rolls the group back. SQLite has already done so after some errors
// (a full disk, say); to do it twice is then the error that is not worth reporting.
func (c *committer) abandon(err error) error {
	c.conn.SetInterrupt(nil)
	if c.conn.AutocommitEnabled() {
		return err
	}
	return errors.Join(err, c.exec(rollback))
}

const (
	begin     = "BEGIN IMMEDIATE"
	commit    = "COMMIT"
	rollback  = "ROLLBACK"
	savepoint = "SAVEPOINT one"
	undo      = "ROLLBACK TO one"
	release   = "RELEASE one"

	// SQLite writes pages into the log before the commit where they are more than
	// its cache has room for. If such a page is changed again and the savepoint is then
	// undone, SQLite 3.49 commits frames without their checksums: so it
	// keeps them all where savepoints are used. They are run when they are prepared.
	keepPages  = "PRAGMA cache_spill = OFF"
	spillPages = "PRAGMA cache_spill = ON"
)

func (c *committer) exec(query string) error {
	stmt, err := c.conn.Prepare(query)
	if err == nil {
		_, err = stmt.Step()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	return nil
}
