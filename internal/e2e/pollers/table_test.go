package pollers

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the table in docs/pollers.md")

// entry is a cell of the table, filled in.
type entry struct {
	text string
	err  error
}

// Every client in every scenario. What a client comes to has to be what the
// scenario wants, but for the accepted exceptions.
func TestTable(t *testing.T) {
	f := newFront(t)
	for name, value := range map[string]string{
		"SSL_CERT_FILE": f.ca, "NODE_EXTRA_CA_CERTS": f.ca, "REQUESTS_CA_BUNDLE": f.ca, "CURL_CA_BUNDLE": f.ca,
	} {
		t.Setenv(name, value)
	}
	all := parties()
	entries := make([][]entry, len(all))
	gate := make(chan struct{}, 24) // clients wait more than they compute
	var running sync.WaitGroup
	for i, p := range all {
		entries[i] = make([]entry, len(scenarios))
		if p.variable != "" && os.Getenv(p.variable) == "" {
			t.Logf("NOT RUN: %s: %s is not set; .ci/pollers/run sets it", p.name, p.variable)
			continue
		}
		for j, s := range scenarios {
			running.Go(func() {
				gate <- struct{}{}
				defer func() { <-gate }()
				entries[i][j] = try(t.Context(), f, p, s)
			})
		}
	}
	running.Wait()
	whole := true
	for i, p := range all {
		for j, s := range scenarios {
			if err := entries[i][j].err; err != nil {
				t.Errorf("%s, %s: %v", p.name, s.name, err)
			}
			whole = whole && entries[i][j].text != ""
		}
	}
	if *update && whole && !t.Failed() {
		writeTable(t, all, entries)
	}
}

func try(ctx context.Context, f *front, p party, s scenario) entry {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	c, url := f.open(s)
	custom, err := p.follow(ctx, url)
	c.mu.Lock()
	defer c.mu.Unlock()
	want := s.want
	if p.byCode {
		want = s.wantByCode
	}
	got := custom
	if err != nil {
		got = failure
	}
	e := entry{text: fmt.Sprintf("%s, %d", got, c.polls)}
	if !c.known.IsZero() {
		e.text += fmt.Sprintf(", %.1f s", c.known.Sub(c.ended).Seconds())
	}
	switch {
	case p.accepted[s.name] != "" && errors.Is(err, context.DeadlineExceeded):
		e.text = fmt.Sprintf("polls on, %d *", c.polls)
	case p.accepted[s.name] != "" && err != nil:
		e.text += " *"
	case got != want && (want != anySuccess || err != nil):
		e.err = fmt.Errorf("got %s (%v), want %s, after %d polls", got, err, want, c.polls)
	case p.byCode && s.want == failure && got != failure:
		e.text += " *"
	}
	return e
}

const (
	tableBegins = "<!-- the table: make test-pollers UPDATE=1 -->\n"
	tableEnds   = "<!-- end of the table -->\n"
)

// writeTable replaces the table in docs/pollers.md.
func writeTable(t *testing.T, all []party, entries [][]entry) {
	t.Helper()
	var b strings.Builder
	b.WriteString(tableBegins + "| Client |")
	for _, s := range scenarios {
		fmt.Fprintf(&b, " %s |", s.name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(scenarios)) + "\n")
	for i, p := range all {
		fmt.Fprintf(&b, "| %s |", p.name)
		for j := range scenarios {
			fmt.Fprintf(&b, " %s |", entries[i][j].text)
		}
		b.WriteString("\n")
	}
	b.WriteString(tableEnds)
	file := filepath.Join("..", "..", "..", "docs", "pollers.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), tableBegins)
	_, after, found := strings.Cut(rest, tableEnds)
	if !ok || !found {
		t.Fatal("docs/pollers.md has no place for the table")
	}
	if err := os.WriteFile(file, []byte(before+b.String()+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
