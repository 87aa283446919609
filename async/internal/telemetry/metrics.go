package telemetry

import (
	"log/slog"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Namespace holds all metrics. Each has the dimension stack; Ended and Age are
// there by outcome as well.
const Namespace = "AsyncHttpApi"

// Names of the dimensions.
const (
	dimensionStack   = "stack"
	dimensionOutcome = "outcome"
)

// metric is a value with its name and its unit.
type metric struct {
	name, unit string
	value      float64
}

// metricsOf are the values that a moment adds to.
func metricsOf(m async.Moment) []metric {
	count := func(name string) metric { return metric{name, "Count", 1} }
	var all []metric
	switch m.What {
	case async.Accepted:
		all = append(all, count("Accepted"))
	case async.Replayed:
		all = append(all, count("Replayed"))
	case async.Polled:
		all = append(all, count("Polls"))
	case async.Ended:
		all = append(all, count("Ended"), metric{"Age", "Seconds", m.Age.Seconds()})
	}
	if m.Failed() {
		all = append(all, count("Failed"))
	}
	if m.Reconciled {
		all = append(all, count("Reconciled"))
	}
	if m.Detected {
		all = append(all, metric{"DetectionLag", "Milliseconds", float64(m.Lag.Milliseconds())})
	}
	return all
}

// outcome is how a submission ended, in a few words: the work's own where the
// process went well.
func outcome(s async.State) string {
	if s.Status == api.Succeeded {
		return s.CustomStatus
	}
	return string(s.Status)
}

// metrics are the members that make a log line a metric, and none for a moment
// that counts for nothing.
func (w Writer) metrics(m async.Moment) []slog.Attr {
	values := metricsOf(m)
	if len(values) == 0 {
		return nil
	}
	sets := [][]string{{dimensionStack}}
	attrs := []slog.Attr{slog.String(dimensionStack, w.stack)}
	if m.What == async.Ended {
		sets = append(sets, []string{dimensionStack, dimensionOutcome})
		attrs = append(attrs, slog.String(dimensionOutcome, outcome(m.State)))
	}
	for _, v := range values {
		attrs = append(attrs, slog.Float64(v.name, v.value))
	}
	return append(attrs, slog.Any("_aws", embed(w.now(), sets, values)))
}
