package async

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"time"

	"example.org/asynchttpapi/api"
)

// Run is one run of a stage. It is not safe for concurrent use, except Progress.
type Run[In, Result any] struct {
	// ID is the submission's. Whoever gets it can read the status and the
	// result; it is a good key for what a stage does elsewhere, since it is the
	// same whenever the stage runs again.
	ID string
	// Input is what was submitted. Changes to it are not kept.
	Input In
	// Redrive counts how often the submission was reopened after a failure.
	Redrive int
	// Began is when the stage began, which may have been in an earlier run.
	Began time.Time
	core  *core
}

// SetResult gives the submission its result, in the same write as the stage's
// outcome. The error is that of its encoding, or that it is longer than
// MaxResult: a larger one is written with ResultWriter.
func (r *Run[In, Result]) SetResult(v Result) error {
	text, err := json.Marshal(v)
	if err == nil && len(text) > MaxResult {
		err = &permanentError{fmt.Errorf("result of %d bytes: the most is %d; write a larger one with ResultWriter", len(text), MaxResult)}
	}
	if err == nil {
		r.core.result = text
	}
	return err
}

// ResultWriter begins a result of any size and media type. It is never whole in
// memory. Commit keeps it, and the stage's outcome makes it the submission's
// result; without Commit, or when the stage fails, it is removed. fileName may
// be empty. The error is ErrNoResults where the service keeps no such results.
//
// A job can have a small result in JSON besides, which is shown in the status:
// SetResult.
func (r *Run[In, Result]) ResultWriter(ctx context.Context, mediaType, fileName string) (*ResultWriter, error) {
	return r.core.resultWriter(ctx, mediaType, fileName)
}

// ErrNoResults is returned by ResultWriter where Config.Results is nil.
var ErrNoResults = errors.New("the service keeps no large results: Config.Results is not set")

// ResultWriter writes a large result. It implements io.Writer.
type ResultWriter struct {
	file      ResultFile
	info      ResultInfo
	core      *core
	committed bool
}

// Write implements io.Writer.
func (w *ResultWriter) Write(p []byte) (int, error) { return w.file.Write(p) }

// Commit keeps the result.
func (w *ResultWriter) Commit() error {
	size, etag, err := w.file.Commit()
	if err != nil {
		return err
	}
	w.info.Size, w.info.ETag, w.committed = size, etag, true
	w.core.large = &w.info
	return nil
}

// Abort removes what was written. After Commit it does nothing, so that it can
// be deferred.
func (w *ResultWriter) Abort() { w.file.Abort() }

// Progress records how much of the stage is done, from 0 to 1. Calls may be
// frequent: at most one in ProgressInterval is written. The error is ErrCanceled
// when there is nothing left to work for; any other can be ignored.
func (r *Run[In, Result]) Progress(ctx context.Context, done float64) error {
	return r.core.progress(ctx, done)
}

// ProgressInterval is the least time between two writes of Progress.
const ProgressInterval = 2 * time.Second

// Canceled reads the record, and reports whether the submission has ended
// otherwise, for a stage that wants to know earlier than with its next write.
func (r *Run[In, Result]) Canceled(ctx context.Context) (bool, error) { return r.core.canceled(ctx) }

func (r *Run[In, Result]) holder() *core { return r.core }

// core is what a Run is without its types.
type core struct {
	id      string
	input   json.RawMessage
	redrive int
	began   time.Time
	values  map[string]json.RawMessage // recorded by earlier stages
	set     map[string]json.RawMessage // to be recorded with the outcome
	result  json.RawMessage
	large   *ResultInfo
	writers []*ResultWriter
	before  *ResultInfo // the large result that an earlier stage has left
	// reported: the run has not returned at its timeout, which was observed.
	reported atomic.Bool

	progress     func(context.Context, float64) error
	canceled     func(context.Context) (bool, error)
	resultWriter func(ctx context.Context, mediaType, fileName string) (*ResultWriter, error)
}

func runOf[In, Result any](c *core) (*Run[In, Result], error) {
	r := &Run[In, Result]{ID: c.id, Redrive: c.redrive, Began: c.began, core: c}
	if err := unmarshal(c.input, &r.Input); err != nil {
		return nil, &permanentError{fmt.Errorf("stored input: %w", err)}
	}
	return r, nil
}

// dropResults removes the large results of a run that is over, except the one
// that the record has now. Best effort: what it misses costs storage.
func (s *Service) dropResults(ctx context.Context, k *core, kept *ResultInfo) {
	drop := func(i ResultInfo) {
		if kept == nil || kept.Key != i.Key {
			_ = s.undoing(ctx, func(ctx context.Context) error { return s.Results.Delete(ctx, i.Key) })
		}
	}
	for _, w := range k.writers {
		if w.committed {
			drop(w.info)
		} else {
			w.file.Abort()
		}
	}
	if k.before != nil && s.Results != nil {
		drop(*k.before)
	}
}

