package engine_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// loop returns a machine that counts to n, with its input along.
func loop(n int) string {
	return fmt.Sprintf(`{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "a.$": "$.a"}, "Next": "C"},
		"C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": %d, "Next": "A"}], "Default": "S"},
		"S": {"Type": "Succeed", "OutputPath": "$.n"}}}`, n)
}

// pageBytes bounds the pages of these tests.
const pageBytes = 8 << 20

// pages reads a history page by page.
func (w *fixture) pages(p engine.HistoryPage) (all []interp.Event) {
	w.Helper()
	p.Bytes = pageBytes
	for {
		p.After = len(all)
		page, more, err := w.HistoryPage(w.Context(), p)
		if err != nil || len(page) == 0 && more {
			w.Fatalf("a page after %d events: %d, %v, %v", p.After, len(page), more, err)
		}
		if all = append(all, page...); !more {
			return all
		}
	}
}

// Pages of any size, in both orders, are the parts of one history.
func TestHistoryPages(t *testing.T) {
	w := newFixture(t)
	small, large := w.create("m", loop(5)), w.create("l", loop(14))
	runs := map[string][]int{
		w.run(small, "x", `{"n": 0, "a": 1}`):                                  {1, 2, 3, 7, 24, 100},
		w.run(large, "x", `{"n": 0, "a": "`+strings.Repeat("x", 250_000)+`"}`): {10, 1000},
	}
	for arn, sizes := range runs {
		w.ended(arn)
		want, err := w.History(t.Context(), arn)
		if err != nil {
			t.Fatal(err)
		}
		backwards := slices.Clone(want)
		slices.Reverse(backwards)
		for _, limit := range sizes {
			if got := w.pages(engine.HistoryPage{ARN: arn, Limit: limit}); !reflect.DeepEqual(got, want) {
				t.Errorf("pages of %d have %d events, want %d", limit, len(got), len(want))
			}
			if got := w.pages(engine.HistoryPage{ARN: arn, Limit: limit, Reverse: true}); !reflect.DeepEqual(got, backwards) {
				t.Errorf("pages of %d have %d events from the end, want %d", limit, len(got), len(want))
			}
		}
		for _, e := range w.pages(engine.HistoryPage{ARN: arn, Limit: 50, WithoutData: true}) {
			if e.Size() > 1000 {
				t.Errorf("%s has data: %d bytes", e.Type, e.Size())
			}
		}
		for _, after := range []int{len(want), len(want) + 1, 1 << 40} {
			for _, reverse := range []bool{false, true} {
				page, more, err := w.HistoryPage(t.Context(), engine.HistoryPage{ARN: arn, After: after, Limit: 5, Reverse: reverse})
				if len(page) != 0 || more || err != nil {
					t.Errorf("after %d of %d: %d events, %v, %v", after, len(want), len(page), more, err)
				}
			}
		}
	}
}

// A page costs what it has, however long the history and large its data.
func TestHistoryPageMemory(t *testing.T) {
	w := newFixture(t)
	arn := w.run(w.create("m", loop(100)), "x", `{"n": 0, "a": "`+strings.Repeat("x", 200_000)+`"}`)
	w.ended(arn)
	for _, c := range []struct {
		page  engine.HistoryPage
		most  uint64 // of what is allocated, whether or not it is freed again
		count int
	}{
		{engine.HistoryPage{Limit: 5}, 8 << 20, 5},
		{engine.HistoryPage{Limit: 5, Reverse: true}, 32 << 20, 5},
		{engine.HistoryPage{Limit: 5, After: 250}, 32 << 20, 5},
		{engine.HistoryPage{Limit: 1000}, 64 << 20, 40},
	} {
		c.page.ARN, c.page.Bytes = arn, pageBytes
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		events, more, err := w.HistoryPage(t.Context(), c.page)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err != nil || !more || took > c.most || len(events) < c.count {
			t.Errorf("%+v: %d events, %v, %v, %d MB", c.page, len(events), more, err, took>>20)
		}
	}
}

// vanishingJournal loses all executions, once set, but for their names.
type vanishingJournal struct {
	*enginetest.Journal
	gone atomic.Bool
}

func (j *vanishingJournal) Record(ctx context.Context, id int64) (engine.Record, error) {
	if j.gone.Load() {
		return engine.Record{}, engine.ErrNotFound
	}
	return j.Journal.Record(ctx, id)
}

func (j *vanishingJournal) Entries(ctx context.Context, id int64, after, limit int) ([][]byte, error) {
	if j.gone.Load() {
		return nil, engine.ErrNotFound
	}
	return j.Journal.Entries(ctx, id, after, limit)
}

// The executions of a deleted machine go when another takes its name, and may be
// read at that moment.
func TestReadOfAnExecutionThatGoes(t *testing.T) {
	j := &vanishingJournal{Journal: enginetest.NewJournal()}
	w := overJournal(t, j)
	arn := w.run(w.create("m", passOn), "x", `{}`)
	w.ended(arn)
	j.gone.Store(true)
	for name, read := range map[string]func() error{
		"describe": func() error { _, err := w.DescribeExecution(t.Context(), arn); return err },
		"history": func() error {
			_, _, err := w.HistoryPage(t.Context(), engine.HistoryPage{ARN: arn, Limit: 10, Bytes: 1000})
			return err
		},
		"history from its end": func() error {
			_, _, err := w.HistoryPage(t.Context(), engine.HistoryPage{ARN: arn, Limit: 10, Bytes: 1000, Reverse: true})
			return err
		},
		"inspect": func() error {
			_, err := w.Inspect(t.Context(), arn, func(*asl.Machine) func(interp.Event) { return func(interp.Event) {} })
			return err
		},
		"Map Runs": func() error { _, err := w.MapRuns(t.Context(), arn); return err },
	} {
		if err := read(); !errors.Is(err, code(engine.ExecutionDoesNotExist)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
