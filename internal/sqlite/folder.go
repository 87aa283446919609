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

// missing gives the folders that making dir adds a name to, from the bottom up.
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
