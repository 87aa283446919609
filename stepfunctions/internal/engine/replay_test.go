package engine_test

import (
	"context"
	"fmt"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

// pagedJournal keeps the longest list of entries that was asked for.
type pagedJournal struct {
	*enginetest.Journal
	most int
}

func (j *pagedJournal) Entries(ctx context.Context, id int64, after, limit int) ([][]byte, error) {
	entries, err := j.Journal.Entries(ctx, id, after, limit)
	j.most = max(j.most, len(entries))
	return entries, err
}

// A replay reads the journal in parts: all of it may be more than there is memory.
func TestReplayReadsInParts(t *testing.T) {
	for _, tasks := range []int{31, 32, 33, 100} {
		j := &pagedJournal{Journal: enginetest.NewJournal()}
		w := begin(&world{T: t, journal: j})
		w.invoker.Handle(fmt.Sprintf("%sf%d", function, tasks), func(ctx context.Context, in []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		arn := w.run(w.create("m", chain(tasks)), "x", `{}`)
		// A call and an answer for each task, but for the last one.
		w.eventually("the last task", func() bool { n, _ := j.Length(t.Context(), 1); return n >= 2*tasks-1 })
		w.eventually("the last call", func() bool { w.types(arn); n, _ := j.Length(t.Context(), 1); return n == 2*tasks })
		w.restart(func() { j.most = 0 })
		if j.most == 0 || j.most > 64 {
			t.Errorf("%d entries of %d are read at a time", j.most, tasks)
		}
		w.restart(func() {
			w.invoker.Handle(fmt.Sprintf("%sf%d", function, tasks), func(_ context.Context, in []byte) ([]byte, error) { return in, nil })
		})
		w.wantEnd(arn, "SUCCEEDED {}")
		events, err := w.History(t.Context(), arn)
		if want := 2 + 5*tasks; err != nil || len(events) != want {
			t.Errorf("%d events, %v, want %d", len(events), err, want)
		}
	}
}
