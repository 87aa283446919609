package sqlite

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"zombiezen.com/go/sqlite"
)

// BenchmarkWrite is the cost of a small durable write with so many writers in flight.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) { benchmarkWrite(b, writers) })
	}
}

func benchmarkWrite(b *testing.B, writers int) {
	db := openNotes(b, b.TempDir())
	defer db.Close()
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for {
				id := next.Add(1)
				if id > int64(b.N) {
					return
				}
				if err := db.Write(b.Context(), func(conn *sqlite.Conn) error { return insert(conn, int(id)) }); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkCheck is the cost of one comparison of the open files with their paths.
func BenchmarkCheck(b *testing.B) {
	db := openNotes(b, b.TempDir())
	defer db.Close()
	for b.Loop() {
		if err := db.files.check(); err != nil {
			b.Fatal(err)
		}
	}
}
