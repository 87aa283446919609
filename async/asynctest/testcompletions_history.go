package asynctest

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// random is what a history is made of.
type random struct{ *rand.Rand }

// duration returns one of 0 to most.
func (r random) duration(most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most) + 1))
}

// FollowEnds plays a history that the seed decides: ends in several scopes, some
// in one instant and each seen up to 10 s late, redrives, polls of any page size,
// and pauses of up to days. In the end it checks that chains of two scopes and of
// an operator have got every end exactly once, and nothing of another scope.
// steps is how many of those there are. The operator polls more rarely, and takes
// larger pages: a store that spreads its ends reads all of them for each.
func FollowEnds(t Reporter, newStore func(now func() time.Time) CompletionsStore, seed uint64, steps int) {
	t.Helper()
	l, rnd := newListing(newStore), random{rand.New(rand.NewPCG(seed, 0))}
	chains := []*chain{l.chain(t, l.scopes[0]), l.chain(t, l.scopes[1]), l.chain(t, "")}
	h := played{listing: l, final: map[string]int{}, undone: map[string]int{}}
	l.advance(lateness+time.Nanosecond, 0) // a late end would be one of before
	for range steps {
		switch rnd.IntN(4) {
		case 0:
			h.end(t, rnd)
		case 1:
			h.redrive(t, rnd)
		default:
			limit := 1 + rnd.IntN(7)
			for _, c := range chains[:2] {
				l.poll(t, c, limit)
			}
			if rnd.IntN(4) == 0 {
				l.poll(t, chains[2], 4*limit)
			}
		}
		longest := []time.Duration{0, 1, time.Second, 15 * time.Second, 80 * time.Hour}[rnd.IntN(5)]
		l.advance(rnd.duration(longest), 0)
	}
	l.advance(settled, 0)
	for i, limit := range []int{5, 5, 20} {
		l.drain(t, chains[i], limit)
		l.drain(t, chains[i], limit)
		h.check(t, chains[i], i)
	}
}

// played is what has happened in a history: by the names of ends, the scopes.
type played struct {
	*listing
	final, undone map[string]int
	failed        []failed
}

// failed is a submission that can be redriven.
type failed struct {
	id    string
	scope int
}

// end ends some submissions in one instant.
func (h *played) end(t Reporter, rnd random) {
	t.Helper()
	scope := rnd.IntN(2)
	for i := range 1 + rnd.IntN(12) {
		r := h.open(t, h.scopes[scope])
		r = h.finishLate(t, r, []api.Status{api.Failed, api.Succeeded, api.Canceled}[i%3], rnd)
		h.final[name(r)] = scope
		if r.Status == api.Failed {
			h.failed = append(h.failed, failed{r.ID, scope})
		}
	}
}

// redrive reopens a failed submission, and ends it.
func (h *played) redrive(t Reporter, rnd random) {
	t.Helper()
	if len(h.failed) == 0 {
		return
	}
	f := h.failed[rnd.IntN(len(h.failed))]
	r, err := h.Get(ctx(), f.id)
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	delete(h.final, name(r))
	h.undone[name(r)] = f.scope
	r = h.finishLate(t, h.reopen(t, r), api.Failed, rnd)
	h.final[name(r)] = f.scope
}

func (h *played) finishLate(t Reporter, r async.Record, status api.Status, rnd random) async.Record {
	t.Helper()
	h.advance(0, rnd.duration(lateness))
	defer h.advance(0, 0)
	return h.finish(t, r, status)
}

// check: every end that stands was found exactly once, one that was undone at
// most once, and nothing of another scope. The last chain is the operator's.
func (h *played) check(t Reporter, c *chain, scope int) {
	t.Helper()
	found := map[string]int{}
	for _, end := range c.got {
		found[end]++
	}
	mine := func(of int) bool { return scope == of || c.scope == "" }
	for end, of := range h.final {
		switch n := found[end]; {
		case mine(of) && n != 1:
			t.Errorf("chain %d found %s %d times, want once", scope, end, n)
		case !mine(of) && n != 0:
			t.Errorf("chain %d found %s of another scope", scope, end)
		}
	}
	for end, of := range h.undone {
		if n := found[end]; n > 1 || n > 0 && !mine(of) {
			t.Errorf("chain %d found %s, which was undone, %d times", scope, end, n)
		}
	}
	if len(c.got) != len(slices.Compact(slices.Sorted(slices.Values(c.got)))) {
		t.Errorf("chain %d found something twice", scope)
	}
}

func ctx() context.Context { return context.Background() }
