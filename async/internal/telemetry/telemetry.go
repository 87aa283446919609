// Package telemetry writes what happens to submissions into the log: one line
// each, which on AWS is a metric as well. Nothing in a line is personal, and a
// submission is named by its id's hash: the id is a capability.
package telemetry

import (
	"context"
	"log/slog"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/trace"
)

// Writer writes lines. Use New.
type Writer struct {
	log   *slog.Logger
	stack string
	now   func() time.Time
}

// New makes a Writer. stack names the deployment in its metrics; if it is ""
// lines carry no metrics, and polls are told at the level of debugging.
func New(log *slog.Logger, stack string, now func() time.Time) Writer {
	return Writer{log: log, stack: stack, now: now}
}

// Report is an async.Report.
func (w Writer) Report(ctx context.Context, m async.Moment) {
	level := w.level(m)
	if !w.log.Enabled(ctx, level) {
		return
	}
	attrs := attributes(ctx, m)
	if w.stack != "" {
		attrs = append(attrs, w.metrics(m)...)
	}
	w.log.LogAttrs(ctx, level, string(m.What), attrs...)
}

func (w Writer) level(m async.Moment) slog.Level {
	switch {
	case m.What == async.Polled && w.stack == "":
		return slog.LevelDebug
	case m.Failed():
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// attributes are what the line says for people.
func attributes(ctx context.Context, m async.Moment) []slog.Attr {
	attrs := []slog.Attr{slog.String("submission", async.LogID(m.ID))}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("stage", m.Stage)
	add("decision", m.Decision)
	add("status", string(m.Status))
	add("customStatus", m.CustomStatus)
	if m.Error != nil {
		add("code", m.Error.Code)
	}
	if m.What == async.Ended {
		attrs = append(attrs, slog.Float64("ageSeconds", m.Age.Seconds()))
	}
	if m.Reconciled {
		attrs = append(attrs, slog.Bool("reconciled", true))
	}
	if m.Redrive > 0 {
		attrs = append(attrs, slog.Int("redrive", m.Redrive))
	}
	add("traceId", string(trace.FromContext(ctx)))
	return attrs
}
