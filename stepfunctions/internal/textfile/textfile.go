// Package textfile reads files that are named in settings and templates.
package textfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrNotRegular says that a path leads to a pipe, a device or a socket. Opening
// or reading one can take for ever, or give bytes without end.
var ErrNotRegular = errors.New("it is not a regular file")

// Read returns the content of the file at path, which may have limit bytes. Its
// errors do not name the path.
func Read(path string, limit int64) ([]byte, error) {
	// Before the file is opened: that alone waits for whoever writes to a pipe.
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		return nil, ErrNotRegular
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, cause(err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("it has more than %d bytes", limit)
	}
	return text, nil
}

// cause takes the path out of a file's error.
func cause(err error) error {
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
