package asynctest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// CompletionsStore is a Store that lists ends.
type CompletionsStore interface {
	async.Store
	async.Completions
}

// TestCompletions runs the conformance suite of async.Completions. newStore is
// called for each test and may return stores with the same contents: the tests
// share no names. The store's clock is now, so that days take no time.
//
// FollowEnds is the rest of the suite, for a property test.
func TestCompletions(t *testing.T, newStore func(now func() time.Time) CompletionsStore) {
	tests := []struct {
		name string
		run  func(*testing.T, *listing)
	}{
		{"now", endedNow},
		{"pages", endedPages},
		{"scopes", endedScopes},
		{"not listed", endedNotListed},
		{"redrive", endedRedrive},
		{"a thousand in one instant", endedThousand},
		{"malformed positions", endedMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, newListing(newStore)) })
	}
}

// lateness is the most that an index may be behind, or a write under way. In
// these tests the store's clock is so much behind when it writes: an end that
// appears at 12:00:10 with the time 12:00:00 is one whose index is late by 10 s.
const lateness = 10 * time.Second

// settled is longer than any store waits before it lists an end.
const settled = time.Minute

// listing is a store with a clock, and what has ended in it.
type listing struct {
	CompletionsStore
	scopes [2]string

	mu    sync.Mutex
	mine  map[string]bool // the ids: an operator sees those of other tests as well
	clock time.Time
	late  time.Duration
}

func newListing(newStore func(func() time.Time) CompletionsStore) *listing {
	l := &listing{mine: map[string]bool{}, clock: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), scopes: [2]string{async.NewSecret(), async.NewSecret()}}
	l.CompletionsStore = newStore(func() time.Time {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.clock.Add(-l.late)
	})
	return l
}

// advance moves the clock, and sets how far behind it is from then on.
func (l *listing) advance(by, late time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clock, l.late = l.clock.Add(by), late
}

