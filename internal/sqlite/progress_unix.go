//go:build unix

package sqlite

import (
	"os"
	"syscall"
)

// marks are the bytes of the progress file, shared with the system.
type marks []byte

func mapMarks(f *os.File, length int) (marks, error) {
	return syscall.Mmap(int(f.Fd()), 0, length, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
}

func (m marks) put(b []byte, at int) { copy(m[at:], b) }

func (m marks) unmap() error { return syscall.Munmap(m) }
