//go:build !unix

package sqlite

import "os"

// marks is the progress file. Every mark is a call of the system there.
type marks interface {
	put(b []byte, at int)
	unmap() error
}

type writtenMarks struct{ file *os.File }

func mapMarks(f *os.File, _ int) (marks, error) { return writtenMarks{f}, nil }

// put leaves an error alone: an execution that is not marked is only not found
// after a crash.
func (m writtenMarks) put(b []byte, at int) { _, _ = m.file.WriteAt(b, int64(at)) }

func (m writtenMarks) unmap() error { return nil }
