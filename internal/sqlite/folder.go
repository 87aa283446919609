package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// makeFolder makes dir, and the folders above it, where there are none. A new
// folder is on disk once the one that it is in is: SQLite sees to what is in
// dir, and to nothing above it.
func makeFolder(dir string) error {
	parents, err := missing(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, parent := range parents {
		syncFolder(parent)
	}
	return nil
}

// missing returns the folders that making dir adds a name to, from the bottom up.
func missing(dir string) (parents []string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			break // what else is wrong with it shows when it is used
		}
		parents = append(parents, parent)
	}
	return parents, nil
}

// syncFolder does what it can, as SQLite does for the folder of its files: not
// every system has such a call, or grants it.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}

// keepPrivate takes the files of the folder from all other users of the
// machine, in whatever folder they are and whichever program made them: the data is
// personal, and who can lock a file can hold up the start. SQLite gives the
// files that it makes beside a database the same permissions.
func keepPrivate(dir string) error {
	for _, name := range []string{fileName, logName, indexName, sumsName, lockName, progressName, crashesName} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(path, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// makeFile makes the database's file in a new folder, before the lock's: a lock
// without a database is then that of a database that was lost. It returns
// ErrMissing where there is a lock, or a log, and no database.
func makeFile(dir string) error {
	lost := false
	for _, name := range []string{lockName, logName} {
		_, err := os.Stat(filepath.Join(dir, name))
		lost = lost || err == nil
	}
	if lost {
		_, err := os.Stat(filepath.Join(dir, fileName))
		if errors.Is(err, fs.ErrNotExist) {
			return ErrMissing
		}
		return nil
	}
	// Only a name that is new is opened: to close a file that is open elsewhere
	// in this process would drop the process's locks on it, see
	// https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return unreadable(err)
	}
	syncFolder(dir)
	return f.Close()
}
