package trace_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/async/internal/trace"
)

func TestOf(t *testing.T) {
	const (
		id     = trace.ID("4bf92f3577b34da6a3ce929d0e0e4736")
		amazon = "Root=1-5759e988-bd862e3fe1be46a994272793"
		root   = trace.ID("5759e988bd862e3fe1be46a994272793")
	)
	for _, tt := range []struct {
		name, traceparent, amazon string
		want                      trace.ID
	}{
		{"none", "", "", ""},
		{"W3C", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "", id},
		{"W3C before Amazon", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", amazon, id},
		{"a later version", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "", id},
		{"more in version 00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "", ""},
		{"the forbidden version", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "", ""},
		{"upper case", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "", ""},
		{"no trace", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "", ""},
		{"no parent", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "", ""},
		{"short", "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", "", ""},
		{"W3C is wrong, Amazon right", "ada@example.org", amazon, root},
		{"Amazon", "", amazon, root},
		{"Amazon with all", "", "Self=1-67891234-12456789abcdef012345678;" + amazon + ";Parent=53995c3f42cd8ad8;Sampled=1", root},
		{"Amazon with a space", "", "Sampled=1; " + amazon, root},
		{"Amazon with another version", "", strings.Replace(amazon, "1-", "2-", 1), ""},
		{"Amazon with a name", "", "Root=1-5759e988-ada-lovelace-example-org", ""},
	} {
		if got := trace.Of(tt.traceparent, tt.amazon); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestContext(t *testing.T) {
	const id = trace.ID("4bf92f3577b34da6a3ce929d0e0e4736")
	if got := trace.FromContext(trace.NewContext(t.Context(), id)); got != id {
		t.Errorf("got %q", got)
	}
	for _, bad := range []trace.ID{"", "ada@example.org", trace.ID(strings.Repeat("0", 32))} {
		if got := trace.FromContext(trace.NewContext(t.Context(), bad)); got != "" {
			t.Errorf("%q is carried", got)
		}
	}
}
