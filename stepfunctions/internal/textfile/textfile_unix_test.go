//go:build unix

package textfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/textfile"
)

// A pipe without a writer takes for ever to open, and a device may have no end:
// they are refused unopened, also at the end of a link.
func TestOnlyRegularFilesAreOpened(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(pipe, link)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link, "/dev/zero", "/dev/null"} {
		if _, err := textfile.Read(path, 10); !errors.Is(err, textfile.ErrNotRegular) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := textfile.Read(path, 10); err != nil || string(text) != "0123456789" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := textfile.Read(path, 9); err == nil || err.Error() != "it has more than 9 bytes" {
		t.Errorf("too long: %v", err)
	}
	if _, err := textfile.Read(path+"x", 9); !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), path) {
		t.Errorf("missing: %v", err)
	}
	if _, err := textfile.Read(filepath.Dir(path), 9); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("folder: %v", err)
	}
}
