package main

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	var got table
	for _, out := range []string{
		"2 cores\n\nstatus polls                             8100 /s   p50      7.1ms   p99       21ms\nmemory at rest                          21.5 MiB\n",
		"status polls                            10000 /s   p50    900µs   p99       1.5s\nmemory at rest                          20.5 MiB\n",
		"status polls                             9000 /s   p50      2ms   p99       30ms\nmemory at rest                          23.5 MiB\n",
	} {
		if err := got.add([]byte(out)); err != nil {
			t.Fatal(err)
		}
	}
	want := `| | median | least | greatest | |
|---|---|---|---|---|
| status polls | 9000 | 8100 | 10000 | /s |
| status polls, p50 | 2.00 | 0.90 | 7.10 | ms |
| status polls, p99 | 30.0 | 21.0 | 1500 | ms |
| memory at rest | 21.5 | 20.5 | 23.5 | MiB |
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
	if err := got.add([]byte("nothing measured\n")); err == nil || !strings.Contains(err.Error(), "no figure") {
		t.Errorf("an empty run: %v", err)
	}
}

// A ratio is taken within a round, and what was not measured in each is left out.
func TestSideBySide(t *testing.T) {
	all := make([]table, len(benchmarks))
	add := func(benchmark int, name string, values ...float64) {
		for _, v := range values {
			all[benchmark].put(name, "/s", v)
		}
	}
	add(1, compared[0].name, 1000, 100, 500)
	add(2, compared[3].name, 50, 10, 20)
	add(0, compared[4].name, 50, 10)
	want := `| a second, 64 at a time | median | least | greatest | ratio | least | greatest |
|---|---|---|---|---|---|---|
| SQLite alone, a chain's 4 writes | 500 | 100 | 1000 | 1.00 | 1.00 | 1.00 |
| go-workflows: chains of 3 activities | 20.0 | 10.0 | 50.0 | 0.05 | 0.04 | 0.10 |
`
	if got := sideBySide(all); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
