package sqlite

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"
)

// What can be wrong with a data folder, see Open.
var (
	ErrLocked      = errors.New("in use by another process")
	ErrNewerFormat = errors.New("written by a newer version of this program")
	ErrNotDatabase = errors.New("not a database of this program")
	ErrDamaged     = errors.New("damaged: " + restoreAdvice)
	ErrUnreadable  = errors.New("cannot be read and written")
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

// named returns an error of SQLite's the name that may be logged, such as
// SQLITE_FULL; see async.Reason. Other errors stay as they are.
func named(err error) error {
	if err == nil || sqlite.ErrCode(err) == sqlite.ResultError {
		return err
	}
	return codedError{err}
}

type codedError struct{ error }

// ErrorCode returns SQLite's name of the error.
func (e codedError) ErrorCode() string { return sqlite.ErrCode(e.error).String() }

func (e codedError) Unwrap() error { return e.error }
