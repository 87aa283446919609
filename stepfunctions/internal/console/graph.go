package console

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// Sizes in a graph, in pixels.
const (
	stateHeight = 46
	stateMin    = 110
	stateMax    = 250
	charWidth   = 8
	dotSize     = 16
	laneWidth   = 10 // of an edge that passes a row
	columnGap   = 26
	rowGap      = 40
	padding     = 14
	headHeight  = 44 // of a state that has others inside
	loopGap     = 14
)

// maxDrawn is the largest definition that is drawn, in states: a graph with
// more is of little help, and laying it out takes longer than a page should.
const maxDrawn = 300

// drawing is a machine, branch or processor with the place of everything in it.
type drawing struct {
	W, H  float64
	Boxes []*box
	Edges []edge
}

// box is a state, or the dot at which a graph begins or ends.
type box struct {
	X, Y, W, H float64
	State      *asl.State // nil for a dot
	Dot        string     // Start or End
	Inner      []placed
}

// placed is a drawing inside a state.
type placed struct {
	X, Y float64
	*drawing
}

// edge is a line through points.
type edge struct {
	Caught bool // it is followed by errors that are caught
	Back   bool // it leads up again
	Points []point
}

type point struct{ X, Y float64 }

// countStates returns the number of states, those inside of others included.
func countStates(m *asl.Machine) int {
	n := 0
	eachState(m, func(*asl.State, []*asl.State) { n++ })
	return n
}

// eachState calls visit for every state with those that it is inside of, the
// outermost first, in the order in which they can be reached.
func eachState(m *asl.Machine, visit func(s *asl.State, around []*asl.State)) {
	var walk func(m *asl.Machine, around []*asl.State)
	walk = func(m *asl.Machine, around []*asl.State) {
		for _, s := range flow(m) {
			visit(s, around)
			for _, part := range parts(s) {
				walk(part, append(around[:len(around):len(around)], s))
			}
		}
	}
	walk(m, nil)
}

// flow returns the states of a machine as a walk from its beginning meets them,
// every state after one that leads to it; those that nothing leads to are last.
func flow(m *asl.Machine) []*asl.State {
	var states []*asl.State
	seen := map[string]bool{}
	add := func(name string) {
		if s := m.State(name); s != nil && !seen[name] {
			seen[name] = true
			states = append(states, s)
		}
	}
	add(m.StartAt)
	for i := 0; i <= len(states); i++ {
		if i == len(states) {
			for _, s := range m.States {
				add(s.Name)
			}
			continue
		}
		for _, name := range nexts(states[i]) {
			add(name)
		}
		for _, c := range states[i].Catch {
			add(c.Next)
		}
	}
	return states
}

// parts returns the machines inside of a state.
func parts(s *asl.State) []*asl.Machine {
	if s.ItemProcessor != nil {
		return []*asl.Machine{s.ItemProcessor}
	}
	return s.Branches
}

// layout is the work on one drawing: a layered graph (Sugiyama, Tagawa and Toda,
// 1981), rows from the top, edges that pass a row in a lane of their own.
type layout struct {
	nodes []*node
	rows  [][]*node
	edges []link
}

// node is a box, or the lane of an edge in a row that it passes.
type node struct {
	box      *box // nil for a lane
	w, h     float64
	row, pos int
	x        float64 // of the centre
	up, down []*node
}

type link struct {
	from, to *node
	caught   bool
	back     bool
	lanes    []*node
}

// draw lays a machine out. dots adds where it begins and ends.
func draw(m *asl.Machine, dots bool) *drawing {
	l := &layout{}
	l.read(m, dots)
	l.rank()
	l.lanes()
	l.order()
	l.spread()
	return l.finish()
}

// read makes the nodes and edges of a machine.
func (l *layout) read(m *asl.Machine, dots bool) {
	byName := map[string]*node{}
	states := flow(m)
	for _, s := range states {
		b := stateBox(s)
		n := &node{box: b, w: b.W, h: b.H}
		byName[s.Name] = n
		l.nodes = append(l.nodes, n)
	}
	var start, end *node
	if dots {
		start = &node{box: &box{Dot: "Start", W: dotSize, H: dotSize}, w: dotSize, h: dotSize}
		end = &node{box: &box{Dot: "End", W: dotSize, H: dotSize}, w: dotSize, h: dotSize}
		l.nodes = append(append([]*node{start}, l.nodes...), end)
		l.join(start, byName[m.StartAt], false)
	}
	for _, s := range states {
		n := byName[s.Name]
		for _, next := range nexts(s) {
			l.join(n, byName[next], false)
		}
		for _, c := range s.Catch {
			l.join(n, byName[c.Next], true)
		}
		if dots && (s.End || s.Type == asl.Succeed || s.Type == asl.Fail) {
			l.join(n, end, false)
		}
	}
}

