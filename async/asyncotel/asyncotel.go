// Package asyncotel makes OpenTelemetry spans of what happens to submissions:
//
//	spans := asyncotel.New(sdktrace.WithSyncer(exporter))
//	lambdamain.Submit(job, lambdamain.WithObserver(spans.Observe))
//
// A submission is one trace: a span from its acceptance to its end, and below it
// what happens to it, in whichever process. The ids of that trace and of that span
// follow from the submission's own by a hash, so that no process has to hand them
// to another, and a cancellation finds them as well as a stage. The submission's
// span is exported last, with the end; until then a trace shows the spans below it.
//
// The client's own trace gets a span for the acceptance, and with WithPolls one
// for each poll, which are linked with the submission's.
//
// The package is a module of its own: a service that does not use it has nothing
// of OpenTelemetry in its go.mod and its binaries.
package asyncotel

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

const scope = "example.org/asynchttpapi/async/asyncotel"

// Attributes of spans. Nothing in them is personal, and none is the id.
const (
	// Submission is async.LogID of the submission's id, as in log lines.
	Submission = attribute.Key("async.submission")
	// Stage, Outcome, Status and Code are those of async.Event.
	Stage   = attribute.Key("async.stage")
	Outcome = attribute.Key("async.outcome")
	Status  = attribute.Key("async.status")
	Code    = attribute.Key("async.error.code")
	// ErrorType is the name of a stage's error. Its text is in no span.
	ErrorType = attribute.Key("error.type")
	// Redrive counts how often the submission was reopened.
	Redrive = attribute.Key("async.redrive")
	// Request is async.Event.TraceID, by which log lines are found, too.
	Request = attribute.Key("async.request.trace")
)

// Spans makes the spans. It is safe for concurrent use.
type Spans struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	polls    bool
}

// New returns Spans on a provider of its own, which gives its spans the ids that
// Spans chooses. The options say where spans go. In a Lambda function, which is
// frozen after each invocation, that is sdktrace.WithSyncer.
func New(options ...sdktrace.TracerProviderOption) *Spans {
	p := sdktrace.NewTracerProvider(append(options, sdktrace.WithIDGenerator(ids{}))...)
	return &Spans{provider: p, tracer: p.Tracer(scope)}
}

// WithPolls returns Spans that make a span of every poll, too, in the poll's own
// trace, linked with the submission's span.
func (s *Spans) WithPolls() *Spans {
	with := *s
	with.polls = true
	return &with
}

// Shutdown exports what has not been, and ends the provider.
func (s *Spans) Shutdown(ctx context.Context) error { return s.provider.Shutdown(ctx) }

// Observe is an async.Observer.
func (s *Spans) Observe(ctx context.Context, e async.Event) {
	now := time.Now()
	switch e.Kind {
	case async.Accepted:
		s.below(ctx, e, "accepted", now, now, links(requestSpan(e))...)
		s.request(ctx, e, requestSpan(e), now)
	case async.Reopened:
		s.below(ctx, e, "reopened", now, now)
	case async.StageFinished, async.StageError:
		s.below(ctx, e, "stage "+e.Stage, began(e, now), now)
	case async.Ended:
		s.ended(ctx, e, now)
	case async.Polled:
		if s.polls {
			s.request(ctx, e, inTrace(e.TraceID, random()), now)
		}
	case async.Replayed:
		s.request(ctx, e, inTrace(e.TraceID, random()), now)
	}
}

// began is when the stage of the event began, now if that is not known.
func began(e async.Event, now time.Time) time.Time {
	if e.State.Began.IsZero() || e.State.Began.After(now) {
		return now
	}
	return e.State.Began
}

// below makes a span below the submission's.
func (s *Spans) below(ctx context.Context, e async.Event, name string, from, to time.Time, links ...trace.Link) {
	ctx = trace.ContextWithSpanContext(detached(ctx), submissionSpan(e))
	_, span := s.tracer.Start(ctx, name, trace.WithTimestamp(from), trace.WithLinks(links...), trace.WithAttributes(attributes(e)...))
	mark(span, e)
	span.End(trace.WithTimestamp(to))
}

