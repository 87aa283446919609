// Package functions is the one list of handlers. Both worlds, AWS and the single
// machine, make theirs here, so that they run the same code.
package functions

import (
	"log/slog"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/telemetry"
)

// Config is what the handlers need of the world around them. Fields without a
// word about their zero value must be set.
type Config struct {
	Store async.Store
	// Workflows is not needed by activities.
	Workflows async.Workflows
	Settings
	// Clock is the machine's if nil.
	Clock async.Clock
	// Log is slog.Default if nil.
	Log *slog.Logger
	// WithTimeout bounds the calls of Store and Workflows; context.WithTimeout
	// if nil.
	WithTimeout async.WithTimeout
}

// report tells the log, and the metrics of a deployment, what happens.
func (c Config) report() async.Report {
	log := c.Log
	if log == nil {
		log = slog.Default()
	}
	return telemetry.New(log, c.Stack, c.clock().Now).Report
}
