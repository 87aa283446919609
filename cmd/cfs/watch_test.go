package main

import (
	"strings"
	"testing"
)

// A talk that is named several times is watched once.
func TestWatchTellsTalksApart(t *testing.T) {
	c, other := seat(t), seat(t)
	for _, at := range []*committee{c, other} {
		at.put(at.approved("one"))
	}
	c.put(c.rejected("two"))
	status := "/api/status/"
	tests := []struct {
		name string
		refs []string
		want int
	}{
		{"the same id", []string{"one", "one"}, 1},
		{"its status URL", []string{"one", c.URL + status + "one", c.URL + status + "one?failureStatus=409"}, 1},
		{"another id", []string{"one", "two", "one"}, 2},
		{"the same id elsewhere", []string{"one", other.URL + status + "one"}, 2},
		{"what is no id", []string{"one", "x/one"}, 2},
	}
	for _, tt := range tests {
		s := piped(t, c)
		s.do(append([]string{"--trust", other.URL, "watch"}, tt.refs...)...)
		if got := strings.Count(s.out.String(), "\n") + strings.Count(s.err.String(), "cfs: "); got != tt.want {
			t.Errorf("%s: %d talks were watched, want %d\n%s%s", tt.name, got, tt.want, &s.out, &s.err)
		}
	}
}
