package main

import (
	"bytes"
	"io"
	"sync"
)

// console is what suites that run at the same time write to, a line at a time.
type console struct {
	mu sync.Mutex
	w  io.Writer
}

// lines returns a writer of whole lines with a suite's name before each.
func (c *console) lines(name string) *lines { return &lines{console: c, prefix: name + " | "} }

// lines is for one goroutine at a time.
type lines struct {
	console *console
	prefix  string
	rest    []byte
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		l.rest = rest
		if err := l.line(line); err != nil {
			return 0, err
		}
	}
}

// end writes what has come after the last line's end.
func (l *lines) end() {
	if len(l.rest) > 0 {
		l.line(l.rest) //nolint:errcheck // the console is gone
	}
}

func (l *lines) line(line []byte) error {
	l.console.mu.Lock()
	defer l.console.mu.Unlock()
	_, err := l.console.w.Write(append(append([]byte(l.prefix), line...), '\n'))
	return err
}

// notRunLine watches for a line by which a suite says itself that it was not run.
type notRunLine struct {
	rest   []byte
	reason string
}

func (n *notRunLine) Write(p []byte) (int, error) {
	n.rest = append(n.rest, p...)
	for {
		line, rest, found := bytes.Cut(n.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		n.rest = rest
		if reason, ok := bytes.CutPrefix(line, []byte(notRun+": ")); ok {
			n.reason = string(reason)
		}
	}
}
