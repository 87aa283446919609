package main

import (
	"math"
	"sort"
)

// optimum is the schedule that costs least when the distribution is known, by
// dynamic programming over a grid of it, and what it comes to for the
// submissions. cost is what a poll costs, in seconds of delay. Only elapsed time
// is used, as in Keller's problem: stages are not seen.
func optimum(all [][]float64, cost float64) outcome {
	ends := totals(all)
	return scheduled(schedule(ends, cost), ends)
}

func totals(all [][]float64) (ends []float64) {
	for _, took := range all {
		end := 0.0
		for _, d := range took {
			end += d
		}
		ends = append(ends, end)
	}
	sort.Float64s(ends)
	return ends
}

// schedule returns the times to look at, for ends in order.
func schedule(ends []float64, cost float64) (looks []float64) {
	const most = 1500
	var grid []float64 // some of the ends
	for i := range ends {
		if i == len(ends)-1 || i*most/len(ends) != (i+1)*most/len(ends) {
			grid = append(grid, ends[i])
		}
	}
	n := len(grid)
	least, next := make([]float64, n+1), make([]int, n+1)
	sums := make([]float64, n+1)
	for i, t := range grid {
		sums[i+1] = sums[i] + t
	}
	for i := n - 1; i >= 0; i-- {
		least[i] = math.Inf(1)
		for j := i; j < n; j++ {
			late := grid[j]*float64(j+1-i) - (sums[j+1] - sums[i])
			if total := cost*float64(n-i) + late + least[j+1]; total < least[i] {
				least[i], next[i] = total, j
			}
			if late > least[i] {
				break
			}
		}
	}
	for i := 0; i < n; i = next[i] + 1 {
		looks = append(looks, grid[next[i]])
	}
	return looks
}

// scheduled is what fixed looks come to.
func scheduled(looks, ends []float64) (o outcome) {
	var delays []float64
	for _, end := range ends {
		i := sort.SearchFloat64s(looks, end)
		at := end
		if i < len(looks) {
			at = looks[i]
		}
		o.polls += float64(i+1) / float64(len(ends))
		delays = append(delays, at-end)
		o.mean += (at - end) / float64(len(ends))
	}
	sort.Float64s(delays)
	o.p95 = delays[len(delays)*95/100]
	return o
}

// equalPolls is the constant pause that polls as often.
func equalPolls(w workload, all [][]float64, polls float64) (pause float64, o outcome) {
	low, high := 0.1, 5000.0
	for range 40 {
		pause = math.Sqrt(low * high)
		if o = run(w, all, constant(pause), nil); o.polls > polls {
			low = pause
		} else {
			high = pause
		}
	}
	return pause, o
}
