package torture

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/e2e/program"
	"example.org/asynchttpapi/internal/e2e/smalldisk"
)

// TestFullDisk fills the disk under the server again and again. Meanwhile
// submits are answered 503, starts say that the disk is full, or succeed, and
// kills lose nothing; with room again the server goes on by itself.
func TestFullDisk(t *testing.T) {
	smalldisk.Run(t, 128<<20, func(t *testing.T, d *smalldisk.Disk) {
		cycles, count := setting(t, "TORTURE_CYCLES", 2), setting(t, "TORTURE_SUBMISSIONS", 150)
		w, l := newHarness(t), &ledger{}
		w.data = filepath.Join(d.Dir, "data")
		w.start()
		refused, starts := 0, 0
		for cycle := range cycles {
			refused += w.fill(d, l, count)
			if cycle%2 == 1 {
				w.kill()
				if !w.startsOnAFullDisk() {
					starts++
				}
				d.Clear()
				w.start()
			} else {
				d.Clear()
			}
			acceptTheRest(t, w, l)
		}
		finishAll(t, w, l)
		w.stop()
		w.start()
		pollAll(t, w, l)
		w.stop()
		checkRecords(t, w, l)
		t.Logf("%d times full, %d submits refused meanwhile, %d starts refused", cycles, refused, starts)
		report(t, l, cycles)
	})
}

// fill sends submissions, fills the disk under them, and goes on until some are
// answered 503.
func (w *harness) fill(d *smalldisk.Disk, l *ledger, count int) (refused int) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	tr := newTraffic(w.url, l)
	tr.unavailable = new(atomic.Int64)
	done := make(chan error)
	go func() { done <- tr.storm(ctx, count) }()
	time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond) // a random moment
	d.Fill(rand.IntN(64 << 10))
	before := tr.unavailable.Load()
	eventually(w.t, "filling the disk", func() bool {
		if err := tr.submit(ctx, l.add()); err != nil {
			w.t.Fatalf("%v\n%s", err, w.logs.String())
		}
		return tr.unavailable.Load() > before
	})
	time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
	cancel()
	if err := <-done; err != nil {
		w.t.Fatalf("%v\n%s", err, w.logs.String())
	}
	return int(tr.unavailable.Load())
}

// startsOnAFullDisk starts the server, which may succeed where the log has room
// of its own, or says that the disk is full.
func (w *harness) startsOnAFullDisk() bool {
	w.t.Helper()
	said := &harness{t: w.t, bin: w.bin, data: w.data, args: w.args, env: w.env}
	cmd := said.command()
	if _, err := program.Start(cmd); err != nil {
		if text := said.logs.String(); !strings.Contains(text, "the disk is full: make room") {
			w.t.Errorf("on a full disk: %v\n%s", err, text)
		}
		return false
	}
	cmd.Process.Kill()
	cmd.Wait()
	return true
}
