package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"zombiezen.com/go/sqlite"
)

// openFiles are the files of an open database and their identities. A file
// that is removed or replaced stays usable for the process that has it open,
// and SQLite does not notice: what is written then is gone at the next start.
// So the files are compared with their paths after each transaction, and the log, which
// is lost with the folder, before it.
type openFiles struct {
	dir   string
	files []openFile
	log   int // which of them is the log

	mu sync.Mutex
	// lost is the error of every later check, once a file was lost.
	lost *LostError
	// failing reports whether the last check failed.
	failing bool
	report  func(error)
}

type openFile struct {
	path     string
	identity identity
	// least is the size below which the file cannot fall by our own writes.
	least int64
}

// LostError is the error of writes once a file of the data folder is no longer
// the one that is open. It is permanent: only a new start can see what is there.
type LostError struct {
	Dir string // the data folder
	// File is the file's name within it, What what happened to it.
	File, What string
}

func (e *LostError) Error() string {
	return fmt.Sprintf("data folder %s: %s %s while it was in use: what is written now would be lost, so that every write is refused; "+
		"stop this process, put the folder back (from a backup if need be) and start again", e.Dir, e.File, e.What)
}

// ErrorCode returns the name that may be logged, as the AWS SDK's errors have it.
func (e *LostError) ErrorCode() string { return "DATA_FOLDER_LOST" }

// identifyFiles records the identities of the files in dir. The database is open,
// so that all of them exist until it is closed: SQLite removes the log and its
// index with the last connection only.
func identifyFiles(dir string) (*openFiles, error) {
	f := &openFiles{dir: dir}
	for _, name := range []string{fileName, lockName, logName, indexName} {
		path := f.path(name)
		identity, _, err := identify(path)
		if err != nil {
			return nil, unreadable(err)
		}
		file := openFile{path: path, identity: identity}
		if name == fileName {
			file.least = 1
		}
		f.files = append(f.files, file)
		if name == logName {
			f.log = len(f.files) - 1
		}
	}
	return f, nil
}

func (f *openFiles) path(name string) string { return filepath.Join(f.dir, name) }

// holds notes that the log has at least so many bytes from now on.
func (f *openFiles) holds(logBytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[f.log].least = logBytes
}

// damaged makes every later check fail, since the open file is not what was
// written. It returns the error of those checks.
func (f *openFiles) damaged(err *DamageError) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost == nil {
		f.lost = &LostError{Dir: f.dir, File: err.File, What: "was damaged (" + err.What + ")"}
		if f.report != nil {
			f.report(f.lost)
		}
	}
	return f.lost
}

// onFailure registers the function that gets the error of a check that fails
// after one that did not.
func (f *openFiles) onFailure(report func(error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.report = report
}

// checkLog is check for the log alone, unless the last check failed.
func (f *openFiles) checkLog() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failing {
		return f.checkFiles(f.files)
	}
	return f.checkFiles(f.files[f.log : f.log+1])
}

// check returns an error unless every file is the one at its path: a LostError,
// which stays, or that of a path that cannot be read, which may pass.
func (f *openFiles) check() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.checkFiles(f.files)
}

func (f *openFiles) checkFiles(files []openFile) error {
	if f.lost != nil {
		return f.lost
	}
	err := f.compare(files)
	errors.As(err, &f.lost)
	if err != nil && !f.failing && f.report != nil {
		f.report(err)
	}
	f.failing = err != nil
	return err
}

func (f *openFiles) compare(files []openFile) error {
	for _, file := range files {
		what := ""
		identity, size, err := identify(file.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			what = "was removed"
		case err != nil:
			return fmt.Errorf("data folder %s: writes are refused while its files cannot be compared with the open ones: %w", f.dir, err)
		case !identity.same(file.identity):
			what = "was replaced"
		case size < file.least:
			what = "was cut off"
		default:
			continue
		}
		return &LostError{Dir: f.dir, File: filepath.Base(file.path), What: what}
	}
	return nil
}

// rescue moves what only a removed log holds into the database, if that and
// the lock are still in place: the log stays readable until it is closed.
func (f *openFiles) rescue(conn *sqlite.Conn, sums *pageSums, err error) {
	var lost *LostError
	if errors.As(err, &lost) && lost.File == logName && f.removed(logName) && sums.cover() == nil {
		emptied(conn) // what fails leaves the database as it was
	}
}

// removed reports whether there is no file of that name any more.
func (f *openFiles) removed(name string) bool {
	_, err := os.Stat(f.path(name))
	return errors.Is(err, fs.ErrNotExist)
}
