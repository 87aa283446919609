package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"example.org/asynchttpapi/internal/lambdahost"
)

// print shows medians, and each as a multiple of the empty handler's, which
// comes first.
func print(out io.Writer, subjects []*subject) {
	fmt.Fprintf(out, "%-10s %15s %15s %15s %15s %15s %15s\n", "", "start ms", "start CPU ms", "first ms", "warm ms", "binary MB", "memory MB")
	var empty [6]float64
	for i, s := range subjects {
		figures := s.figures()
		if i == 0 {
			empty = figures
		}
		fmt.Fprintf(out, "%-10s", s.name)
		for j, figure := range figures {
			fmt.Fprintf(out, " %7.2f %6.2fx", figure, figure/empty[j])
		}
		fmt.Fprintln(out)
	}
}

func (s *subject) figures() [6]float64 {
	return [6]float64{
		s.median(func(m lambdahost.Measurement) float64 { return milliseconds(m.Start) }),
		s.median(func(m lambdahost.Measurement) float64 { return milliseconds(m.StartCPU) }),
		s.median(func(m lambdahost.Measurement) float64 { return milliseconds(m.Invocations[0]) }),
		s.median(func(m lambdahost.Measurement) float64 { return milliseconds(median(m.Invocations[1:])) }),
		float64(s.size) / 1e6,
		s.median(func(m lambdahost.Measurement) float64 { return float64(m.Memory) / 1e6 }),
	}
}

func (s *subject) median(of func(lambdahost.Measurement) float64) float64 {
	var all []float64
	for _, m := range s.all {
		all = append(all, of(m))
	}
	return median(all)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median is 0 for none.
func median[T cmp.Ordered](all []T) (m T) {
	if len(all) > 0 {
		all = slices.Sorted(slices.Values(all))
		m = all[len(all)/2]
	}
	return m
}
