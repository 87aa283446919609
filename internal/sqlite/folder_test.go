package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A machine that loses power right after the first submission still has the
// folder that it is in.
func TestNewFoldersAreSynced(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "a", "b")
	parents, err := missing(dir)
	if want := []string{filepath.Join(top, "a"), top}; err != nil || !slices.Equal(parents, want) {
		t.Errorf("%q, %v, want %q", parents, err, want)
	}
	if err := makeFolder(dir); err != nil {
		t.Fatal(err)
	}
	if parents, err = missing(dir); err != nil || len(parents) != 0 {
		t.Errorf("%q, %v once they are there", parents, err)
	}
}

// A folder whose database is gone is not a new one.
func TestOpenRefusesAFolderWithoutItsDatabase(t *testing.T) {
	database, log := fileName, logName
	for name, test := range map[string]struct {
		lose func(dir string) error
		want error
	}{
		"removed":            {func(dir string) error { return os.Remove(filepath.Join(dir, database)) }, ErrMissing},
		"emptied":            {func(dir string) error { return os.Truncate(filepath.Join(dir, database), 0) }, ErrMissing},
		"only a lock":        {func(dir string) error { return only(dir, lockName, nil) }, ErrMissing},
		"only a log":         {func(dir string) error { return only(dir, log, []byte("log")) }, ErrMissing},
		"another file alone": {func(dir string) error { return only(dir, "else", nil) }, nil},
		"empty with a log": {func(dir string) error {
			return errors.Join(only(dir, database, nil), os.WriteFile(filepath.Join(dir, log), []byte("log"), 0o600))
		}, ErrMissing},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			check(t, open(t, dir).Close(), test.lose(dir))
			for range 2 { // the first error must not make it look new
				db, err := Open(dir)
				if !errors.Is(err, test.want) {
					t.Fatalf("error %v, want %v", err, test.want)
				}
				if err == nil {
					check(t, db.Close())
				}
			}
		})
	}
}

// only leaves one file in dir.
func only(dir, name string, data []byte) error {
	return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, name), data, 0o600))
}

// A process that dies at its first start leaves some of these; the next start succeeds.
func TestAFirstStartThatWasInterrupted(t *testing.T) {
	for name, files := range map[string][]string{
		"an empty database":             {fileName},
		"an empty database and a lock":  {fileName, lockName},
		"an empty database and its log": {fileName, lockName, logName},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range files {
				check(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
			}
			db := openNotes(t, dir)
			check(t, add(t, db, 1), db.Close())
		})
	}
}

// Many first starts at once: one has the folder, the others find it in use.
func TestOneOfManyFirstStarts(t *testing.T) {
	for range 20 {
		dir := t.TempDir()
		results := make(chan error)
		for range 4 {
			go func() {
				db, err := Open(dir)
				if err == nil {
					defer db.Close()
				}
				results <- err
			}()
		}
		for range 4 {
			if err := <-results; err != nil && !errors.Is(err, ErrLocked) {
				t.Error(err)
			}
		}
	}
}

// Whoever made the files, and with whatever permissions: others neither read
// the data nor lock it.
func TestFilesAreTakenFromOthers(t *testing.T) {
	dir := t.TempDir()
	db := openNotes(t, dir)
	names := []string{fileName, logName, indexName, lockName, sumsName, progressName}
	modes := func() {
		t.Helper()
		for _, name := range names {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
	}
	modes()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Chmod(filepath.Join(dir, name), 0o666); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	db = open(t, dir)
	defer db.Close()
	modes()
}
