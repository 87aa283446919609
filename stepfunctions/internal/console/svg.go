package console

import (
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// svg writes a graph, its states coloured by what has become of them and each
// with a link to its line in the table of states. states may be nil.
func svg(m *asl.Machine, states *progress) template.HTML {
	d := draw(m, true)
	w := &painter{states: states}
	fmt.Fprintf(w, `<svg class="graph" width="%.0f" height="%.0f" viewBox="-4 -4 %.0f %.0f" role="group" aria-label="Graph of the states">`,
		d.W+8, d.H+8, d.W+8, d.H+8)
	w.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>`)
	w.drawing(d, 0, 0)
	w.WriteString(`</svg>`)
	return template.HTML(w.String()) // #nosec G203 -- every text in it is escaped by painter
}

type painter struct {
	strings.Builder
	states *progress
}

func (w *painter) drawing(d *drawing, x, y float64) {
	for _, e := range d.Edges {
		w.edge(e, x, y)
	}
	for _, b := range d.Boxes {
		w.box(b, x+b.X, y+b.Y)
	}
}

// edge writes a line as curves that leave and arrive upright.
func (w *painter) edge(e edge, x, y float64) {
	class := "edge"
	if e.Caught {
		class += " caught"
	}
	fmt.Fprintf(w, `<path class="%s" marker-end="url(#tip)" d="M%.1f %.1f`, class, x+e.Points[0].X, y+e.Points[0].Y)
	last := e.Points[0]
	for _, p := range e.Points[1:] {
		switch {
		case e.Back || p.X == last.X:
			fmt.Fprintf(w, "L%.1f %.1f", x+p.X, y+p.Y)
		default:
			half := (p.Y - last.Y) / 2
			fmt.Fprintf(w, "C%.1f %.1f %.1f %.1f %.1f %.1f", x+last.X, y+last.Y+half, x+p.X, y+p.Y-half, x+p.X, y+p.Y)
		}
		last = p
	}
	w.WriteString(`"/>`)
}

func (w *painter) box(b *box, x, y float64) {
	if b.State == nil {
		fmt.Fprintf(w, `<circle class="dot" cx="%.1f" cy="%.1f" r="%d"/>`, x+b.W/2, y+b.H/2, dotSize/2)
		return
	}
	s := b.State
	status, line := notReached, -1
	if w.states != nil {
		v := w.states.of(s)
		status, line = v.Status, v.Line
	}
	label := template.HTMLEscapeString(s.Name + ", " + kindOf(s) + ", " + status.Text())
	if line >= 0 {
		fmt.Fprintf(w, `<a href="#state-%d" aria-label="%s">`, line, label)
	}
	fmt.Fprintf(w, `<g class="state is-%s"><title>%s</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="8"/>`, status, label, x, y, b.W, b.H)
	middle := x + b.W/2
	fmt.Fprintf(w, `<text class="name" x="%.1f" y="%.1f">%s</text>`, middle, y+20, template.HTMLEscapeString(shorten(s.Name, int(b.W-2*padding)/charWidth)))
	kind := kindOf(s)
	if w.states != nil {
		kind = status.Mark() + " " + kind
	}
	fmt.Fprintf(w, `<text class="kind" x="%.1f" y="%.1f">%s</text></g>`, middle, y+36, template.HTMLEscapeString(shorten(kind, int(b.W-padding)/7)))
	if line >= 0 {
		w.WriteString(`</a>`)
	}
	for _, in := range b.Inner {
		w.drawing(in.drawing, x+in.X, y+in.Y)
	}
}

// kindOf returns a state's type, and what a task calls where that is short.
func kindOf(s *asl.State) string {
	switch {
	case s.Type == asl.Task && strings.HasPrefix(s.Resource.ARN, "arn:aws:states:::"):
		return strings.TrimPrefix(s.Resource.ARN, "arn:aws:states:::")
	case s.Type == asl.Map && s.Distributed():
		return "Distributed Map"
	}
	return string(s.Type)
}

// shorten cuts a text to n characters.
func shorten(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	return string(runes[:max(n-1, 0)]) + "…"
}