// Reporter is the part of testing.TB that FollowEnds needs; a property test's T
// has it as well.
type Reporter interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// open makes a record that has not ended.
func (l *listing) open(t Reporter, scope string) async.Record {
	t.Helper()
	r := newRecord()
	r.Scope, r.Expires = scope, time.Now().Add(1000*time.Hour)
	if err := l.Create(ctx(), r, testInput); err != nil {
		t.Fatalf("create: %v", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mine[r.ID] = true
	return r
}

// finish ends a record.
func (l *listing) finish(t Reporter, r async.Record, status api.Status) async.Record {
	t.Helper()
	r, err := l.Advance(ctx(), r.ID, ended(r, status))
	if err != nil {
		t.Fatalf("end: %v", err)
	}
	return r
}

// reopen is a redrive.
func (l *listing) reopen(t Reporter, r async.Record) async.Record {
	t.Helper()
	c := moved(r, 0)
	c.State.Redrive++
	r, err := l.Advance(ctx(), r.ID, c)
	if err != nil {
		t.Fatalf("reopen: %v", err)
	}
	return r
}

// name of an end: a redriven submission ends again.
func name(r async.Record) string { return fmt.Sprint(r.ID, " run ", r.Redrive) }

// chain is a chain of cursors.
type chain struct {
	scope, cursor string
	got           []string
}

func (l *listing) chain(t Reporter, scope string) *chain {
	t.Helper()
	c := &chain{scope: scope}
	if more := l.poll(t, c, 10); more || len(c.got) > 0 {
		t.Errorf("the first call found %v, more: %v", c.got, more)
	}
	return c
}

// poll takes a page.
func (l *listing) poll(t Reporter, c *chain, limit int) (more bool) {
	t.Helper()
	page, err := l.Ended(ctx(), async.EndedQuery{Scope: c.scope, After: c.cursor, Limit: limit})
	if err != nil {
		t.Fatalf("ended: %v", err)
	}
	if len(page.Records) > limit || page.Next == "" || page.More && page.Next == c.cursor {
		t.Errorf("%d records of %d, next %q after %q, more: %v", len(page.Records), limit, page.Next, c.cursor, page.More)
	}
	if len(page.Records) == 0 && !page.More && c.cursor != "" && page.Next != c.cursor {
		t.Errorf("nothing, and the cursor has moved from %q to %q", c.cursor, page.Next)
	}
	for _, r := range page.Records {
		if !r.Status.Terminal() || c.scope != "" && r.Scope != c.scope {
			t.Errorf("found %s of scope %q, status %s", r.ID, r.Scope, r.Status)
		}
		if l.mine[r.ID] {
			c.got = append(c.got, name(r))
		}
	}
	c.cursor = page.Next
	return page.More
}

// drain polls until there is nothing more.
func (l *listing) drain(t Reporter, c *chain, limit int) {
	t.Helper()
	for l.poll(t, c, limit) {
	}
}

func wantEnds(t Reporter, c *chain, want ...string) {
	t.Helper()
	if len(c.got) != len(want) {
		t.Errorf("got %d ends, want %d", len(c.got), len(want))
	}
	for i := range min(len(c.got), len(want)) {
		if c.got[i] != want[i] {
			t.Errorf("end %d is %q, want %q", i, c.got[i], want[i])
			return
		}
	}
}

// What ended before the first call is not found, and nothing twice.
func endedNow(t *testing.T, l *listing) {
	l.finish(t, l.open(t, l.scopes[0]), api.Succeeded)
	l.advance(time.Millisecond, 0)
	c := l.chain(t, l.scopes[0])
	l.drain(t, c, 10)
	r := l.finish(t, l.open(t, l.scopes[0]), api.Canceled)
	l.advance(settled, 0)
	l.drain(t, c, 10)
	l.drain(t, c, 10)
	wantEnds(t, c, name(r))
}

// The oldest come first, and what a page holds is what the record holds.
func endedPages(t *testing.T, l *listing) {
	c := l.chain(t, l.scopes[0])
	var want []string
	for range 5 {
		l.advance(time.Second, 0)
		want = append(want, name(l.finish(t, l.open(t, l.scopes[0]), api.Failed)))
	}
	l.advance(settled, 0)
	for _, more := range []bool{true, true, false} {
		if got := l.poll(t, c, 2); got != more {
			t.Errorf("more: %v", got)
		}
	}
	wantEnds(t, c, want...)

	r := l.open(t, l.scopes[0])
	change := ended(r, api.Succeeded)
	change.Stage, change.Result = "Packing", []byte(`{"a":1}`)
	r = mustAdvance(t, l, r.ID, change)
	l.advance(settled, 0)
	page, err := l.Ended(t.Context(), async.EndedQuery{Scope: r.Scope, After: c.cursor, Limit: 2})
	wantErr(t, err, nil)
	if len(page.Records) != 1 {
		t.Fatalf("found %d", len(page.Records))
	}
	wantRecord(t, page.Records[0], r)
}

func endedScopes(t *testing.T, l *listing) {
	a, b, all := l.chain(t, l.scopes[0]), l.chain(t, l.scopes[1]), l.chain(t, "")
	l.advance(time.Second, 0)
	ofA := l.finish(t, l.open(t, l.scopes[0]), api.Succeeded)
	l.advance(time.Second, 0)
	ofB := l.finish(t, l.open(t, l.scopes[1]), api.Succeeded)
	l.advance(settled, 0)
	for _, c := range []*chain{a, b, all} {
		l.drain(t, c, 1)
	}
	wantEnds(t, a, name(ofA))
	wantEnds(t, b, name(ofB))
	wantEnds(t, all, name(ofA), name(ofB))
}

// Records that are open or have no scope are not found.
func endedNotListed(t *testing.T, l *listing) {
	c, all := l.chain(t, l.scopes[0]), l.chain(t, "")
	l.open(t, l.scopes[0])
	l.finish(t, l.open(t, ""), api.Succeeded)
	r := l.open(t, l.scopes[0])
	mustAdvance(t, l, r.ID, moved(r, 1))
	l.advance(settled, 0)
	l.drain(t, c, 10)
	l.drain(t, all, 10)
	wantEnds(t, c)
	wantEnds(t, all)
}

// A new end is a new item; one that was undone before it was found is none.
func endedRedrive(t *testing.T, l *listing) {
	c := l.chain(t, l.scopes[0])
	first := l.finish(t, l.open(t, l.scopes[0]), api.Failed)
	l.advance(settled, 0)
	l.drain(t, c, 10)
	second := l.reopen(t, first)
	l.advance(settled, 0)
	l.drain(t, c, 10)
	wantEnds(t, c, name(first))
	second = l.finish(t, second, api.Failed)
	third := l.reopen(t, second)
	l.advance(settled, 0)
	l.drain(t, c, 10)
	wantEnds(t, c, name(first))
	third = l.finish(t, third, api.Succeeded)
	l.advance(settled, 0)
	l.drain(t, c, 10)
	wantEnds(t, c, name(first), name(third))
}

// writers is how many write at a time.
const writers = 4

func endedThousand(t *testing.T, l *listing) {
	c := l.chain(t, l.scopes[0])
	l.advance(time.Second, 0)
	want := make([]string, 1000)
	var workers sync.WaitGroup
	for w := range writers {
		workers.Go(func() {
			for i := w; i < len(want); i += writers {
				want[i] = name(l.finish(t, l.open(t, l.scopes[0]), api.Succeeded))
			}
		})
	}
	workers.Wait()
	l.advance(settled, 0)
	l.drain(t, c, 99)
	slices.Sort(want)
	slices.Sort(c.got)
	wantEnds(t, c, want...)
}

func endedMalformed(t *testing.T, l *listing) {
	for _, after := range []string{"x", "-", "1-", "../../1", "00000000000000000-1", "9223372036854775808999-", "\x00", "é"} {
		if _, err := l.Ended(t.Context(), async.EndedQuery{After: after, Limit: 1}); !errors.Is(err, async.ErrInvalid) {
			t.Errorf("%q: %v", after, err)
		}
	}
}
