package workers_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/internal/workers"
)

// idle is longer than a goroutine without work stays.
const idle = 2 * time.Second

// Functions run at once, as many as there are, and none waits for another. After Close no goroutine stays.
func TestGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p workers.Pool
		var all sync.WaitGroup
		for range 3 {
			var ran atomic.Int32
			release := make(chan struct{})
			for range 100 {
				all.Add(1)
				p.Go(func() {
					defer all.Done()
					ran.Add(1)
					<-release
				})
			}
			synctest.Wait()
			if n := ran.Load(); n != 100 {
				t.Errorf("%d of 100 functions run", n)
			}
			close(release)
			all.Wait()
		}
		p.Close()
		all.Add(1)
		p.Go(all.Done) // runs, and its goroutine ends
		all.Wait()
	})
}

// Goroutines that have nothing to do end: a test in a bubble whose goroutines do
// not end fails. Functions that come just then run all the same.
func TestIdleGoroutinesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p workers.Pool
		ran := 0
		for range 10 {
			done := make(chan struct{})
			p.Go(func() { ran++; close(done) })
			<-done
			time.Sleep(time.Second)
		}
		time.Sleep(idle)
		if ran != 10 {
			t.Errorf("%d of 10", ran)
		}
	})
}
