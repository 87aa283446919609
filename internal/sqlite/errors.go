package sqlite

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"zombiezen.com/go/sqlite"
)

// What can be wrong with a data folder, see Open.
var (
	ErrLocked      = errors.New("in use by another process")
	ErrNewerFormat = errors.New("written by a newer version of this program")
	ErrNotDatabase = errors.New("not a database of this program")
	ErrDamaged     = errors.New("damaged: " + restoreAdvice)
	ErrUnreadable  = errors.New("cannot be read and written")
	ErrFull        = errors.New("the disk is full: make room for the data folder")
	ErrMissing     = errors.New("the database is missing or empty, though the folder had one: " +
		"restore its files from a backup, or empty the folder to start without its data")
)

// ErrClosed is returned by reads and writes after Close.
var ErrClosed = errors.New("the database is closed")

func unreadable(err error) error { return fmt.Errorf("%w: %w", ErrUnreadable, err) }

// openError returns the error that names what kept SQLite from using a file.
func openError(file string, err error) error {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCorrupt:
		return fmt.Errorf("%s: %w: %w", file, ErrDamaged, err)
	case sqlite.ResultNotADB, sqlite.ResultFormat:
		return fmt.Errorf("%s: %w: %w", file, ErrNotDatabase, err)
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return ErrLocked
	default:
		return unreadable(err)
	}
}

// isFull reports whether an error in using the folder comes from a full disk.
// Where SQLite says only that reading or writing failed, it is tried.
func isFull(err error, dir string) bool {
	if noRoom(err) {
		return true
	}
	if sqlite.ErrCode(err).ToPrimary() != sqlite.ResultIOErr {
		return false
	}
	f, err := os.CreateTemp(dir, "room-")
	if err != nil {
		return noRoom(err)
	}
	_, err = f.Write(make([]byte, room))
	err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	return noRoom(err)
}

// room is what the index of a log and the progress file need.
const room = 64 << 10

func noRoom(err error) bool {
	if sqlite.ErrCode(err) == sqlite.ResultFull {
		return true
	}
	errno, _ := errors.AsType[syscall.Errno](err)
	if runtime.GOOS == "windows" {
		const handleDiskFull, diskFull = 39, 112
		return errno == handleDiskFull || errno == diskFull
	}
	return errno == syscall.ENOSPC || errno == syscall.EDQUOT || errno == syscall.EFBIG
}

// named returns an error of SQLite's the name that may be logged, such as
// SQLITE_FULL; see async.Reason. Other errors stay as they are.
func named(err error) error {
	if err == nil || sqlite.ErrCode(err) == sqlite.ResultError {
		return err
	}
	if noRoom(err) {
		err = fmt.Errorf("%w: %w", ErrFull, err)
	}
	return codedError{err}
}

type codedError struct{ error }

// ErrorCode returns SQLite's name of the error.
func (e codedError) ErrorCode() string { return sqlite.ErrCode(e.error).String() }

func (e codedError) Unwrap() error { return e.error }
