package pollers

import (
	"context"
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
func TestTable(t *testing.T) { runTable(t, "test-pollers", 24, parties()) } // clients wait more than they compute

// The same with clients that take long to install, and most of them long to start.
func TestHeavyTable(t *testing.T) {
	if os.Getenv("POLLERS_ALL") == "" {
		t.Skip("NOT RUN: POLLERS_ALL is not set; .ci/pollers-all/run sets it")
	}
	runTable(t, "test-pollers-all", 6, heavyParties())
}

// runTable runs the table that a target of make writes, some cells at once.
func runTable(t *testing.T, target string, atOnce int, all []party) {
	f := newFront(t)
	for name, value := range map[string]string{
		"SSL_CERT_FILE": f.ca, "NODE_EXTRA_CA_CERTS": f.ca, "REQUESTS_CA_BUNDLE": f.ca, "CURL_CA_BUNDLE": f.ca,
	} {
		t.Setenv(name, value)
	}
	entries := make([][]entry, len(all))
	gate := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i, p := range all {
		entries[i] = make([]entry, len(scenarios))
		if p.variable != "" && os.Getenv(p.variable) == "" {
			t.Logf("NOT RUN: %s: %s is not set; make %s sets it", p.name, p.variable, target)
			continue
		}
		for j, s := range scenarios {
			if s.tls && f.nginx == "" {
				t.Log("NOT RUN: nginx is not installed")
				continue
			}
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
		writeTable(t, target, all, entries)
	}
}

// manyPolls are those of a client that does not end by itself.
const manyPolls = 5

func try(ctx context.Context, f *front, p party, s scenario) entry {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // a busy machine starts some of them slowly
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
	known, isKnown := p.accepted[s.name]
	switch {
	case isKnown && (err == nil || !strings.Contains(err.Error(), known)):
		e.err = fmt.Errorf("got %s (%v) after %d polls, want %q, which is known of it", got, err, c.polls, known)
	case isKnown && c.polls > manyPolls:
		e.text = fmt.Sprintf("polls on, %d *", c.polls)
	case isKnown:
		e.text += " *"
	case got != want && (want != anySuccess || err != nil):
		e.err = fmt.Errorf("got %s (%v), want %s, after %d polls", got, err, want, c.polls)
	case p.byCode && s.want == failure && got != failure:
		e.text += " *"
	}
	return e
}

const tableEnds = "<!-- end of the table -->\n"

// writeTable replaces the table of a target in docs/pollers.md.
func writeTable(t *testing.T, target string, all []party, entries [][]entry) {
	t.Helper()
	begins := "<!-- the table: make " + target + " UPDATE=1 -->\n"
	var b strings.Builder
	b.WriteString(begins + "| Client |")
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
	before, rest, ok := strings.Cut(string(text), begins)
	_, after, found := strings.Cut(rest, tableEnds)
	if !ok || !found {
		t.Fatal("docs/pollers.md has no place for the table")
	}
	if err := os.WriteFile(file, []byte(before+b.String()+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
