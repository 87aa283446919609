// Package progress logs how far work has come that takes long.
package progress

import (
	"log/slog"
	"time"
)

// every is how often there is a line. Work that takes less has none.
const every = 2 * time.Second

// Log returns a function that logs msg with how much is done of how much, now
// and then, and is cheap to call. It is for one goroutine.
func Log(log *slog.Logger, now func() time.Time, msg string) func(done, total int) {
	last := now()
	return func(done, total int) {
		if t := now(); t.Sub(last) >= every {
			last = t
			log.Info(msg, "done", done, "of", total)
		}
	}
}
