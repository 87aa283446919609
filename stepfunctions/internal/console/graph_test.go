package console

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// randomMachine writes a definition with states that lead anywhere.
func randomMachine(r *rand.Rand, prefix string, depth int) string {
	n := 1 + r.IntN(8)
	name := func() string { return fmt.Sprintf("%s%d", prefix, r.IntN(n)) }
	var states []string
	for i := range n {
		body := fmt.Sprintf(`"Type":"Pass","Next":%q`, name())
		switch kind := r.IntN(7); {
		case kind == 0:
			body = `"Type":"Succeed"`
		case kind == 1:
			body = fmt.Sprintf(`"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":%q},{"Variable":"$.b","IsNull":true,"Next":%q}],"Default":%q`, name(), name(), name())
		case kind == 2:
			body = fmt.Sprintf(`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Catch":[{"ErrorEquals":["States.ALL"],"Next":%q}],"End":true`, name())
		case kind == 3 && depth > 0:
			body = fmt.Sprintf(`"Type":"Parallel","Branches":[%s,%s],"Next":%q`, randomMachine(r, fmt.Sprint(prefix, i, "a"), depth-1), randomMachine(r, fmt.Sprint(prefix, i, "b"), depth-1), name())
		case kind == 4 && depth > 0:
			body = fmt.Sprintf(`"Type":"Map","ItemProcessor":%s,"End":true`, randomMachine(r, fmt.Sprint(prefix, i, "m"), depth-1))
		}
		states = append(states, fmt.Sprintf(`"%s%d":{%s}`, prefix, i, body))
	}
	return fmt.Sprintf(`{"StartAt":%q,"States":{%s}}`, prefix+"0", strings.Join(states, ","))
}

// Whatever leads where: no box stands on another one, everything is inside of
// the drawing, lines lead down unless they lead back, and the SVG is well formed.
func TestGraphsOfRandomMachines(t *testing.T) {
	for seed := range uint64(300) {
		definition := randomMachine(rand.New(rand.NewPCG(seed, 1)), "s", 2)
		m, err := asl.Parse([]byte(definition))
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, definition)
		}
		d := draw(m, true)
		if problem := misdrawn(d); problem != "" {
			t.Fatalf("seed %d: %s\n%s", seed, problem, definition)
		}
		if got, want := len(d.Boxes), len(m.States)+2; got != want {
			t.Fatalf("seed %d: %d boxes, want %d", seed, got, want)
		}
		x := xml.NewDecoder(strings.NewReader(string(svg(m, newProgress(m)))))
		for err = nil; err == nil; {
			_, err = x.Token()
		}
		if !errors.Is(err, io.EOF) {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// misdrawn says what is wrong with a drawing, or with one inside of it.
func misdrawn(d *drawing) string {
	const near = 0.01
	inside := func(x, y float64) bool { return x >= -near && y >= -near && x <= d.W+near && y <= d.H+near }
	for i, a := range d.Boxes {
		if !inside(a.X, a.Y) || !inside(a.X+a.W, a.Y+a.H) {
			return fmt.Sprintf("box %d is outside: %+v of %.0f x %.0f", i, *a, d.W, d.H)
		}
		for _, b := range d.Boxes[:i] {
			if a.X < b.X+b.W-near && b.X < a.X+a.W-near && a.Y < b.Y+b.H-near && b.Y < a.Y+a.H-near {
				return fmt.Sprintf("boxes overlap: %+v and %+v", *a, *b)
			}
		}
		for _, in := range a.Inner {
			if in.X < -near || in.X+in.W > a.W+near || in.Y+in.H > a.H+near {
				return fmt.Sprintf("a part is outside of its state: %+v in %+v", in, *a)
			}
			if problem := misdrawn(in.drawing); problem != "" {
				return problem
			}
		}
	}
	for _, e := range d.Edges {
		for i, p := range e.Points {
			if !inside(p.X, p.Y) {
				return fmt.Sprintf("a line leaves the drawing: %+v of %.0f x %.0f", e, d.W, d.H)
			}
			if i > 0 && !e.Back && p.Y < e.Points[i-1].Y-near {
				return fmt.Sprintf("a line leads up: %+v", e)
			}
		}
	}
	return ""
}

// A straight chain stands in one column, in order.
func TestAChainIsOneColumn(t *testing.T) {
	m, err := asl.Parse([]byte(`{"StartAt":"C","States":{"A":{"Type":"Pass","End":true},"B":{"Type":"Pass","Next":"A"},"C":{"Type":"Pass","Next":"B"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	d := draw(m, true)
	var names []string
	for i, b := range d.Boxes {
		if i > 0 && (b.X+b.W/2 != d.Boxes[0].X+d.Boxes[0].W/2 || b.Y <= d.Boxes[i-1].Y) {
			t.Errorf("box %d is at %v, %v", i, b.X, b.Y)
		}
		if b.State != nil {
			names = append(names, b.State.Name)
		}
	}
	if got := strings.Join(names, " "); got != "C B A" {
		t.Errorf("order %s", got)
	}
}
