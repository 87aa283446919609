// Package damage copies data folders and damages them, for the suites that kill
// programs: what is started over such a folder refuses it, or has all that was
// promised.
package damage

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// damages are what disks, and people, do to a file.
var damages = map[string]func(b []byte, at int) []byte{
	"a bit":       func(b []byte, at int) []byte { b[at] ^= 1 << rand.IntN(8); return b },
	"zeros":       func(b []byte, at int) []byte { clear(b[at&^511 : min(at&^511+512, len(b))]); return b },
	"a page":      func(b []byte, at int) []byte { clear(b[at&^4095 : min(at&^4095+4096, len(b))]); return b },
	"cut off":     func(b []byte, at int) []byte { return b[:at] },
	"an old page": func(b []byte, at int) []byte { copy(b[at&^4095:], b[:min(4096, len(b)-at&^4095)]); return b },
}

// Copy copies a data folder file by file, in a random order, as cp does
// while a program uses it or not.
func Copy(t *testing.T, from, to string) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was removed meanwhile
		}
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range rand.Perm(len(files)) {
		name, err := filepath.Rel(from, files[i])
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(files[i])
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		copied := filepath.Join(to, name)
		err = errors.Join(err, os.MkdirAll(filepath.Dir(copied), 0o700), os.WriteFile(copied, data, 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Random does something to a random place of the database, its log, their
// checksums or the lock, and returns what.
func Random(t *testing.T, dir string) string {
	t.Helper()
	for {
		file := []string{"data.db", "data.db-wal", "data.db", "data.db-wal", "data.db-sums", "lock.db"}[rand.IntN(6)]
		path := filepath.Join(dir, file)
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && len(data) == 0 {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if rand.IntN(10) == 0 {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			return file + ": removed"
		}
		for what, do := range damages { // any of them
			at := rand.IntN(len(data))
			if err := os.WriteFile(path, do(data, at), 0o600); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%s of %d bytes: %s at %d", file, len(data), what, at)
		}
	}
}
