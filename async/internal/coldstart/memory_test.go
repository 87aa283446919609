package main

import "testing"

func TestMemoryIsArithmetic(t *testing.T) {
	for _, c := range []struct{ cpu, size, ms, dollars float64 }{
		{0, 128, 6, 0.01}, {1, 128, 20, 0.033}, {1, 512, 10, 0.067}, {1, 1769, 7, 0.161},
	} {
		ms := billedMilliseconds(c.cpu, c.size)
		if dollars := cost(ms, c.size); ms != c.ms || dollars < c.dollars-0.001 || dollars > c.dollars+0.001 {
			t.Errorf("%v ms of a processor with %v MB: %v ms for $%.3f, want %v for $%v", c.cpu, c.size, ms, dollars, c.ms, c.dollars)
		}
	}
}
