package main

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// measureDisk is the floor under every figure that follows: how often a
// second this disk makes a small write durable.
func measureDisk(_ context.Context, _ options, dir string) error {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return err
	}
	defer f.Close()
	var each latencies
	block := make([]byte, 4096)
	const count = 500
	began := time.Now()
	for range count {
		if err := each.time(func() error { return writeDurably(f, block) }); err != nil {
			return err
		}
	}
	each.row("bare 4 KiB write and fsync", count, time.Since(began))
	return nil
}

func writeDurably(f *os.File, block []byte) error {
	if _, err := f.Write(block); err != nil {
		return err
	}
	return f.Sync()
}