// nexts returns the names of the states that may follow s, but for errors.
func nexts(s *asl.State) []string {
	var names []string
	for _, rule := range s.Choices {
		names = append(names, rule.Next)
	}
	return append(names, s.Default, s.Next)
}

// join adds an edge, once for each pair of states and kind.
func (l *layout) join(from, to *node, caught bool) {
	if from == nil || to == nil {
		return
	}
	e := link{from: from, to: to, caught: caught}
	if !slices.ContainsFunc(l.edges, func(o link) bool { return o.from == from && o.to == to && o.caught == caught }) {
		l.edges = append(l.edges, e)
	}
}

// stateBox makes a state's box, with the place of everything inside of it.
func stateBox(s *asl.State) *box {
	longest := max(utf8.RuneCountInString(s.Name)+2, utf8.RuneCountInString(kindOf(s))+2)
	b := &box{State: s, W: min(max(float64(longest*charWidth)+2*padding, stateMin), stateMax), H: stateHeight}
	inner := parts(s)
	if len(inner) == 0 {
		return b
	}
	x, height := float64(padding), 0.0
	for _, part := range inner {
		d := draw(part, false)
		b.Inner = append(b.Inner, placed{X: x, Y: headHeight, drawing: d})
		x += d.W + padding
		height = max(height, d.H)
	}
	if b.W > x { // the name is wider than what is inside
		for i := range b.Inner {
			b.Inner[i].X += (b.W - x) / 2
		}
	}
	b.W, b.H = max(b.W, x), headHeight+height+padding
	return b
}

// rank finds the edges that lead back, and the row of each node: below every
// node that leads to it.
func (l *layout) rank() {
	const unseen, open, done = 0, 1, 2
	state := map[*node]int{}
	var order []*node // every node after those that it leads to
	var visit func(n *node)
	visit = func(n *node) {
		state[n] = open
		for i := range l.edges {
			e := &l.edges[i]
			switch {
			case e.from != n:
			case state[e.to] == open:
				e.back = true
			case state[e.to] == unseen:
				visit(e.to)
			}
		}
		state[n] = done
		order = append(order, n)
	}
	for _, n := range l.nodes {
		if state[n] == unseen {
			visit(n)
		}
	}
	slices.Reverse(order)
	rows := 0
	for _, n := range order {
		for _, e := range l.edges {
			if e.from == n && !e.back {
				e.to.row = max(e.to.row, n.row+1)
			}
		}
		rows = max(rows, n.row+1)
	}
	l.rows = make([][]*node, rows)
	for _, n := range order {
		l.rows[n.row] = append(l.rows[n.row], n)
	}
}

// lanes returns every edge a place in each row that it passes.
func (l *layout) lanes() {
	for i := range l.edges {
		e := &l.edges[i]
		if e.back {
			continue
		}
		last := e.from
		for row := e.from.row + 1; row < e.to.row; row++ {
			lane := &node{w: laneWidth, row: row}
			l.rows[row] = append(l.rows[row], lane)
			e.lanes = append(e.lanes, lane)
			last.down, lane.up = append(last.down, lane), append(lane.up, last)
			last = lane
		}
		last.down, e.to.up = append(last.down, e.to), append(e.to.up, last)
	}
}

// sweeps is how often the rows are put in order, down and up.
const sweeps = 6

// order sorts each row by the places of the neighbours, so that few edges cross.
func (l *layout) order() {
	number(l.rows)
	for i := range sweeps {
		for k := range l.rows {
			row, near := l.rows[k], func(n *node) []*node { return n.up }
			if i%2 == 1 {
				row, near = l.rows[len(l.rows)-1-k], func(n *node) []*node { return n.down }
			}
			slices.SortStableFunc(row, func(a, b *node) int { return cmp.Compare(middle(a, near(a)), middle(b, near(b))) })
			number([][]*node{row})
		}
	}
}