// ended makes the submission's own span.
func (s *Spans) ended(ctx context.Context, e async.Event, now time.Time) {
	ctx = context.WithValue(detached(ctx), chosen{}, submissionSpan(e))
	_, span := s.tracer.Start(ctx, "submission", trace.WithNewRoot(), trace.WithTimestamp(now.Add(-e.Age)), trace.WithAttributes(attributes(e)...))
	mark(span, e)
	span.End(trace.WithTimestamp(now))
}

// request makes a span in the trace of a client's request, linked with the
// submission's; none where the request has no trace.
func (s *Spans) request(ctx context.Context, e async.Event, own trace.SpanContext, now time.Time) {
	if !own.IsValid() {
		return
	}
	ctx = context.WithValue(detached(ctx), chosen{}, own)
	_, span := s.tracer.Start(ctx, string(e.Kind), trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(now),
		trace.WithLinks(links(submissionSpan(e))...), trace.WithAttributes(attributes(e)...))
	span.End(trace.WithTimestamp(now))
}

func links(to trace.SpanContext) []trace.Link {
	if !to.IsValid() {
		return nil
	}
	return []trace.Link{{SpanContext: to}}
}

// detached is ctx without a span of the caller's, which belongs to one invocation.
func detached(ctx context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, trace.SpanContext{})
}

func attributes(e async.Event) []attribute.KeyValue {
	all := []attribute.KeyValue{Submission.String(async.LogID(e.ID))}
	for key, value := range map[attribute.Key]string{
		Stage: e.Stage, Outcome: string(e.Outcome), Status: string(e.State.Status), ErrorType: e.ErrorType, Request: e.TraceID,
	} {
		if value != "" {
			all = append(all, key.String(value))
		}
	}
	if e.State.Error != nil {
		all = append(all, Code.String(e.State.Error.Code))
	}
	if e.State.Redrive > 0 {
		all = append(all, Redrive.Int(e.State.Redrive))
	}
	return all
}

// mark gives a span that is about an error the status of one, without its text.
func mark(span trace.Span, e async.Event) {
	switch {
	case e.Kind == async.StageError:
		span.SetStatus(codes.Error, e.ErrorType)
	case e.Kind == async.Ended && e.State.Status == api.Failed && e.State.Error != nil:
		span.SetStatus(codes.Error, e.State.Error.Code)
	}
}

// submissionSpan is the context of a submission's span. Each redrive has one of
// its own, in the same trace.
func submissionSpan(e async.Event) trace.SpanContext {
	traceID := sha256.Sum256([]byte("trace\x00" + e.ID))
	spanID := sha256.Sum256([]byte("span\x00" + e.ID + "\x00" + strconv.Itoa(e.State.Redrive)))
	return spanContext(trace.TraceID(traceID[:16]), trace.SpanID(spanID[:8]))
}

// requestSpan is the context of the span for the request that was accepted.
func requestSpan(e async.Event) trace.SpanContext {
	sum := sha256.Sum256([]byte("request\x00" + e.ID))
	return inTrace(e.TraceID, trace.SpanID(sum[:8]))
}

// inTrace is not valid where there is no trace.
func inTrace(id string, span trace.SpanID) trace.SpanContext {
	traceID, err := trace.TraceIDFromHex(id)
	if err != nil {
		return trace.SpanContext{}
	}
	return spanContext(traceID, span)
}

func spanContext(id trace.TraceID, span trace.SpanID) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: span, TraceFlags: trace.FlagsSampled, Remote: true})
}

// chosen is the key of the span context in a context that a new root has to get.
type chosen struct{}

// ids is an sdktrace.IDGenerator: random ids, but for a root whose ids are chosen.
type ids struct{}

// NewIDs implements sdktrace.IDGenerator.
func (ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	if c, ok := ctx.Value(chosen{}).(trace.SpanContext); ok {
		return c.TraceID(), c.SpanID()
	}
	var id trace.TraceID
	rand.Read(id[:]) //nolint:errcheck // crypto/rand.Read never returns an error
	return id, random()
}

// NewSpanID implements sdktrace.IDGenerator.
func (ids) NewSpanID(context.Context, trace.TraceID) trace.SpanID { return random() }

func random() (id trace.SpanID) {
	rand.Read(id[:]) //nolint:errcheck // crypto/rand.Read never returns an error
	return id
}
