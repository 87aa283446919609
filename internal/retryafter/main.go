// Command retryafter compares rules for Retry-After: how often clients poll, and
// how late they know the end, over synthetic and recorded durations. It drives
// the code that the service runs, and an optimum that knows the distribution.
//
//	go run ./internal/retryafter              print the tables
//	go run ./internal/retryafter -write       write them into docs/retry-after.md
//	go run ./internal/retryafter -file TRACE  of recorded durations: a line for
//	    each submission, the seconds of its stages separated by commas
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	file := flag.String("file", "", "recorded durations")
	write := flag.Bool("write", false, "write the tables into docs/retry-after.md")
	flag.Parse()
	if err := compare(*file, *write); err != nil {
		log.Fatal("retryafter: ", err)
	}
}

func compare(file string, write bool) error {
	all := workloads()
	if file != "" {
		w, err := recorded(file)
		if err != nil {
			return err
		}
		all = []workload{w}
	}
	if file != "" || !write {
		fmt.Print(tables(all))
		return nil
	}
	path := filepath.Join("docs", "retry-after.md")
	page, err := os.ReadFile(path)
	if err == nil {
		page, err = fill(page, tables(all))
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, page, 0o666)
}

const (
	trained, clients = 300, 2000
	// pollPrice is dollars for a million polls: docs/cost.md.
	pollPrice = 2.0
	// waitPrice is dollars for a million seconds of a waiting function, a read of
	// the record in each included.
	waitPrice = 1.667 + 0.125
)

func tables(all []workload) string {
	var s strings.Builder
	for _, w := range all {
		fmt.Fprintf(&s, "### %s\n\n| rule | polls | mean delay, s | p95 delay, s | $ per million | of the optimum |\n|---|---|---|---|---|---|\n", w.name)
		before, subjects := draw(w, 1, trained), draw(w, 2, clients)
		ends := totals(subjects)
		median, mean := ends[len(ends)/2], 0.0
		for _, end := range ends {
			mean += end / float64(len(ends))
		}
		cost := max(0.25, median/50)
		best := optimum(subjects, cost)
		row := func(name string, o outcome, dollars float64) {
			fmt.Fprintf(&s, "| %s | %s | %.1f | %.2f |\n", name, o, dollars, (cost*o.polls+o.mean)/(cost*best.polls+best.mean))
		}
		simple := func(name string, o outcome) { row(name, o, pollPrice*o.polls) }
		simple("every 20 s", run(w, subjects, constant(20), nil))
		simple("Azure's 10 s, then 5 s", run(w, subjects, azure, nil))
		simple("1, 2, 4 … 30 s", run(w, subjects, backoff, nil))
		simple("azcore without Retry-After, 30 s", run(w, subjects, constant(30), nil))
		simple("@azure/core-lro without Retry-After, 2 s", run(w, subjects, constant(2), nil))
		simple("due time of the stage, as before", run(w, subjects, formerly, nil))
		next, learn := learned(w)
		cold := run(w, subjects[:200], next, nil)
		run(w, before, next, learn)
		warm := run(w, subjects, next, learn)
		simple("**learned, nothing learned yet**", cold)
		simple("**learned**", warm)
		pause, same := equalPolls(w, subjects, warm.polls)
		simple(fmt.Sprintf("every %.1f s: as many polls", pause), same)
		long := waiting(subjects)
		row("Prefer: wait=20", long, pollPrice*long.polls+waitPrice*mean)
		simple("optimum, distribution known, stages not seen", best)
		s.WriteString("\n")
	}
	s.WriteString(changes())
	return s.String()
}

// changes shows how soon another speed is learned.
func changes() string {
	var s strings.Builder
	s.WriteString("### A stage of 60 s that becomes ten times slower or faster\n\n| | polls | mean delay, s | p95 delay, s |\n|---|---|---|---|\n")
	base := workloads()[3] // Erlang-4
	for _, c := range []struct {
		name   string
		factor float64
	}{{"slower", 10}, {"faster", 0.1}} {
		next, learn := learned(base)
		run(base, draw(base, 1, trained), next, learn)
		changed := func(seed uint64, n int) [][]float64 {
			all := draw(base, seed, n)
			for _, took := range all {
				took[0] *= c.factor
			}
			return all
		}
		seen := 0
		for _, until := range []int{0, 10, 30, 100, 300} {
			for _, took := range changed(uint64(10+until), until-seen) {
				learn(took)
			}
			seen = until
			fmt.Fprintf(&s, "| %s, %d ends seen since | %s |\n", c.name, until, run(base, changed(3, clients), next, nil))
		}
	}
	return s.String()
}

// Markers around what the command writes.
var begins, ends = []byte("<!-- written by go run ./internal/retryafter -write from here -->\n"), []byte("<!-- to here -->\n")

// fill replaces what is between the markers.
func fill(page []byte, text string) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, begins)
	_, after, ok2 := bytes.Cut(rest, ends)
	if !ok || !ok2 {
		return nil, errors.New("the markers are not in the page")
	}
	return bytes.Join([][]byte{before, begins, []byte(text), ends, after}, nil), nil
}
