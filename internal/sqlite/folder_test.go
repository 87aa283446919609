package sqlite

import (
	"path/filepath"
	"slices"
	"testing"
)

// A machine that loses power right after the first submission still has the
// folder that it is in.
func TestNewFoldersAreSynced(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "a", "b")
	parents, err := missing(dir)
	if want := []string{filepath.Join(top, "a"), top}; err != nil || !slices.Equal(parents, want) {
		t.Errorf("%q, %v, want %q", parents, err, want)
	}
	if err := makeFolder(dir); err != nil {
		t.Fatal(err)
	}
	if parents, err = missing(dir); err != nil || len(parents) != 0 {
		t.Errorf("%q, %v once they are there", parents, err)
	}
}