func number(rows [][]*node) {
	for _, row := range rows {
		for i, n := range row {
			n.pos = i
		}
	}
}

// middle returns the mean place of the neighbours, the node's own without any.
func middle(n *node, near []*node) float64 {
	if len(near) == 0 {
		return float64(n.pos)
	}
	sum := 0
	for _, o := range near {
		sum += o.pos
	}
	return float64(sum) / float64(len(near))
}

// spread finds the nodes' places from left to right: near the middle of their
// neighbours, and clear of each other.
func (l *layout) spread() {
	for _, row := range l.rows {
		x := 0.0
		for _, n := range row {
			n.x = x + n.w/2
			x += n.w + columnGap
		}
		for _, n := range row {
			n.x -= (x - columnGap) / 2
		}
	}
	for i := range sweeps {
		for k := range l.rows {
			row, near := l.rows[k], func(n *node) []*node { return n.up }
			if i%2 == 1 {
				row, near = l.rows[len(l.rows)-1-k], func(n *node) []*node { return n.down }
			}
			settle(row, near)
		}
	}
}

// settle moves the nodes of a row towards their neighbours. Their order stays.
func settle(row []*node, near func(*node) []*node) {
	wanted := make([]float64, len(row))
	for i, n := range row {
		wanted[i] = n.x
		if all := near(n); len(all) > 0 {
			wanted[i] = 0
			for _, o := range all {
				wanted[i] += o.x / float64(len(all))
			}
		}
	}
	off := 0.0
	for i, n := range row {
		n.x = wanted[i]
		if i > 0 {
			n.x = max(n.x, row[i-1].x+(row[i-1].w+n.w)/2+columnGap)
		}
		off += (n.x - wanted[i]) / float64(len(row))
	}
	for _, n := range row {
		n.x -= off
	}
}

// finish makes a drawing of the nodes' places.
func (l *layout) finish() *drawing {
	d := &drawing{}
	left := 0.0
	for _, n := range slices.Concat(l.rows...) {
		left = min(left, n.x-n.w/2)
	}
	if slices.ContainsFunc(l.edges, func(e link) bool { return e.back && e.to.row == 0 }) {
		d.H = loopGap
	}
	bottoms := make([]float64, len(l.rows))
	tops := make([]float64, len(l.rows))
	for i, row := range l.rows {
		tops[i], bottoms[i] = d.H, d.H
		for _, n := range row {
			n.x -= left
			bottoms[i] = max(bottoms[i], tops[i]+n.h)
			d.W = max(d.W, n.x+n.w/2)
			if n.box != nil {
				n.box.X, n.box.Y = n.x-n.w/2, tops[i]
				d.Boxes = append(d.Boxes, n.box)
			}
		}
		d.H = bottoms[i] + rowGap
	}
	d.H = max(d.H-rowGap, 0)
	for _, e := range l.edges {
		d.Edges = append(d.Edges, l.line(d, e, tops, bottoms))
	}
	if slices.ContainsFunc(l.edges, func(e link) bool { return e.back && e.from.row == len(l.rows)-1 }) {
		d.H += loopGap
	}
	return d
}

// line finds the points of an edge. One that leads back goes down below its row,
// up on the right of everything, and in from above.
func (l *layout) line(d *drawing, e link, tops, bottoms []float64) edge {
	from, to := e.from.box, e.to.box
	drawn := edge{Caught: e.caught, Back: e.back}
	start, end := point{e.from.x, from.Y + from.H}, point{e.to.x, to.Y}
	if e.back {
		d.W += loopGap
		start.X += loopGap
		end.X += loopGap
		below, above := bottoms[e.from.row]+loopGap, end.Y-loopGap
		drawn.Points = []point{start, {start.X, below}, {d.W, below}, {d.W, above}, {end.X, above}, end}
		return drawn
	}
	drawn.Points = append(drawn.Points, start)
	for _, lane := range e.lanes {
		drawn.Points = append(drawn.Points, point{lane.x, tops[lane.row]}, point{lane.x, bottoms[lane.row]})
	}
	drawn.Points = append(drawn.Points, end)
	return drawn
}
