package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/files"
)

func open(t *testing.T, dir string) *files.Results {
	t.Helper()
	r, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestResults(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "a", "results"))
	asynctest.TestResults(t, func(*testing.T) async.Results { return r })
}

func put(t *testing.T, r async.Results, key, text string) (etag string) {
	t.Helper()
	f, err := r.Create(t.Context(), key, "text/plain", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	_, etag, err = f.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return etag
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestValidatorIsTheContentsHash(t *testing.T) {
	sum := sha256.Sum256([]byte("abc"))
	want := base64.RawURLEncoding.EncodeToString(sum[:])
	if got := put(t, open(t, t.TempDir()), "k", "abc"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A process that ended while it wrote leaves nothing: what it committed is
// there, and the rest is removed when the folder is opened again.
func TestSurvivesAnEnd(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	put(t, r, "a/b", "whole")
	f, err := r.Create(t.Context(), "half", "text/plain", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if n := len(names(t, dir)); n != 2 {
		t.Fatalf("%d files, want 2", n)
	}
	again := open(t, dir)
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("%q are left", got)
	}
	content, err := again.Open(t.Context(), "a/b")
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if text, err := io.ReadAll(content); err != nil || string(text) != "whole" {
		t.Errorf("read %q, %v", text, err)
	}
}

// No key leads out of the folder, or to another key's file.
func TestKeysStayInTheFolder(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "results")
	r := open(t, dir)
	keys := []string{"../x", "/x", ".", "..", "", "x", "x/", "x%2F", "X y", "a\\b", "nul\x00", "é"}
	for _, key := range keys {
		put(t, r, key, "of "+key)
	}
	for _, key := range keys {
		f, err := r.Open(t.Context(), key)
		if err != nil {
			t.Fatalf("%q: %v", key, err)
		}
		if text, err := io.ReadAll(f); err != nil || string(text) != "of "+key {
			t.Errorf("%q has %q, %v", key, text, err)
		}
		f.Close()
	}
	if got := len(names(t, dir)); got != len(keys) {
		t.Errorf("%d files for %d keys", got, len(keys))
	}
	if got := names(t, top); len(got) != 1 {
		t.Errorf("%q are beside the folder", got)
	}
}

// A result in a folder that is no longer at its path is not committed: nothing
// would find it after the next start.
func TestMovedFolder(t *testing.T) {
	for name, replace := range map[string]func(dir string) error{
		"moved":    func(string) error { return nil },
		"replaced": func(dir string) error { return os.Mkdir(dir, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "results")
			r := open(t, dir)
			f, err := r.Create(t.Context(), "key", "", "")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(dir, dir+"-before"); err != nil {
				t.Skipf("NOT RUN: this system keeps a folder that is in use: %v", err)
			}
			if err := replace(dir); err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.Commit(); err == nil || !strings.Contains(err.Error(), "moved or removed") {
				t.Errorf("committed: %v", err)
			}
			if got := names(t, dir+"-before"); len(got) != 0 {
				t.Errorf("left: %v", got)
			}
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(dir+"-before", dir); err != nil {
				t.Fatal(err)
			}
			put(t, r, "key", "text") // it is back
		})
	}
}

// Results are personal: other users of the machine read none.
func TestOnlyTheOwnerReads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("NOT RUN: Windows keeps permissions elsewhere")
	}
	dir := filepath.Join(t.TempDir(), "results")
	put(t, open(t, dir), "k", "x")
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "k.result"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", filepath.Base(path), info.Mode().Perm(), err, want)
		}
	}
}

// What is old and named by no record goes; what may still be recorded stays.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	now := time.Now()
	for key, age := range map[string]time.Duration{"kept/1": 48 * time.Hour, "orphan/1": 48 * time.Hour, "young/1": time.Minute} {
		put(t, r, key, "x")
		file := filepath.Join(dir, key[:len(key)-2]+"%2F1.result")
		if err := os.Chtimes(file, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := now.Add(-24 * time.Hour)
	down := errors.New("down")
	if n, err := r.Sweep(t.Context(), before, func(context.Context, string) (bool, error) { return false, down }); !errors.Is(err, down) || n != 0 {
		t.Errorf("removed %d, %v while it is not known what is kept", n, err)
	}
	n, err := r.Sweep(t.Context(), before, func(_ context.Context, key string) (bool, error) { return key == "kept/1", nil })
	if err != nil || n != 1 {
		t.Errorf("removed %d, %v", n, err)
	}
	if got := names(t, dir); len(got) != 3 {
		t.Errorf("%q are left", got)
	}
}

// A result of any size takes the memory of what is written at once.
func TestNeverWholeInMemory(t *testing.T) {
	r := open(t, t.TempDir())
	f, err := r.Create(t.Context(), "large", "application/octet-stream", "")
	if err != nil {
		t.Fatal(err)
	}
	part := bytes.Repeat([]byte("x"), 1<<20)
	allocations := testing.AllocsPerRun(50, func() {
		if _, err := f.Write(part); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 0 {
		t.Errorf("%v allocations for a megabyte", allocations)
	}
	f.Abort()
}
