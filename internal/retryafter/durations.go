package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/async"
)

// workload makes submissions: how long each stage takes, in seconds, up to the
// one that ends it.
type workload struct {
	name   string
	stages []async.StageDescription
	draw   func(r *rand.Rand) []float64
}

func single(name string, expected float64, draw func(r *rand.Rand) float64) workload {
	return workload{name, stages(expected), func(r *rand.Rand) []float64 { return []float64{draw(r)} }}
}

func stages(expected ...float64) (all []async.StageDescription) {
	for i, e := range expected {
		all = append(all, async.StageDescription{Name: fmt.Sprint("Stage", i+1), Expected: seconds(e)})
	}
	return all
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// workloads have a mean of about a minute, and the job expects it.
func workloads() []workload {
	lognormal := func(median, sigma float64) func(r *rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return median * math.Exp(sigma*r.NormFloat64()) }
	}
	return []workload{
		single("exponential, mean 60 s", 60, func(r *rand.Rand) float64 { return 60 * r.ExpFloat64() }),
		single("lognormal, σ 1, median 36 s", 36, lognormal(36, 1)),
		single("lognormal, σ 2, median 8 s", 8, lognormal(8, 2)),
		single("Erlang-4, mean 60 s", 60, func(r *rand.Rand) float64 {
			return 15 * (r.ExpFloat64() + r.ExpFloat64() + r.ExpFloat64() + r.ExpFloat64())
		}),
		single("bimodal: 5 s or 300 s, 4 to 1", 60, func(r *rand.Rand) float64 {
			return map[bool]float64{true: 5, false: 300}[r.IntN(5) < 4] * math.Exp(0.1*r.NormFloat64())
		}),
		{"the example: 20, 15 and 10 s, rejected 1 in 6, 1 in 2, 2 in 6", stages(20, 15, 10), func(r *rand.Rand) []float64 {
			switch {
			case r.IntN(6) < 1:
				return []float64{20.1}
			case r.IntN(2) < 1:
				return []float64{20.1, 15.1}
			}
			return []float64{20.1, 15.1, 10.1}
		}},
		{"three stages, exponential, 5, 50 and 5 s, half end with the first", stages(5, 50, 5), func(r *rand.Rand) []float64 {
			if r.IntN(2) < 1 {
				return []float64{5 * r.ExpFloat64()}
			}
			return []float64{5 * r.ExpFloat64(), 50 * r.ExpFloat64(), 5 * r.ExpFloat64()}
		}},
	}
}

// recorded reads a workload from a file: a line for each submission, with the
// seconds that its stages took, separated by commas. The job expects the first
// line's.
func recorded(path string) (workload, error) {
	f, err := os.Open(path)
	if err != nil {
		return workload{}, err
	}
	defer f.Close()
	var all [][]float64
	longest := []float64(nil)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var one []float64
		for field := range strings.SplitSeq(lines.Text(), ",") {
			d, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			if err != nil || d < 0 {
				return workload{}, fmt.Errorf("%s: line %d: %q is no duration in seconds", path, len(all)+1, field)
			}
			one = append(one, d)
		}
		all = append(all, one)
		if len(one) > len(longest) {
			longest = one
		}
	}
	if len(all) == 0 {
		return workload{}, fmt.Errorf("%s is empty", path)
	}
	return workload{"recorded: " + path, stages(longest...), func(r *rand.Rand) []float64 { return all[r.IntN(len(all))] }}, nil
}
