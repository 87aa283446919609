package telemetry

import (
	"log/slog"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Namespace holds all metrics. Each has the dimension stack; Ended and Age are
// there by outcome as well, FailedRequests and ExpectedErrors by the version of
// the function.
const Namespace = "AsyncHttpApi"

// Names of the dimensions.
const (
	dimensionStack    = "stack"
	dimensionOutcome  = "outcome"
	dimensionFunction = "function"
	dimensionVersion  = "version"
)

// metric is a value with its name and its unit.
type metric struct {
	name, unit string
	value      float64
}

func count(name string) metric { return metric{name, "Count", 1} }

// metricsOf returns the values that an event adds to.
func metricsOf(e async.Event) []metric {
	var all []metric
	switch e.Kind {
	case async.Accepted:
		all = append(all, count("Accepted"))
	case async.Replayed:
		all = append(all, count("Replayed"))
	case async.Polled:
		all = append(all, count("Polls"))
	case async.StageError:
		all = append(all, count("StageErrors"))
	case async.Ended:
		all = append(all, count("Ended"), metric{"Age", "Seconds", e.Age.Seconds()})
	}
	if e.Failed() {
		all = append(all, count("Failed"))
	}
	if e.Kind == async.Ended && e.State.Status == api.Canceled {
		all = append(all, count("Canceled"))
	}
	if e.Reconciled {
		all = append(all, count("Reconciled"))
	}
	if e.Detected {
		all = append(all, metric{"DetectionLag", "Milliseconds", float64(e.Lag.Milliseconds())})
	}
	return all
}

// outcome is how a submission ended, in one word: the job's own where the
// process went well.
func outcome(s async.State) string {
	if s.Status == api.Succeeded {
		return s.CustomStatus
	}
	return string(s.Status)
}

// metrics returns the attributes that make a log line a metric; none for an
// event that counts for nothing.
func (w Writer) metrics(e async.Event) []slog.Attr {
	if e.Kind == async.Ended {
		return w.embedded(metricsOf(e), slog.String(dimensionOutcome, outcome(e.State)))
	}
	return w.embedded(metricsOf(e))
}

// version returns the dimensions of a metric that distinguishes the versions of a function
// apart, none where the function does not know its own.
func (w Writer) version() []slog.Attr {
	if w.Function == "" || w.Version == "" {
		return nil
	}
	return []slog.Attr{slog.String(dimensionFunction, w.Function), slog.String(dimensionVersion, w.Version)}
}

// embedded returns the attributes of values, by the stack alone and, where they
// are given, by other dimensions together besides.
func (w Writer) embedded(values []metric, dimensions ...slog.Attr) []slog.Attr {
	if w.Stack == "" || len(values) == 0 {
		return nil
	}
	sets := [][]string{{dimensionStack}}
	attrs := []slog.Attr{slog.String(dimensionStack, w.Stack)}
	if len(dimensions) > 0 {
		set := []string{dimensionStack}
		for _, d := range dimensions {
			set = append(set, d.Key)
		}
		sets, attrs = append(sets, set), append(attrs, dimensions...)
	}
	for _, v := range values {
		attrs = append(attrs, slog.Float64(v.name, v.value))
	}
	return append(attrs, slog.Any("_aws", embed(time.Now(), sets, values)))
}
