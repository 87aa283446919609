package torture

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"

	"example.org/asynchttpapi/api"
)

// order is the way a submission may go; a poll never finds it further back.
var order = []string{"Received", "Moderation", "Shortlisting", "Selection", "Approved", "Rejected"}

// entry is what the outside knows of one submission.
type entry struct {
	// asking is held from request to answer: which of two answers under way at
	// once is the older could not be known.
	asking sync.Mutex

	key  string
	sent bool
	path string // of the status URL; empty until a 202 was seen
	last api.Submission
}

// ledger is everything that was sent and everything that was promised.
type ledger struct {
	mu       sync.Mutex
	entries  []*entry
	repeated int // submits sent again because their answer was lost
	polls    int
}

// add opens an entry for a submission that is about to be sent.
func (l *ledger) add() *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := &entry{key: fmt.Sprintf("torture-submission-%d", len(l.entries))}
	l.entries = append(l.entries, e)
	return e
}

// sending notes that e is on its way, for the first time or again.
func (l *ledger) sending(e *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.sent {
		l.repeated++
	}
	e.sent = true
}

// anyAccepted is some entry that was accepted, or nil.
func (l *ledger) anyAccepted() *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 8 {
		if len(l.entries) == 0 {
			return nil
		}
		if e := l.entries[rand.IntN(len(l.entries))]; e.path != "" {
			return e
		}
	}
	return nil
}

// unanswered are the entries whose 202 was never seen.
func (l *ledger) unanswered() []*entry {
	return l.where(func(e *entry) bool { return e.path == "" })
}

// open are the accepted entries that have not been seen to end.
func (l *ledger) open() []*entry {
	return l.where(func(e *entry) bool { return e.path != "" && !e.last.Status.Terminal() })
}

// promised returns copies of the entries that were accepted, as they are now.
func (l *ledger) promised() (all []*entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.path != "" {
			all = append(all, &entry{key: e.key, path: e.path, last: e.last})
		}
	}
	return all
}

func (l *ledger) all() []*entry { return l.where(func(*entry) bool { return true }) }

func (l *ledger) where(is func(*entry) bool) []*entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []*entry
	for _, e := range l.entries {
		if is(e) {
			out = append(out, e)
		}
	}
	return out
}

// accepted notes a 202 or 200 to a submit: the promise.
func (l *ledger) accepted(e *entry, path string, got api.Submission) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.path != "" && e.path != path {
		return fmt.Errorf("key %s was accepted twice: %s and %s", e.key, e.path, path)
	}
	e.path = path
	return e.saw(got)
}

// polled notes what a status request answered.
func (l *ledger) polled(e *entry, got api.Submission) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.polls++
	return e.saw(got)
}

func (e *entry) saw(got api.Submission) error {
	was, is := slices.Index(order, e.last.CustomStatus), slices.Index(order, got.CustomStatus)
	switch {
	case is < 0:
		return fmt.Errorf("%s: custom status %q is none of %q", e.path, got.CustomStatus, order)
	case e.last.Status.Terminal() && !reflect.DeepEqual(got, e.last):
		return fmt.Errorf("%s: had ended as %+v, is %+v now", e.path, e.last, got)
	case is < was:
		return fmt.Errorf("%s: went back from %s to %s", e.path, e.last.CustomStatus, got.CustomStatus)
	}
	e.last = got
	return nil
}
