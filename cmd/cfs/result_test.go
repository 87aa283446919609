package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// withResult has the talk "a" end with a result of that content.
func withResult(t *testing.T, content string) (*committee, *session) {
	c := seat(t)
	done := c.approved("a")
	done.ResultURL = c.URL + "/api/result/a"
	c.put(done)
	c.resultType, c.resultBody = "application/pdf", content
	return c, piped(t, c)
}

func folder(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestResultGoesToAFile(t *testing.T) {
	c, s := withResult(t, strings.Repeat("0123456789", 1000))
	c.breakOff = 4000
	dir := t.TempDir()
	file := filepath.Join(dir, "slides.pdf")
	if code := s.do("result", "a", "-o", file); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &s.err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != c.resultBody {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if want := []string{"", "bytes=4000-", "bytes=8000-"}; !slices.Equal(c.ranges, want) {
		t.Errorf("asked for %q, want %q", c.ranges, want)
	}
	if names := folder(t, dir); len(names) != 1 {
		t.Errorf("left behind %q", names)
	}
	s.out.Reset()
	if code := s.do("result", c.URL+"/api/status/a"); code != exitOK || s.out.String() != c.resultBody {
		t.Errorf("to a pipe: exit code %d, %d bytes", code, s.out.Len())
	}
}

// What an interrupted command has fetched is not fetched again.
func TestResultIsResumedByTheNextCommand(t *testing.T) {
	c, s := withResult(t, strings.Repeat("0123456789", 1000))
	c.breakOff = 4000
	dir := t.TempDir()
	file := filepath.Join(dir, "slides.pdf")
	ctx, cancel := context.WithCancel(context.Background())
	s.sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if code := s.run(ctx, []string{"cfs", "result", "a", "-o", file}); code != exitInterrupted || !strings.HasSuffix(s.err.String(), "cfs: interrupted\nWhat came so far is kept, and the same command goes on from there.\n") {
		t.Fatalf("exit code %d: %s", code, &s.err)
	}
	if names := folder(t, dir); len(names) != 1 || !strings.HasPrefix(names[0], "slides.pdf.") || !strings.HasSuffix(names[0], ".part") {
		t.Fatalf("left behind %q", names)
	}
	c.breakOff, c.ranges = 0, nil
	again := piped(t, c)
	if code := again.do("result", "a", "-o", file); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &again.err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != c.resultBody {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if want := []string{"", "bytes=4000-"}; !slices.Equal(c.ranges, want) {
		t.Errorf("asked for %q, want %q", c.ranges, want)
	}
}

func TestResultThatATerminalCannotShow(t *testing.T) {
	_, s := withResult(t, "%PDF\x1b[2J")
	s.terminal(80)
	if code := s.do("result", "a"); code != exitUsage || s.out.Len() > 0 || !strings.Contains(s.err.String(), "a terminal cannot show") {
		t.Errorf("exit code %d: %s%s", code, &s.out, &s.err)
	}
}

func TestResultIntoNowhere(t *testing.T) {
	_, s := withResult(t, "x")
	if code := s.do("result", "a", "-o", filepath.Join(t.TempDir(), "no", "where")); code != exitUsage {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
}

func TestMeter(t *testing.T) {
	s := piped(t, nil).terminal(80)
	m := s.newMeter(40_000_000, 10_000_000)
	m.Write(make([]byte, 10_000_000))
	now := m.began.Add(10 * time.Second)
	if got, want := m.line(now, asciiMarks), "#####.....  50%  20.0 MB of 40.0 MB  about 20 s left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	m.size = -1
	if got := m.line(now, asciiMarks); got != "20.0 MB" {
		t.Errorf("%q", got)
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 5_500_000_000: "5.5 GB", 7_000_000_000_000: "7.0 TB"} {
		if got := byteCount(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// What the server says twice is shown once.
func TestReason(t *testing.T) {
	c := seat(t)
	s := c.failed("a")
	if got, want := reason(s), "We are sorry: something went wrong on our side. (TimedOut: The process ran out of time.)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.Message = s.Error.Message
	if got, want := reason(s), "The process ran out of time. (TimedOut)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A part that no command could go on from is not kept, and not said to be.
func TestUselessPartIsRemoved(t *testing.T) {
	for name, tags := range map[string][]string{"changed": {`"0"`}, "weak": {`W/"1"`}, "none": {""}} {
		t.Run(name, func(t *testing.T) {
			c, s := withResult(t, strings.Repeat("0123456789", 1000))
			c.breakOff, c.tags = 4000, tags
			dir := t.TempDir()
			code := s.do("result", "a", "-o", filepath.Join(dir, "slides.pdf"))
			if names := folder(t, dir); code == exitOK || len(names) > 0 || strings.Contains(s.err.String(), "kept") {
				t.Errorf("exit code %d: %s, left behind %q", code, &s.err, names)
			}
		})
	}
}