// permanentError marks an error that running again does not mend.
type permanentError struct{ error }

func (p *permanentError) Unwrap() error { return p.error }

// Value is a variable of a submission that outlives a stage: one stage sets it
// and later ones get it. It is recorded in the same write as the stage's
// outcome, so that it is there exactly if the stage has finished. It is small:
// a place where something is, not the thing. See MaxValues.
//
//	var master = async.Value[Master]{Name: "master"}
type Value[T any] struct{ Name string }

// Holder is any *Run.
type Holder interface{ holder() *core }

// ErrNotSet is returned by Value.Get for a value that no stage has set.
var ErrNotSet = errors.New("not set by any stage")

// Set sets the value for the stages that follow. The error is that of its
// encoding, or that the submission's values are longer than MaxValues together.
func (v Value[T]) Set(r Holder, value T) error {
	text, err := json.Marshal(value)
	if err != nil {
		return &permanentError{fmt.Errorf("value %q: %w", v.Name, err)}
	}
	c := r.holder()
	set := withEntries(c.set, map[string]json.RawMessage{v.Name: text})
	if err := validExtras(withEntries(c.values, set), nil, nil); err != nil {
		return &permanentError{fmt.Errorf("value %q: %w", v.Name, err)}
	}
	c.set = set
	return nil
}

// Get returns what a stage has set. The error is ErrNotSet, or that of
// decoding; a stage that returns it fails its submission at once.
func (v Value[T]) Get(r Holder) (value T, err error) {
	c := r.holder()
	text, ok := c.set[v.Name]
	if !ok {
		text, ok = c.values[v.Name]
	}
	if !ok {
		return value, &permanentError{fmt.Errorf("value %q: %w", v.Name, ErrNotSet)}
	}
	if err := unmarshal(text, &value); err != nil {
		return value, &permanentError{fmt.Errorf("value %q: %w", v.Name, err)}
	}
	return value, nil
}

// Wait is a stage's way to wait for an answer from elsewhere: see WaitFor.
type Wait[In, Result any] struct {
	answer   reflect.Type
	start    func(context.Context, *core, Callback) error
	complete func(context.Context, *core, []byte) (Outcome, error)
}

// Callback is the capability to answer a waiting stage once.
type Callback struct {
	// URL is where the answer is sent with POST, as JSON. It is a secret. GET
	// shows a page for a person and changes nothing; POST to URL + "/heartbeat"
	// is a sign of life.
	URL string
	// Expires is when the wait ends.
	Expires time.Time
}

// WaitFor returns a stage's Wait. start hands the work to a person or a worker,
// with the Callback to answer it; it runs at least once, and every Callback it
// was given works until one of them is answered. complete takes the answer and
// decides as Stage.Do does; Problems that it returns are the caller's to mend,
// and the stage goes on waiting.
//
// An answer that leaves out a truth value or a number is refused, unless the member
// is a pointer or may be omitted by its tag: an empty answer decides nothing.
func WaitFor[In, Result, Answer any](
	start func(context.Context, *Run[In, Result], Callback) error,
	complete func(context.Context, *Run[In, Result], Answer) (Outcome, error),
) *Wait[In, Result] {
	return &Wait[In, Result]{
		answer: reflect.TypeFor[Answer](),
		start: func(ctx context.Context, c *core, back Callback) error {
			r, err := runOf[In, Result](c)
			if err != nil {
				return err
			}
			return start(ctx, r, back)
		},
		complete: func(ctx context.Context, c *core, body []byte) (Outcome, error) {
			answer, problems, err := decodeJSON[Answer](body)
			if err != nil {
				return Continue, malformed(err)
			}
			problems = append(problems, undecided(reflect.TypeFor[Answer](), body)...)
			if len(problems) > 0 {
				return Continue, Problems(problems)
			}
			r, err := runOf[In, Result](c)
			if err != nil {
				return Continue, err
			}
			return complete(ctx, r, answer)
		},
	}
}

// Problems are what is wrong with an input or an answer, and the way to gather it.
type Problems []api.FieldError

// Add adds a problem. pointer is the member's JSON pointer; detail says what it
// has to be, and never repeats its value.
func (p *Problems) Add(pointer, detail string) {
	*p = append(*p, api.FieldError{Pointer: pointer, Detail: detail})
}

func (p Problems) Error() string { return fmt.Sprintf("%d problems", len(p)) }

// Sleep waits for d, or until ctx ends, and then returns its cause.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
