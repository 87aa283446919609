package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// backupWait is how long a backup waits for a lock of SQLite's.
const backupWait = 30 * time.Second

// Backup makes a copy of the data folder dir as it is at one moment, whether
// another process uses it or not. to is a folder that does not exist yet, or is
// empty: it has the same data after it and can be opened as it is, or be put
// where the folder was.
//
// The database is copied by SQLite, in one read transaction (VACUUM INTO):
// writers do not wait for it. Files in subfolders are copied after it. They have
// to be of a kind that is written once, before the database has their names:
// then the copy has all those that its database names. One that is removed
// meanwhile is left out.
//
// The errors it returns wrap those of Open.
func Backup(ctx context.Context, dir, to string, parts ...Part) error {
	if err := backup(ctx, dir, to, parts); err != nil {
		return fmt.Errorf("back up the data folder %s into %s: %w", dir, to, err)
	}
	return nil
}

func backup(ctx context.Context, dir, to string, parts []Part) error {
	if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
		return unreadable(err) // Open would make it
	}
	if err := makeFolder(to); err != nil {
		return unreadable(err)
	}
	if names, err := os.ReadDir(to); err != nil {
		return unreadable(err)
	} else if len(names) > 0 {
		return fmt.Errorf("%s is not empty: %w", to, fs.ErrExist)
	}
	// Under its name only once it is whole: what is left of a backup that was
	// interrupted is no data folder.
	file := filepath.Join(to, fileName+".part")
	if err := copyDatabase(ctx, dir, file, parts); err != nil {
		return err
	}
	if err := copySubfolders(dir, to); err != nil {
		return unreadable(err)
	}
	if err := os.Rename(file, filepath.Join(to, fileName)); err != nil {
		return unreadable(err)
	}
	syncFolder(to)
	return nil
}

func copyDatabase(ctx context.Context, dir, file string, parts []Part) error {
	into := func(conn *sqlite.Conn) error {
		conn.SetInterrupt(ctx.Done())
		err := sqlitex.ExecuteTransient(conn, "VACUUM INTO ?", &sqlitex.ExecOptions{Args: []any{file}})
		if err != nil {
			return openError(fileName, err)
		}
		return syncPrivate(file)
	}
	db, err := Open(dir, parts...) // checks a folder that is not in use
	if errors.Is(err, ErrLocked) {
		return copyUsed(filepath.Join(dir, fileName), into)
	}
	if err != nil {
		return err
	}
	return errors.Join(copyUsed(filepath.Join(dir, fileName), into), db.Close())
}

// copyUsed copies a database that is in use. A connection that cannot write
// leaves the log alone when it is closed, even as the last one: the process that
// owns the folder has to make its sums first.
func copyUsed(file string, into func(*sqlite.Conn) error) error {
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadOnly)
	if err != nil {
		return openError(file, err)
	}
	conn.SetBusyTimeout(backupWait)
	return errors.Join(into(conn), conn.Close())
}

// syncPrivate has a file on disk, for its owner only.
func syncPrivate(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return unreadable(err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return unreadable(err)
	}
	return nil
}

// copySubfolders copies what users of the data folder keep beside the database.
func copySubfolders(dir, to string) error {
	names, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !name.IsDir() {
			continue
		}
		from := filepath.Join(dir, name.Name())
		err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			below, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			return copyEntry(path, filepath.Join(to, below), entry)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func copyEntry(from, to string, entry fs.DirEntry) error {
	switch {
	case entry.IsDir():
		return os.MkdirAll(to, 0o700)
	case !entry.Type().IsRegular():
		return nil
	}
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
