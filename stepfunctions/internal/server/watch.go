package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
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
		if !m.files.changed() && !m.mocks.files.changed() {
			continue
		}
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

// reload reads all files and deploys what they say now. A file with a mistake is
// not read again until it changes, or another one does.
func (m *machines) reload(ctx context.Context, s settings, e *engine.Engine, log *slog.Logger) error {
	before := m.mocks.file.Load()
	badMocks := m.mocks.read()
	changed, err := readMachines(s, m.mocks, log)
	m.files = changed.files
	if err = cmp.Or(badMocks, err); err == nil {
		err = changed.deploy(ctx, e, log)
	}
	if err != nil {
		m.mocks.file.Store(before)
		return err
	}
	m.made, m.leftOut = changed.made, changed.leftOut
	return nil
}

// files are files as they were before they were read.
type files struct {
	paths  []string
	stamps []string
}

func (f *files) add(path string) {
	f.paths = append(f.paths, path)
	f.stamps = append(f.stamps, stamp(path))
}

// changed reports whether one of the files is not as it was.
func (f *files) changed() bool {
	for i, path := range f.paths {
		if stamp(path) != f.stamps[i] {
			return true
		}
	}
	return false
}

// stamp returns another text whenever the file has changed.
func stamp(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}
