package async

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
)

// Definition is a Job of any types. Only Job implements it: what is not generic
// takes it.
type Definition interface {
	// Describe returns the job's data, with defaults filled in.
	Describe() Description
	// Check returns every mistake in the job, joined.
	Check() error

	// accept returns the input that a body holds, as it is kept. The error is
	// that of CheckJSON.
	accept(body []byte) (json.RawMessage, []api.FieldError, error)
	stage(name string) (*stage, bool)
	compensation() func(context.Context, *core) error
}

// Description is a Job without its functions: what generators, checks and
// documents need.
type Description struct {
	Name        string
	Stages      []StageDescription
	Done        End
	Failures    []Failure
	Messages    Messages
	Compensates bool
	// Input and Result are the job's types, Examples valid inputs as JSON.
	Input, Result reflect.Type
	Examples      []json.RawMessage
}

// StageDescription is a Stage without its functions.
type StageDescription struct {
	Name, Activity, Message      string
	Expected, Timeout, Heartbeat time.Duration
	Attempts                     int
	Ends                         []End
	Expired                      End
	Waits, Retired               bool
	// Answer is the type of what a waiting stage is answered with.
	Answer reflect.Type
}

// stage is a Stage with its types erased. rank is its position, from 1.
type stage struct {
	StageDescription
	rank     int
	do       func(context.Context, *core) (Outcome, error)
	start    func(context.Context, *core, Callback) error
	complete func(context.Context, *core, []byte) (Outcome, error)
}

// Describe implements Definition.
func (j Job[In, Result]) Describe() Description {
	d := Description{
		Name: j.Name, Done: j.Done, Failures: j.Failures, Messages: j.Messages.orDefault(), Compensates: j.Compensate != nil,
		Input: reflect.TypeFor[In](), Result: reflect.TypeFor[Result](),
	}
	for i := range j.Stages {
		d.Stages = append(d.Stages, j.Stages[i].describe())
	}
	for _, example := range j.Examples {
		if text, err := json.Marshal(example); err == nil {
			d.Examples = append(d.Examples, text)
		}
	}
	return d
}

func (s *Stage[In, Result]) describe() StageDescription {
	d := StageDescription{
		Name: s.Name, Activity: cmp.Or(s.Activity, strings.ToLower(s.Name)), Message: s.Message, Expected: s.Expected,
		Timeout: cmp.Or(s.Timeout, 30*time.Second), Heartbeat: s.Heartbeat, Attempts: cmp.Or(s.Attempts, 7),
		Ends: s.Ends, Expired: s.Expired, Waits: s.Wait != nil, Retired: s.Retired,
	}
	if s.Wait != nil {
		d.Answer = s.Wait.answer
	}
	return d
}

func (m Messages) orDefault() Messages {
	return Messages{
		Received: cmp.Or(m.Received, "The submission was received."),
		Failed:   cmp.Or(m.Failed, "Something went wrong on our side, and the submission could not be processed."),
		TimedOut: cmp.Or(m.TimedOut, "The submission took too long to process."),
		Canceled: cmp.Or(m.Canceled, "The submission was canceled."),
		Reopened: cmp.Or(m.Reopened, "The submission is being processed again."),
	}
}

func (j Job[In, Result]) accept(body []byte) (json.RawMessage, []api.FieldError, error) {
	in, problems, err := j.decode(body)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case j.Validate == nil:
	case len(problems) == 0:
		problems = j.Validate(&in)
	case j.Decode == nil:
		problems = append(problems, j.validateRest(body, problems)...)
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	input, err := json.Marshal(in)
	if err != nil {
		return nil, []api.FieldError{{Detail: "cannot be kept as JSON"}}, nil
	}
	return input, nil, nil
}

// validateRest validates the members of a body that are of their type, so that
// all that is wrong is reported at once. What was found before covers what is
// below it.
func (j Job[In, Result]) validateRest(body []byte, found []api.FieldError) (more []api.FieldError) {
	var in In
	var mistyped *json.UnmarshalTypeError // after any other error the decoder leaves members out
	if !errors.As(unmarshal(bytes.TrimPrefix(body, utf8BOM), &in), &mistyped) {
		return nil
	}
	for _, p := range j.Validate(&in) {
		covered := slices.ContainsFunc(found, func(f api.FieldError) bool {
			return p.Pointer == f.Pointer || strings.HasPrefix(p.Pointer, f.Pointer+"/")
		})
		if !covered && p.Pointer != "" {
			more = append(more, p)
		}
	}
	return more
}

// decode reads the body twice at most: what checks it, and what decodes it.
func (j Job[In, Result]) decode(body []byte) (in In, problems []api.FieldError, err error) {
	if j.Decode == nil {
		return decodeJSON[In](body)
	}
	body = bytes.TrimPrefix(body, utf8BOM)
	if _, err = checkJSON(body, nil); err == nil {
		in, problems = j.Decode(body)
	}
	return in, problems, err
}

func (j Job[In, Result]) stage(name string) (*stage, bool) {
	i := slices.IndexFunc(j.Stages, func(s Stage[In, Result]) bool { return s.Name == name })
	if i < 0 {
		return &stage{}, false
	}
	s := &j.Stages[i]
	out := &stage{StageDescription: s.describe(), rank: i + 1}
	if s.Wait != nil {
		out.start, out.complete = s.Wait.start, s.Wait.complete
		return out, true
	}
	out.do = func(ctx context.Context, c *core) (Outcome, error) {
		r, err := runOf[In, Result](c)
		if err != nil {
			return Continue, err
		}
		return s.Do(ctx, r)
	}
	return out, true
}

