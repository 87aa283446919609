package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// watchEvery is how often files are looked at.
const watchEvery = 500 * time.Millisecond

// watch updates the state machines whenever the template, a definition or the
// mock file changes, until ctx ends. A file with a mistake changes nothing.
func (m *machines) watch(ctx context.Context, s settings, e *engine.Engine, log *slog.Logger) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := m.stamp()
		if now == m.read {
			continue
		}
		m.read = now // a file with a mistake is not read again until it changes
		if err := m.reload(ctx, s, e, log); err != nil {
			log.Error("the changed files are ignored because of a mistake", "why", err)
		}
	}
}

// watchInBackground watches, if the settings ask for it, until stop is called;
// stop returns when nothing is being changed any more.
func (m *machines) watchInBackground(ctx context.Context, s settings, e *engine.Engine, log *slog.Logger) (stop func()) {
	if !s.watch {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.watch(ctx, s, e, log)
	}()
	return func() { cancel(); <-done }
}

// reload reads all files and deploys what they say now.
func (m *machines) reload(ctx context.Context, s settings, e *engine.Engine, log *slog.Logger) error {
	before := m.mocks.file.Load()
	if err := m.mocks.read(); err != nil {
		return err
	}
	changed, err := readMachines(s, m.mocks, log)
	if err != nil {
		m.mocks.file.Store(before)
		return err
	}
	m.made, m.leftOut, m.read = changed.made, changed.leftOut, changed.read
	return m.deploy(ctx, e, log)
}

// stamp returns another text whenever one of the files has changed.
func (m *machines) stamp() string {
	var b strings.Builder
	files := []string{m.template, m.mocks.path}
	for _, machine := range m.made {
		files = append(files, machine.File)
	}
	for _, path := range files {
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			fmt.Fprintf(&b, "%s: %v\n", path, err)
			continue
		}
		fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	}
	return b.String()
}
