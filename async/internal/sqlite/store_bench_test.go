package sqlite_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/sqlite"
)

// BenchmarkStoreLife is all that a submission writes in its life: a
// reservation, the record, and for each of three stages its beginning and its
// outcome, every one of them on disk before the next.
func BenchmarkStoreLife(b *testing.B) {
	benchmarkStore(b, func(b *testing.B, s *sqlite.Store) {
		now := time.Now()
		r := benchRecord(now)
		_, _, err := s.Reserve(b.Context(), async.Reservation{
			Key: r.ID, ID: r.ID, Fingerprint: "fingerprint", Now: now, Lease: now.Add(time.Minute), Expires: r.Expires,
		})
		must(b, err)
		must(b, s.Create(b.Context(), r, benchInput))
		must(b, s.Settle(b.Context(), r.ID, r.ID))
		for i, stage := range []string{"Moderation", "Shortlisting", "Selection"} {
			state := async.State{Status: api.Running, CustomStatus: stage, Message: "The talk is being looked at.", Rank: 10 * (i + 1)}
			_, err := s.Advance(b.Context(), r.ID, async.Change{State: &state, Updated: now})
			must(b, err)
			_, err = s.Advance(b.Context(), r.ID, async.Change{Stage: stage, Outcome: async.Continue, Updated: now})
			must(b, err)
		}
	})
}

func BenchmarkStoreCreate(b *testing.B) {
	benchmarkStore(b, func(b *testing.B, s *sqlite.Store) {
		must(b, s.Create(b.Context(), benchRecord(time.Now()), benchInput))
	})
}

func BenchmarkStoreGet(b *testing.B) {
	r := benchRecord(time.Now())
	benchmarkStore(b, func(b *testing.B, s *sqlite.Store) {
		_, err := s.Get(b.Context(), r.ID)
		if errors.Is(err, async.ErrNotFound) {
			err = s.Create(b.Context(), r, benchInput)
		}
		if !errors.Is(err, async.ErrExists) {
			must(b, err)
		}
	})
}

// benchmarkStore runs op b.N times with so many callers at once.
func benchmarkStore(b *testing.B, op func(*testing.B, *sqlite.Store)) {
	for _, callers := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := sqlite.NewStore(openDB(b, b.TempDir()))
			var next atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					for next.Add(1) <= int64(b.N) {
						op(b, s)
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
		})
	}
}

var benchInput = []byte(`{"description":"` + strings.Repeat("x", 800) + `"}`)

func benchRecord(now time.Time) async.Record {
	return async.Record{
		ID:      rand.Text(),
		State:   async.State{Status: api.NotStarted, CustomStatus: "Received", Message: "The talk has been received."},
		Created: now, Updated: now, Deadline: now.Add(time.Hour), Expires: now.Add(24 * time.Hour),
	}
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Error(err)
	}
}
