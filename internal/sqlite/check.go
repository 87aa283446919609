package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"zombiezen.com/go/sqlite"
)

// DamageError says that a file of the data folder does not hold what was
// written. It wraps ErrDamaged.
type DamageError struct {
	File string // its name in the data folder
	What string // what is wrong with it
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s is damaged (%s), or the folder is a copy that was made while it was in use: %s", e.File, e.What, restoreAdvice)
}

// Unwrap returns ErrDamaged.
func (e *DamageError) Unwrap() error { return ErrDamaged }

// restoreAdvice is what can be done about damage.
const restoreAdvice = "nothing was changed; restore a backup into an empty folder (the command backup makes them)"

// checkFiles compares the log and the database with what was noted of them, before
// SQLite opens them. whole is false where there is nothing to hold them to: a
// new database, a backup, or one of format 1.
func (s *pageSums) checkFiles(logPath string, known bool, report Report) (whole bool, err error) {
	log, err := scanLog(logPath)
	if err != nil {
		return false, unreadable(err)
	}
	pages, first, err := databaseHeader(s.data)
	if err != nil {
		return false, unreadable(err)
	}
	if log.frames > 0 {
		pages = log.pages
	}
	if log.first != nil {
		first = log.first
	}
	if err := identified(first); err != nil {
		return false, err // first: another format may have other sums
	}
	if !known {
		return false, log.plausible()
	}
	if err := s.note.check(log); err != nil {
		return false, err
	}
	if err := s.verify(pages, log.in, report); errors.Is(err, ErrDamaged) {
		if n := s.note.frames; n > 0 && log.salts != s.note.salts {
			return false, &DamageError{File: logName, What: fmt.Sprintf("%d frames are missing", n)}
		}
		return false, err
	} else if err != nil {
		return false, unreadable(err)
	}
	if log.frames > 0 {
		return true, nil
	}
	if err := s.reset(); err != nil { // SQLite draws the salts of a log that it begins
		return false, unreadable(err)
	}
	return true, nil
}

// check returns a *DamageError where the log is not one that a process that
// ended in whatever way has left.
func (n note) check(log logState) error {
	damaged := func(format string, args ...any) error {
		return &DamageError{File: logName, What: fmt.Sprintf(format, args...)}
	}
	if n.salts == (salts{}) {
		return log.tail()
	}
	if log.header && log.salts == n.salts {
		if log.frames < n.frames {
			return damaged("%d of %d frames are whole", log.frames, n.frames)
		}
		return log.tail()
	}
	switch {
	case n.covered < n.frames:
		return damaged("%d frames are missing", n.frames-n.covered)
	case log.header && !log.salts.next(n.salts):
		return damaged("it is of another time than the database")
	}
	return log.tail()
}

// tail returns an error where a frame that is not sound cannot be the end that
// the last, unfinished transaction left: each transaction is on disk before the
// first frame of the next one is written.
func (l *logState) tail() error {
	if l.later == 0 {
		return nil
	}
	return &DamageError{File: logName, What: fmt.Sprintf("frame %d is not sound, frame %d is", l.bad, l.later)}
}

// plausible returns what tail does where nothing is known of how far the log went.
func (l *logState) plausible() error {
	switch {
	case !l.header && l.bytes > logHeaderBytes:
		return &DamageError{File: logName, What: "it has no valid header"}
	case l.after > 0:
		return &DamageError{File: logName, What: fmt.Sprintf("frame %d is not sound, frame %d is", l.bad, l.after)}
	}
	return nil
}

// databaseHeader returns the start of the database, which is short or empty for a
// new one, and the size in pages that stands in it,
// https://www.sqlite.org/fileformat2.html#in_header_database_size
func databaseHeader(file io.ReaderAt) (pages int, first []byte, err error) {
	const pagesAt = 28
	first = make([]byte, headerBytes)
	n, err := file.ReadAt(first, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if first = first[:n]; n == headerBytes {
		pages = int(binary.BigEndian.Uint32(first[pagesAt:]))
	}
	return max(1, pages), first, err
}

// checkStructure has SQLite look for damage in a database that has no sums.
func checkStructure(conn *sqlite.Conn) error {
	found := ""
	err := Each(conn, "PRAGMA integrity_check(1)", func(stmt *sqlite.Stmt) { found = stmt.ColumnText(0) })
	if err != nil {
		return openError(fileName, err)
	}
	if found != "ok" {
		return &DamageError{File: fileName, What: strings.ReplaceAll(found, "\n", " ")}
	}
	return nil
}
