// Package files keeps large results in a folder, a file for each.
package files

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"example.org/asynchttpapi/async"
)

// Names of the files: a result's key, escaped, and a suffix. A result that is
// being written has a name that no key has.
const (
	suffix  = ".result"
	partial = ".partial"
)

// Results is an async.Results in a folder, which belongs to this process alone.
type Results struct {
	root *os.Root
	dir  string
}

var _ async.Results = (*Results)(nil)

// Open makes the folder if there is none, readable by its owner alone, and
// removes what an earlier process was writing when it ended. The caller holds
// the data folder that dir is in.
func Open(dir string) (*Results, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	if err := syncFolder(os.Open(filepath.Dir(dir))); err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	r := &Results{root, dir}
	err = r.each(func(entry fs.DirEntry) error {
		if strings.HasSuffix(entry.Name(), partial) {
			return r.remove(entry.Name())
		}
		return nil
	})
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("results: %w", err)
	}
	return r, nil
}

// Close closes the folder. Results that are open can be read on.
func (r *Results) Close() error { return r.root.Close() }

// fileName escapes what is no letter, digit or one of -_.~ in a key.
func fileName(key string) string { return url.QueryEscape(key) + suffix }

// Create implements async.Results.
func (r *Results) Create(ctx context.Context, key, _, _ string) (async.ResultFile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Not named by the key: two attempts may write the same result.
	temporary := rand.Text() + partial
	f, err := r.root.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create a result: %w", err)
	}
	return &file{ctx: ctx, results: r, f: f, temporary: temporary, name: fileName(key), sum: sha256.New()}, nil
}

// URL implements async.Results: the service has to serve the result.
func (r *Results) URL(ctx context.Context, _ string, _ async.ResultInfo) (string, error) {
	return "", ctx.Err()
}

// Open implements async.Results.
func (r *Results) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := r.root.Open(fileName(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, async.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open a result: %w", err)
	}
	return f, nil
}

// Delete implements async.Results.
func (r *Results) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.remove(fileName(key)); err != nil {
		return fmt.Errorf("remove a result: %w", err)
	}
	return nil
}

// inPlace returns an error once the folder is no longer the one at its path: it
// was moved or removed, or something was mounted over it. What is written then
// cannot be found by the next process.
func (r *Results) inPlace() error {
	open, err := r.root.Stat(".")
	if err != nil {
		return err
	}
	there, err := os.Stat(r.dir)
	if err == nil && !os.SameFile(open, there) {
		err = errors.New("another folder is in its place")
	}
	if err != nil {
		return fmt.Errorf("the folder of results was moved or removed while it was in use: %w", err)
	}
	return nil
}

// remove is nil where there is no such file.
func (r *Results) remove(name string) error {
	if err := r.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sweep removes results that were last written before the time given and for
// whose keys kept is false: attempts left them that came to nothing, or whose
// outcome was never recorded. It returns how many. The time has to be longer
// ago than the longest run of a stage, which commits a result before its
// outcome is recorded.
func (r *Results) Sweep(ctx context.Context, before time.Time, kept func(ctx context.Context, key string) (bool, error)) (removed int, err error) {
	err = r.each(func(entry fs.DirEntry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		escaped, ok := strings.CutSuffix(entry.Name(), suffix)
		key, badName := url.QueryUnescape(escaped)
		info, err := entry.Info()
		if !ok || badName != nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !info.ModTime().Before(before) {
			return err
		}
		if keep, err := kept(ctx, key); err != nil || keep {
			return err
		}
		removed++
		return r.remove(entry.Name())
	})
	return removed, err
}

// syncFolder puts a folder's names on disk. Windows has no such call for a
// folder, and keeps its names by itself.
func syncFolder(dir *os.File, err error) error {
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" {
		err = dir.Sync()
	}
	return errors.Join(err, dir.Close())
}

// each hands the folder's files to f, some at a time.
func (r *Results) each(f func(fs.DirEntry) error) error {
	dir, err := r.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(1000)
		for _, entry := range entries {
			if err := f(entry); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// file is a result that is being written.
type file struct {
	ctx             context.Context
	results         *Results
	f               *os.File
	temporary, name string
	sum             hash.Hash
	size            int64
	over            bool
}

var errOver = errors.New("the result was committed or aborted before")

// Write implements io.Writer.
func (w *file) Write(p []byte) (int, error) {
	if w.over {
		return 0, errOver
	}
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.f.Write(p)
	w.sum.Write(p[:n])
	w.size += int64(n)
	return n, err
}

// Commit implements async.ResultFile: the file has its name only once all of it
// is on disk. The validator is a SHA-256.
func (w *file) Commit() (size int64, etag string, err error) {
	if w.over {
		return 0, "", errOver
	}
	w.over = true
	err = w.ctx.Err()
	if err == nil {
		err = w.f.Sync()
	}
	if err = errors.Join(err, w.f.Close()); err == nil {
		err = w.results.root.Rename(w.temporary, w.name)
	}
	if err != nil {
		_ = w.results.remove(w.temporary)
		return 0, "", fmt.Errorf("commit a result: %w", err)
	}
	if err := errors.Join(syncFolder(w.results.root.Open(".")), w.results.inPlace()); err != nil {
		_ = w.results.remove(w.name)
		return 0, "", fmt.Errorf("commit a result: %w", err)
	}
	return w.size, base64.RawURLEncoding.EncodeToString(w.sum.Sum(nil)), nil
}

// Abort implements async.ResultFile.
func (w *file) Abort() {
	if w.over {
		return
	}
	w.over = true
	_ = w.f.Close()
	_ = w.results.remove(w.temporary) // the next Open removes it otherwise
}
