//go:build !race

// Nothing here runs beside anything else, and with the race detector this much
// arithmetic takes minutes: make test-unit runs it without.

package main

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// The tables of the document are what the command prints.
func TestDocument(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "retry-after.md"))
	if err != nil {
		t.Fatal(err)
	}
	filled, err := fill(page, tables(workloads()))
	if err != nil || string(filled) != string(page) {
		t.Errorf("docs/retry-after.md differs from what is computed (%v): go run ./internal/retryafter -write", err)
	}
}

// The optimum is held against what is known of it: at equal polls the best
// constant is as good for an exponential duration, and far from it for two peaks.
func TestOptimum(t *testing.T) {
	for i, want := range map[int][2]float64{0: {0.9, 1.05}, 3: {0.6, 0.9}, 4: {0, 0.4}} {
		w := workloads()[i]
		all := draw(w, 5, 4000)
		best := optimum(all, 2)
		_, same := equalPolls(w, all, best.polls)
		if ratio := best.mean / same.mean; ratio < want[0] || ratio > want[1] {
			t.Errorf("%s: the optimum's delay is %.2f of the best constant's, want %v", w.name, ratio, want)
		}
	}
}

// The rule is near the optimum, and better than the one before it.
func TestLearnedIsNearTheOptimum(t *testing.T) {
	for _, w := range workloads() {
		all := draw(w, 6, 1000)
		ends := totals(all)
		cost := max(0.25, ends[len(ends)/2]/50)
		next, learn := learned(w)
		run(w, draw(w, 7, trained), next, learn)
		of := func(o outcome) float64 { return cost*o.polls + o.mean }
		now, before, best := of(run(w, all, next, nil)), of(run(w, all, formerly, nil)), of(optimum(all, cost))
		if now > 2*best || now > 0.9*before {
			t.Errorf("%s: %.2f, the optimum %.2f, before %.2f", w.name, now, best, before)
		}
	}
}

func TestRecorded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("20.5\n20.5, 15\n")
	w, err := recorded(path)
	if err != nil || len(w.stages) != 2 {
		t.Fatalf("%d stages, %v", len(w.stages), err)
	}
	// A client that looks every 10 s knows an end of 20.5 s after three polls.
	polls, delay := follow(w, []float64{20.5}, constant(10))
	if polls != 3 || math.Abs(delay-9.5) > 1e-9 {
		t.Errorf("%d polls, %v late", polls, delay)
	}
	if got := w.draw(rand.New(rand.NewPCG(1, 1))); got[0] != 20.5 {
		t.Errorf("drew %v", got)
	}
	for _, text := range []string{"", "20,soon\n", "-1\n"} {
		write(text)
		if _, err := recorded(path); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
