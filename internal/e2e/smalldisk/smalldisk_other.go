//go:build !linux

package smalldisk

import "testing"

func runApart(t *testing.T) {
	t.Helper()
	t.Skip("NOT RUN: only Linux has file systems of a process's own")
}

func mount(*testing.T, string, int) {}

func free(*testing.T, string) int { return 0 }

func full(error) bool { return false }
