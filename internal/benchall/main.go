// Command benchall runs the benchmarks of the whole system, of the engine alone
// and of cschleiden/go-workflows one after the other, several times, and prints
// one table: each figure's median with its least and greatest, and its ratio to the
// machine's own limits from the same runs; then all figures. It judges nothing.
//
//	make bench-all [ARGS="-rounds 5"]
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 3, "how often each benchmark runs")
	quick := flag.Bool("quick", false, "smaller figures, for a look")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds, *quick); err != nil {
		log.Fatal("benchall: ", err)
	}
}

// benchmark is a command, which is built once and prints a figure a line.
type benchmark struct {
	name, dir, pkg string
	args, quick    []string
}

var benchmarks = []benchmark{
	{"the whole system", ".", "./internal/bench", []string{"-n", "5000", "-open", "10000"}, []string{"-n", "1000", "-open", "1000", "-polling", "1s"}},
	{"the engine alone", ".", "./stepfunctions/internal/bench", nil, []string{"-each", "1s", "-sleepers", "10000"}},
	{"cschleiden/go-workflows, SQLite on a file", "internal/e2e/goworkflows", ".", nil, []string{"-each", "1s"}},
}

func run(ctx context.Context, rounds int, quick bool) error {
	if rounds < 1 {
		return fmt.Errorf("%d rounds: want 1 or more", rounds)
	}
	tmp, err := os.MkdirTemp("", "benchall")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	all := make([]table, len(benchmarks))
	for i, b := range benchmarks {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(tmp, strconv.Itoa(i)), b.pkg)
		cmd.Dir, cmd.Stderr = b.dir, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("building %s: %w", b.name, err)
		}
	}
	for round := range rounds { // interleaved, so that a busy minute meets all of them
		for i, b := range benchmarks {
			args := b.args
			if quick {
				args = b.quick
			}
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, b.name)
			cmd := exec.CommandContext(ctx, filepath.Join(tmp, strconv.Itoa(i)), args...)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
			if err := all[i].add(out); err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
		}
	}
	fmt.Printf("%s, %s/%s, %d cores, %s, %d rounds\n", time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), rounds)
	fmt.Printf("\n### Side by side\n\n%s", sideBySide(all))
	for i, b := range benchmarks {
		fmt.Printf("\n### %s\n\n%s", b.name, all[i].String())
	}
	return nil
}

// compared are the figures of chains of three, 64 in flight, which all of them have,
// and the machine's own limits: the first is what the others are a multiple of.
var compared = []struct {
	benchmark   int
	name, about string
}{
	{1, "SQLite, a chain's 4 writes, 64 in flight", "SQLite alone, a chain's 4 writes"},
	{1, "bare write and fsync of 64 bytes", "bare write and fsync of 64 bytes"},
	{1, "chains of 3 tasks, 64 in flight", "the engine: chains of 3 tasks"},
	{2, "go-workflows: chains of 3, 64 in flight", "go-workflows: chains of 3 activities"},
	{0, "completed, 3 activities each", "the whole system over HTTP: 3 activities each"},
	{0, "status polls", "the whole system over HTTP: status polls"},
}

// sideBySide is the table of those, each with its ratio to the first, taken within
// a round: what else the machine does changes from round to round.
func sideBySide(all []table) string {
	var s strings.Builder
	s.WriteString("| a second, 64 at a time | median | least | greatest | ratio | least | greatest |\n|---|---|---|---|---|---|---|\n")
	base := all[compared[0].benchmark].values[compared[0].name]
	for _, c := range compared {
		values := all[c.benchmark].values[c.name]
		if len(values) == 0 || len(values) != len(base) {
			continue // it was not measured
		}
		ratios := make([]float64, len(values))
		for i := range values {
			ratios[i] = values[i] / base[i]
		}
		fmt.Fprintf(&s, "| %s | %s | %s |\n", c.about, spread(values), spread(ratios))
	}
	return s.String()
}

// spread is the median of values, the least and the greatest.
func spread(values []float64) string {
	all := slices.Sorted(slices.Values(values))
	return short(all[len(all)/2]) + " | " + short(all[0]) + " | " + short(all[len(all)-1])
}

// table is the figures of a benchmark, in the order of its lines.
type table struct {
	names  []string
	values map[string][]float64 // in the unit, by name
	units  map[string]string
}

// figure is a line such as
//
//	status polls                            8100 /s   p50   7.1ms   p99    21ms
var figure = regexp.MustCompile(`^(\S.*?)\s{2,}([0-9.]+) ?(/s|tasks/s|MiB|MB|ms|µs|s)(?:\s|$)(.*)`)

// quantile is what may follow on it.
var quantile = regexp.MustCompile(`(p50|p99)\s+([0-9.]+[a-zµ]+)`)

// add takes the output of one run. A run without a figure is an error.
func (t *table) add(out []byte) error {
	found := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		m := figure.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		value, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		found++
		t.put(m[1], m[3], value)
		for _, q := range quantile.FindAllStringSubmatch(m[4], -1) {
			if d, err := time.ParseDuration(q[2]); err == nil {
				t.put(m[1]+", "+q[1], "ms", float64(d)/float64(time.Millisecond))
			}
		}
	}
	if found == 0 {
		return errors.New("it printed no figure")
	}
	return nil
}

func (t *table) put(name, unit string, value float64) {
	if t.values == nil {
		t.values, t.units = map[string][]float64{}, map[string]string{}
	}
	if _, ok := t.values[name]; !ok {
		t.names = append(t.names, name)
	}
	t.values[name], t.units[name] = append(t.values[name], value), unit
}

// String implements fmt.Stringer.
func (t *table) String() string {
	var s strings.Builder
	s.WriteString("| | median | least | greatest | |\n|---|---|---|---|---|\n")
	for _, name := range t.names {
		fmt.Fprintf(&s, "| %s | %s | %s |\n", name, spread(t.values[name]), t.units[name])
	}
	return s.String()
}

// short has three digits or all before the point, and two of a small figure.
func short(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v > 0 && v < 0.1:
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}
