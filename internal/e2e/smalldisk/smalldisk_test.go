package smalldisk_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.org/asynchttpapi/internal/e2e/smalldisk"
)

func TestFill(t *testing.T) {
	smalldisk.Run(t, 1<<20, func(t *testing.T, d *smalldisk.Disk) {
		file := filepath.Join(d.Dir, "data")
		d.Fill(8 << 10)
		if err := os.WriteFile(file, make([]byte, 64<<10), 0o600); err == nil {
			t.Error("64 KiB were written where 8 are left")
		}
		if err := os.WriteFile(file, make([]byte, 4<<10), 0o600); err != nil {
			t.Errorf("4 KiB where 8 are left: %v", err)
		}
		d.Clear()
		if err := os.WriteFile(file, make([]byte, 64<<10), 0o600); err != nil {
			t.Errorf("with room again: %v", err)
		}
	})
}
