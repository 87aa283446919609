package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"zombiezen.com/go/sqlite"
)

const (
	logName   = fileName + "-wal"
	indexName = fileName + "-shm"

	// checkpointPages is how long the write-ahead log may grow, in frames, before
	// its pages are moved into the database: longer means fewer of these pauses
	// and more log to read at the next start. Where readers keep some of them
	// from being moved, it is tried again after retryPages more.
	checkpointPages = 4000
	retryPages      = checkpointPages / 4
	// maxLog is how long the log may grow, in frames, before it is emptied:
	// four times what the other checkpoints leave of it.
	maxLog = 4 * checkpointPages
	// trimWait is how long a checkpoint that empties the log waits for readers.
	trimWait = 250 * time.Millisecond

	checkpoint = "PRAGMA wal_checkpoint(PASSIVE)"
	trim       = "PRAGMA wal_checkpoint(TRUNCATE)"
)

// writeAheadLog keeps the log from growing for ever. Passive checkpoints wait
// for no reader: where there always is some reader of an older state, none of
// them reaches the end of the log, which alone lets it begin from its start again.
// https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
type writeAheadLog struct {
	conn  *sqlite.Conn
	files *openFiles
	sums  *pageSums
	// next is the length in frames from which there is a passive checkpoint,
	// max the one from which the log is emptied.
	next, max int
	// frames is how long it was when it was last looked at.
	frames int
}

// grown notes how long the log is after a commit. A note that cannot be written
// leaves the one before, which says too little and nothing wrong.
func (l *writeAheadLog) grown() error {
	err := l.sums.committed()
	l.files.holds(logBytes(l.sums.note.frames, l.sums.note.pageSize))
	if damage := (*DamageError)(nil); errors.As(err, &damage) {
		return l.files.damaged(damage)
	}
	return nil
}

// keepShort moves the pages of a log that has become long, and empties one that
// has become too long, which holds up writes, but readers only if they came
// before. What readers do not allow is tried again when the log is longer.
func (l *writeAheadLog) keepShort() {
	frames := l.sums.note.frames
	if frames < l.frames {
		l.next = checkpointPages // it began from its start again
	}
	l.frames = frames
	switch {
	case frames < l.next:
	case frames > l.max:
		if l.max = maxLog; !l.empty() {
			l.max = 2 * frames
		}
		l.next = frames + retryPages
	default:
		l.next = frames + retryPages
		if l.cover() {
			_ = Each(l.conn, checkpoint, func(*sqlite.Stmt) {})
		}
	}
}

// cover brings the sums to what the log holds, without which it must not be
// moved, and reports whether it could: the disk may be full.
func (l *writeAheadLog) cover() bool {
	err := l.sums.cover()
	if damage := (*DamageError)(nil); errors.As(err, &damage) {
		_ = l.files.damaged(damage)
	}
	return err == nil
}

// empty moves the whole log into the database and empties it. It reports
// whether it could: readers may be in the way.
func (l *writeAheadLog) empty() bool {
	if !l.cover() {
		return false
	}
	l.files.holds(0)
	return emptied(l.conn)
}

// emptied moves the log, which the sums cover, into the database.
func emptied(conn *sqlite.Conn) bool {
	conn.SetBusyTimeout(trimWait)
	defer conn.SetBlockOnBusy()
	busy := true
	err := Each(conn, trim, func(stmt *sqlite.Stmt) { busy = stmt.ColumnBool(0) })
	return err == nil && !busy
}

// shrinkPages is how many pages one write of Shrink gives back: others wait for
// no longer.
const shrinkPages = 500

// Shrink is for use after many rows were removed. It gives the room that they
// took back to the file system, where the database was made for that, and
// empties the log, which may hold them still. Removed rows are overwritten in
// the database in any case.
func (db *DB) Shrink(ctx context.Context) error {
	for before := math.MaxInt; ; {
		free := 0
		if err := db.Write(ctx, func(conn *sqlite.Conn) (err error) {
			free, err = shrink(conn)
			return err
		}); err != nil {
			return err
		}
		if free == 0 || free >= before {
			return db.committer.emptyLog(ctx)
		}
		before = free
	}
}

// shrink returns some free pages back, and returns how many are left to give.
func shrink(conn *sqlite.Conn) (free int, err error) {
	const incremental = 2 // https://www.sqlite.org/pragma.html#pragma_auto_vacuum
	mode := 0
	err = Each(conn, "PRAGMA auto_vacuum", func(stmt *sqlite.Stmt) { mode = stmt.ColumnInt(0) })
	if err != nil || mode != incremental {
		return 0, err
	}
	if err := Each(conn, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", shrinkPages), func(*sqlite.Stmt) {}); err != nil {
		return 0, err
	}
	err = Each(conn, "PRAGMA freelist_count", func(stmt *sqlite.Stmt) { free = stmt.ColumnInt(0) })
	return free, err
}
