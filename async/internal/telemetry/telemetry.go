// Package telemetry writes what happens to submissions into the log: one line
// each, which on AWS is a metric as well. Nothing in a line is personal, and no
// line has a submission's id, which is a capability: async.LogID stands for it.
package telemetry

import (
	"context"
	"log/slog"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/trace"
)

// Writer writes the lines.
type Writer struct {
	// Log must be set.
	Log *slog.Logger
	// Stack names the deployment in its metrics. Without it lines carry no
	// metrics, and polls are logged at the level Debug.
	Stack string
	// Function and Version are the function's own, for metrics that an alarm on a
	// new version looks at.
	Function, Version string
	// LogErrors adds the texts of stages' errors, which may hold anything.
	LogErrors bool
}

// Observe is an async.Observer.
func (w Writer) Observe(ctx context.Context, e async.Event) {
	level := w.level(e)
	if !w.Log.Enabled(ctx, level) {
		return
	}
	w.Log.LogAttrs(ctx, level, string(e.Kind), append(w.attributes(ctx, e), w.metrics(e)...)...)
}

func (w Writer) level(e async.Event) slog.Level {
	switch {
	case e.Kind == async.Polled && w.Stack == "":
		return slog.LevelDebug
	case e.Failed(), e.Kind == async.StageError:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// attributes are what the line says for people.
func (w Writer) attributes(ctx context.Context, e async.Event) []slog.Attr {
	attrs := []slog.Attr{slog.String("submission", async.LogID(e.ID))}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("stage", e.Stage)
	add("outcome", string(e.Outcome))
	add("status", string(e.State.Status))
	add("customStatus", e.State.CustomStatus)
	if e.State.Error != nil {
		add("code", e.State.Error.Code)
	}
	add("errorType", e.ErrorType)
	if e.Err != nil {
		add("reason", async.Reason(e.Err))
		if w.LogErrors {
			add("error", e.Err.Error())
		}
	}
	if e.Kind == async.Ended {
		attrs = append(attrs, slog.Float64("ageSeconds", e.Age.Seconds()))
	}
	if e.Reconciled {
		attrs = append(attrs, slog.Bool("reconciled", true))
	}
	if e.State.Redrive > 0 {
		attrs = append(attrs, slog.Int("redrive", e.State.Redrive))
	}
	add("traceId", string(trace.FromContext(ctx)))
	return attrs
}

// RequestFailed writes the line of a request that was answered with a status of
// 500 or more, and counts it. It is an error, the one level that no log level
// of a deployment silences, and so the metric is complete.
func (w Writer) RequestFailed(ctx context.Context, attrs ...slog.Attr) {
	r := slog.NewRecord(time.Now(), slog.LevelError, "request failed", 0)
	r.AddAttrs(attrs...)
	r.AddAttrs(w.embedded([]metric{count("FailedRequests")}, w.version()...)...)
	_ = w.Log.Handler().Handle(ctx, r)
}

// ErrorExpected writes the line of an activity that returned an error as it should,
// because the submission has failed as declared or has ended, and counts it: AWS
// counts it among the errors of the function.
func (w Writer) ErrorExpected(ctx context.Context, id, stage, name string) {
	attrs := []slog.Attr{slog.String("submission", async.LogID(id)), slog.String("stage", stage), slog.String("errorType", name)}
	w.Log.LogAttrs(ctx, slog.LevelInfo, "expected error", append(attrs, w.embedded([]metric{count("ExpectedErrors")}, w.version()...)...)...)
}
