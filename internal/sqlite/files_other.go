//go:build !linux

package sqlite

import "os"

// identity says which file it is, whatever its name.
type identity struct{ info os.FileInfo }

func (i identity) same(other identity) bool { return os.SameFile(i.info, other.info) }

// identify returns the identity and the size of the file at path.
func identify(path string) (identity, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return identity{}, 0, err
	}
	os.SameFile(info, info) // on Windows the identity is read at the first comparison
	return identity{info: info}, info.Size(), nil
}
