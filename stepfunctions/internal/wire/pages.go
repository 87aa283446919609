package wire

import "sync"

const (
	// maxPage bounds the data of a page of a history, but for its first event.
	maxPage = 8 << 20
	// sharedPages is what the pages that are being sent have together. A few
	// callers that read large answers slowly must not take the memory of all.
	sharedPages = 64 << 20
)

// pages counts the data of the pages of histories that are being made and sent.
type pages struct {
	mu   sync.Mutex
	held int
}

// take returns how many bytes of data a page may have, and counts them until
// they are given back: all that it may have at best, and never more than half
// of what is left.
func (p *pages) take() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	room := min(maxPage, max(0, sharedPages-p.held)/2)
	p.held += room
	return room
}

// give counts n bytes less.
func (p *pages) give(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held -= n
}

// onSent returns what is to be called once an answer is sent. It does not keep
// the answer itself: a page's events would be in memory beside their text.
func onSent(answer any) func() {
	if o, ok := answer.(*getExecutionHistoryOutput); ok {
		return o.done
	}
	return func() {}
}
