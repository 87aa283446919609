// Package smalldisk gives tests a disk that can be filled: a small file system
// in memory, mounted in a process of the test's own, so that nothing of it is
// seen outside and no root is needed where users may have namespaces.
package smalldisk

import (
	"os"
	"path/filepath"
	"testing"
)

// ofTest names the test that runs in a process of its own.
const ofTest = "SMALL_DISK_OF"

// Disk is a small file system.
type Disk struct {
	// Dir is where it is mounted.
	Dir string
	t   *testing.T
}

// Run runs test with a disk of so many bytes. The process that it runs in is the
// test binary with this test alone: what is before Run runs twice. The test is
// skipped where the system lets this user mount nothing.
func Run(t *testing.T, bytes int, test func(t *testing.T, d *Disk)) {
	t.Helper()
	if os.Getenv(ofTest) != t.Name() {
		runApart(t)
		return
	}
	d := &Disk{Dir: t.TempDir(), t: t}
	mount(t, d.Dir, bytes)
	test(t, d)
}

func (d *Disk) filler() string { return filepath.Join(d.Dir, "filler") }

// Fill leaves no more room than so many bytes.
func (d *Disk) Fill(leave int) {
	d.t.Helper()
	f, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for {
		n := free(d.t, d.Dir) - leave
		if n <= 0 {
			return
		}
		if _, err := f.Write(make([]byte, min(n, 1<<20))); err != nil && !full(err) {
			d.t.Fatal(err)
		}
	}
}

// Clear makes room again.
func (d *Disk) Clear() {
	d.t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		d.t.Fatal(err)
	}
}