func (j Job[In, Result]) compensation() func(context.Context, *core) error {
	if j.Compensate == nil {
		return nil
	}
	return func(ctx context.Context, c *core) error {
		r, err := runOf[In, Result](c)
		if err != nil {
			return err
		}
		return j.Compensate(ctx, r)
	}
}

// last reports whether no stage follows the named one.
func (d Description) last(name string) bool {
	for _, s := range slices.Backward(d.Stages) {
		if !s.Retired {
			return s.Name == name
		}
	}
	return false
}

// ends returns the ends that a stage may reach.
func (d Description) ends(s StageDescription) []End {
	ends := slices.Clone(s.Ends)
	if s.Expired.Outcome != Continue {
		ends = append(ends, s.Expired)
	}
	if d.last(s.Name) {
		ends = append(ends, d.Done)
	}
	return ends
}

// endOf returns the end that a stage may reach with this outcome.
func (d Description) endOf(s StageDescription, outcome Outcome) (End, bool) {
	ends := d.ends(s)
	i := slices.IndexFunc(ends, func(e End) bool { return e.Outcome == outcome })
	if i < 0 {
		return End{}, false
	}
	return ends[i], true
}

// decided returns the outcome to record for what a stage has returned: Done for
// the last one's Continue. The error is a mistake of the job: an outcome that is
// not among the stage's ends.
func (d Description) decided(s StageDescription, outcome Outcome) (Outcome, error) {
	if outcome == Continue && d.last(s.Name) {
		outcome = d.Done.Outcome
	}
	if _, ok := d.endOf(s, outcome); outcome != Continue && !ok {
		return outcome, &permanentError{fmt.Errorf("stage %s ended with %q, which is not one of its Ends", s.Name, outcome)}
	}
	return outcome, nil
}

// percent is how much of the job is done when done of the stage of this rank is,
// stages weighted by their expected times. It is at least 1 once a stage has
// begun and at most 99 before the end.
func (d Description) percent(rank int, done float64) int {
	var before, total float64
	for i, s := range d.Stages {
		if s.Retired && i+1 != rank {
			continue
		}
		weight := max(s.Expected.Seconds(), 1)
		total += weight
		switch {
		case i+1 < rank:
			before += weight
		case i+1 == rank:
			if done > 0 { // and is a number
				before += weight * min(done, 1)
			}
		}
	}
	return min(max(int(100*before/total), 1), 99)
}

// How a state machine repeats a stage's task. Package asyncgen writes these into
// its Retry, and the lifetimes below follow from them.
const (
	// TaskMargin is what a task may take longer than its stage: a cold start,
	// and the last write.
	TaskMargin = 10 * time.Second
	// RetryInterval is the first pause after an error, doubled up to RetryMaxDelay.
	RetryInterval = 2 * time.Second
	RetryMaxDelay = 20 * time.Second
	// CapacityAttempts and CapacityMaxDelay are the patience with a lack of
	// capacity: Lambda's or DynamoDB's throttling. It is almost four hours in
	// the mean: 2,000 submissions at once that take 45 seconds of function time
	// each keep the 10 concurrent calls of a new account busy for two and a half.
	// A history of 25,000 events has room for them.
	CapacityAttempts = 450
	CapacityMaxDelay = 60 * time.Second
	// FailAttempts bounds the repetitions of the task that records a failure,
	// the most patient of all.
	FailAttempts = 500
	// StartTimeout bounds the start of a wait.
	StartTimeout = 30 * time.Second
	// FailTimeout and CompensateTimeout bound one run of the tasks that record a
	// failure and compensate; the latter is the longest that a function can run.
	FailTimeout       = 20 * time.Second
	CompensateTimeout = 15 * time.Minute
	// LostAttempts is how often a run is repeated that timed out or whose answer was lost.
	LostAttempts = 1
)

// overduePatience is how long a stage may lack capacity before its record is
// compared with the execution. It is far less than the whole patience: asking
// changes nothing about an execution that still runs, and finds one that was lost.
const overduePatience = 40 * time.Minute

// pauses returns how long so many pauses for lack of capacity take at most. Each
// is anything up to CapacityMaxDelay (JitterStrategy FULL), half of it in the
// mean; of hundreds the mean does not reach three fifths.
func pauses(attempts int) time.Duration { return time.Duration(attempts) * CapacityMaxDelay * 3 / 5 }

// work returns how long the stage may take, all repetitions included, when
// capacity is there.
func (s StageDescription) work() time.Duration {
	runs := time.Duration(s.Attempts + LostAttempts)
	if s.Waits { // the wait itself is not repeated, starting it is
		return s.Timeout + runs*(StartTimeout+RetryMaxDelay)
	}
	return runs * (s.Timeout + TaskMargin + RetryMaxDelay)
}

// Bound returns how long the stage may take before its record is overdue, and is
// compared with its execution.
func (s StageDescription) Bound() time.Duration { return s.work() + overduePatience }

// Lifetime returns how long an execution may take: the state machine's own
// timeout. The recording of a failure is part of it, and the compensation.
func (d Description) Lifetime() time.Duration {
	total := time.Minute + FailAttempts*FailTimeout + pauses(FailAttempts)
	if d.Compensates {
		total += CompensateTimeout + pauses(FailAttempts)
	}
	for _, s := range d.Stages {
		total += s.work() + pauses(CapacityAttempts)
	}
	return total
}
