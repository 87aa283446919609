package sqlite

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zombiezen.com/go/sqlite"
)

// A lone writer never waits for company. After a group of several the next one
// has a moment to become as large, and takes no longer than it needs.
func TestGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openNotes(t, t.TempDir())
		defer db.Close()
		var all sync.WaitGroup
		id := 0
		write := func(n int, before func()) {
			for range n {
				id++
				row := id
				all.Go(func() {
					err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
						before()
						return insert(conn, row)
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		takes := func(want time.Duration, n int) {
			t.Helper()
			began := time.Now()
			write(n, func() {})
			all.Wait()
			if took := time.Since(began); took != want {
				t.Errorf("%d writes took %v, want %v", n, took, want)
			}
		}
		company := func() { // a group of three, which wait while the one before is written
			release := make(chan struct{})
			write(1, func() { <-release })
			synctest.Wait()
			write(3, func() {})
			synctest.Wait()
			close(release)
			all.Wait()
		}
		takes(0, 1)
		takes(0, 1)
		company()
		takes(gatherTime, 1)
		takes(0, 1)
		company()
		takes(0, 3)
		if got := count(t, db); got != id {
			t.Errorf("%d rows of %d", got, id)
		}
	})
}

// What waits for company is committed at once when the database is closed.
func TestCloseWhileGathering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openNotes(t, t.TempDir())
		release := make(chan struct{})
		var all sync.WaitGroup
		write := func(row int, before func()) {
			all.Go(func() {
				err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
					before()
					return insert(conn, row)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		write(1, func() { <-release })
		synctest.Wait()
		write(2, func() {})
		write(3, func() {})
		synctest.Wait()
		close(release)
		all.Wait()
		began := time.Now()
		write(4, func() {})
		synctest.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
		if took := time.Since(began); took != 0 {
			t.Errorf("closed after %v", took)
		}
	})
}
