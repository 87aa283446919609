package engine

import "sync"

// gate counts what is in hand, so that Close can wait for it.
type gate struct {
	mu     sync.Mutex
	opened bool
	inHand int
	// empty is made by close, and closed when nothing is in hand.
	empty chan struct{}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened = true
}

// enter counts a caller's request, or refuses it.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.opened {
		return ErrClosed
	}
	g.inHand++
	return nil
}

// hold counts work that follows from what is in hand already.
func (g *gate) hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inHand++
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inHand--
	g.settle()
}

// close refuses callers from now on, and gives a channel that is closed when
// nothing is in hand.
func (g *gate) close() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened = false
	g.empty = make(chan struct{})
	idle := g.empty
	g.settle()
	return idle
}

func (g *gate) settle() {
	if g.inHand == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

func (g *gate) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inHand == 0
}
