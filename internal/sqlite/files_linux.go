package sqlite

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// identity says which file it is, whatever its name.
type identity struct {
	major, minor uint32 // of its device
	inode        uint64
}

func (i identity) same(other identity) bool { return i == other }

// identify returns the identity and the size of the file at path, and asks for
// nothing else. Since Linux 6.13 a file whose times were asked for gets new ones, exact to the
// nanosecond, with its next write, and the fsync after that has them to
// write as well, which takes as long again: an os.Stat of the log around each
// commit would double its time.
// https://docs.kernel.org/filesystems/multigrain-ts.html
func identify(path string) (identity, int64, error) {
	var s unix.Statx_t
	var err error = unix.EINTR
	for errors.Is(err, unix.EINTR) {
		err = unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_INO|unix.STATX_SIZE, &s)
	}
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) { // an old kernel, or a container that hides it
		return identifyByStat(path)
	}
	if err != nil {
		return identity{}, 0, &fs.PathError{Op: "statx", Path: path, Err: err}
	}
	return identity{major: s.Dev_major, minor: s.Dev_minor, inode: s.Ino}, int64(s.Size), nil
}

func identifyByStat(path string) (identity, int64, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return identity{}, 0, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	device := uint64(s.Dev)
	return identity{major: unix.Major(device), minor: unix.Minor(device), inode: s.Ino}, s.Size, nil
}
