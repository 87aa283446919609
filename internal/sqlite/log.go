package sqlite

import (
	"os"
	"time"

	"zombiezen.com/go/sqlite"
)

const (
	logName   = fileName + "-wal"
	indexName = fileName + "-shm"

	// maxLog is how long the write-ahead log may grow, in bytes: four times
	// what the checkpoints that SQLite makes by itself leave of it.
	maxLog = 4 * checkpointPages * 4096
	// trimWait is how long a checkpoint that empties the log waits for readers.
	trimWait = 250 * time.Millisecond

	// trimEvery is after how many transactions the log is looked at.
	trimEvery = 64

	trim = "PRAGMA wal_checkpoint(TRUNCATE)"
)

// writeAheadLog keeps the log from growing for ever. SQLite's own checkpoints
// wait for nobody: where there always is some reader of an older state, none of
// them reaches the end of the log, which alone lets it begin anew.
// https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
type writeAheadLog struct {
	file string
	max  int64 // the size above which it is emptied
	// commits is how many transactions there were.
	commits int
}

// keepShort empties a log that has become too long, holding up writes, but
// readers only if they came before. What readers do not allow is tried again
// when the log is twice as long.
func (l *writeAheadLog) keepShort(conn *sqlite.Conn) {
	if l.commits++; l.commits%trimEvery != 0 {
		return
	}
	info, err := os.Stat(l.file)
	if err != nil || info.Size() <= l.max {
		return
	}
	if l.max = maxLog; !emptied(conn) {
		l.max = 2 * info.Size()
	}
}

// emptied moves the whole log into the database and empties it. It reports
// whether it could: readers may be in the way.
func emptied(conn *sqlite.Conn) bool {
	conn.SetBusyTimeout(trimWait)
	defer conn.SetBlockOnBusy()
	busy := true
	err := Each(conn, trim, func(stmt *sqlite.Stmt) { busy = stmt.ColumnBool(0) })
	return err == nil && !busy
}
