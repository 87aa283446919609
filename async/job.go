// Package async is the asynchronous HTTP API pattern for any job: a request is
// accepted with 202, its stages run one after another, and clients poll a
// minimal status until it has ended.
//
// A job is one value, a Job. Everything else follows from it: the Lambda
// functions of package lambdamain, the server of package local, the state
// machine and the API description that package asyncgen writes, the tests of
// package asynctest.
package async

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"example.org/asynchttpapi/api"
)

// Job is one kind of work that a service does. In is what a client submits and
// Result what it gets in the end, both as JSON; Result is None where the outcome
// says it all. A Job is data: it is written as a literal, usually returned by a
// function that takes what the stages depend on.
type Job[In, Result any] struct {
	// Name is lower case, and stable: it names the state machine and is kept
	// in every record.
	Name string
	// Stages run in this order.
	Stages []Stage[In, Result]
	// Done is how a submission ends whose last stage has continued.
	Done End
	// Failures are the failures that stages return.
	Failures []Failure

	// Validate reports every problem with an input, and may normalize it. It
	// does no I/O. All inputs are valid if it is nil. With a method
	// func (v *Video) Validate() []api.FieldError it is (*Video).Validate.
	Validate func(*In) []api.FieldError
	// Decode replaces the decoding of a body, JSON without duplicate names. If
	// nil, names match without regard to case, unknown ones are ignored, and
	// every member of a wrong type is reported.
	Decode func(body []byte) (In, []api.FieldError)
	// Examples are valid inputs, for the API's description and for tests.
	Examples []In

	// Compensate undoes what stages have done elsewhere, after a cancellation.
	// It runs as one more activity, at least once, when no stage runs any more.
	// Nothing is undone if nil.
	Compensate func(context.Context, *Run[In, Result]) error
	// Messages are the sentences that no stage has; neutral ones where empty.
	Messages Messages
}

// Stage is one step of a job. Either Do or Wait is set.
type Stage[In, Result any] struct {
	// Name is the customStatus while the stage is at work. It is stable while
	// submissions are in flight: outcomes are recorded under it.
	Name string
	// Activity names the stage's function: its folder below
	// functions/activities, and with a capital its state in the state machine.
	// Name in lower case if empty.
	Activity string
	// Message is one sentence for a person while the stage is at work.
	Message string
	// Expected is how long the stage usually takes. Retry-After and
	// percentComplete follow from it. Unknown if 0.
	Expected time.Duration
	// Timeout bounds one run of Do, at most MaxRunTimeout, and the whole wait of
	// Wait, at most MaxWaitTimeout; 30 seconds if 0.
	Timeout time.Duration
	// Attempts is how often Do runs at most when it returns errors that are no
	// Failure; 7 if 0. A lack of capacity is not counted: it has a retrier of
	// its own with more patience. A run that reached Timeout is repeated once,
	// if Attempts allows it.
	Attempts int
	// Heartbeat is how long a Wait may go without a sign of life; as long as
	// it likes if 0.
	Heartbeat time.Duration
	// Ends are the outcomes with which the stage itself may end the submission.
	Ends []End
	// Expired is how a submission ends whose Wait ran out. If its Outcome is
	// empty the submission fails as TimedOut.
	Expired End
	// Retired takes the stage out of new executions. Those in flight still run it.
	Retired bool

	// Do does the work. It runs at least once: after a crash it runs again,
	// unless its outcome was recorded. Its context ends at Timeout, and with
	// ErrCanceled as its cause when the submission is canceled and the stage
	// runs in the same process.
	//
	// It returns Continue or one of Ends. A Failure fails the submission; with
	// any other error the stage is run again, see Attempts.
	Do func(context.Context, *Run[In, Result]) (Outcome, error)
	// Wait starts work elsewhere and waits for its answer, for up to a year:
	// see WaitFor.
	Wait *Wait[In, Result]
}

// Outcome is how a submission ended for its owner, in one word: a customStatus.
type Outcome string

// Continue is no outcome: the next stage runs, or the last one has Done.
const Continue Outcome = ""

// End is an outcome, and the sentence for a person that goes with it.
type End struct {
	Outcome Outcome
	Message string
}

// Failure is an error that ends a submission as Failed. The state machine sees
// Code as the error's name, the client sees both. It is declared as a variable
// and listed in Job.Failures; errors.Is compares it by value. It may be wrapped.
type Failure struct {
	// Code is one capitalized word, such as Unplayable.
	Code string
	// Message is one sentence for a person. It holds nothing personal.
	Message string
}

func (f Failure) Error() string { return f.Code + ": " + f.Message }

// Messages are what people read of a submission that is in no stage. Nothing
// in them is personal.
type Messages struct {
	Received, Failed, TimedOut, Canceled, Reopened string
}

// None is the Result of a job that has none.
type None = struct{}

// ErrCanceled is the cause of a stage's context after a cancellation, and the
// error of a write that came too late for it.
var ErrCanceled = errors.New("the submission was canceled")

// Bounds of Stage.Timeout: a Lambda function's, less what it takes to record
// the outcome, and a Standard execution's, less what surrounds the wait.
const (
	MaxRunTimeout  = 15*time.Minute - 10*time.Second
	MaxWaitTimeout = 364 * 24 * time.Hour
	// maxLifetime is a Standard execution's longest life.
	maxLifetime = 365 * 24 * time.Hour
)

var (
	jobName      = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	activityName = regexp.MustCompile(`^[a-z][a-z0-9]{0,39}$`)
	word         = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,63}$`)
)

// Check implements Definition.
func (j Job[In, Result]) Check() error {
	c := checker{job: j.Name, words: map[string]string{"Received": "the library"},
		activities: map[string]bool{"fail": true, "compensate": true}}
	if !jobName.MatchString(j.Name) {
		c.add("name: want lower-case letters, digits and hyphens, beginning with a letter")
	}
	running := 0
	for i := range j.Stages {
		s := &j.Stages[i]
		c.stage(s.describe(), s.Do != nil, s.Wait != nil)
		if !s.Retired {
			running++
		}
	}
	if running == 0 {
		c.add("no stages")
	}
	if lifetime := j.Describe().Lifetime(); lifetime > maxLifetime {
		c.add("its stages may take %v: an execution ends after a year", lifetime)
	}
	for i := range j.Stages { // once the words of all stages are known
		c.ends(j.Stages[i].describe())
	}
	c.end("Done", j.Done)
	c.text("Messages", j.Messages.Received, j.Messages.Failed, j.Messages.TimedOut, j.Messages.Canceled, j.Messages.Reopened)
	// api.CodeProcessFailed is not taken: a job may have a message of its own for it.
	codes := map[string]bool{api.CodeTimedOut: true, api.CodeProcessLost: true}
	for _, f := range j.Failures {
		if !word.MatchString(f.Code) || f.Message == "" || codes[f.Code] {
			c.add("failure %q: want one capitalized word that no other failure and no error of the library has, and a message", f.Code)
		}
		codes[f.Code] = true
		c.text("failure "+f.Code, f.Message)
	}
	for i, example := range j.Examples {
		text, err := json.Marshal(example)
		if err != nil {
			c.add("example %d: %v", i, err)
			continue
		}
		if _, problems, err := j.accept(text); err != nil || len(problems) > 0 {
			c.add("example %d is not valid: %v %v", i, problems, err)
		}
	}
	return errors.Join(c.errs...)
}

// checker gathers the mistakes in a job.
type checker struct {
	job string
	// words are the customStatus words that are taken, each with its meaning.
	words      map[string]string
	activities map[string]bool
	errs       []error
}

func (c *checker) add(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("job %q: "+format, append([]any{c.job}, args...)...))
}

func (c *checker) stage(d StageDescription, does, waits bool) {
	add := func(format string, args ...any) { c.add("stage %q: "+format, append([]any{d.Name}, args...)...) }
	if !word.MatchString(d.Name) || c.words[d.Name] != "" {
		add("name: want one capitalized word that nothing else has")
	}
	c.words[d.Name] = "a stage"
	if !activityName.MatchString(d.Activity) || c.activities[d.Activity] {
		add("activity %q: want one lower-case word that no other stage has; fail and compensate are taken", d.Activity)
	}
	c.activities[d.Activity] = true
	if does == waits {
		add("set either Do or Wait")
	}
	if d.Message == "" {
		add("no message")
	}
	c.text("stage "+d.Name, d.Message)
	if longest := map[bool]time.Duration{false: MaxRunTimeout, true: MaxWaitTimeout}[waits]; d.Timeout <= 0 || d.Timeout > longest || d.Timeout%time.Second != 0 {
		add("timeout %v: want whole seconds, at most %v", d.Timeout, longest)
	}
	if d.Expected < 0 || d.Attempts < 1 || d.Attempts > 100 {
		add("expected %v, attempts %d: want none below 0, and at most 100 attempts", d.Expected, d.Attempts)
	}
	if d.Heartbeat != 0 && (!waits || d.Heartbeat < time.Second || d.Heartbeat >= d.Timeout || d.Heartbeat%time.Second != 0) {
		add("heartbeat %v: it is for a Wait, in whole seconds and shorter than the timeout", d.Heartbeat)
	}
	if d.Expired != (End{}) && !waits {
		add("Expired is for a Wait")
	}
}

func (c *checker) ends(d StageDescription) {
	for _, e := range d.Ends {
		c.end("stage "+d.Name, e)
	}
	if d.Expired != (End{}) {
		c.end("stage "+d.Name, d.Expired)
	}
}

func (c *checker) end(where string, e End) {
	if !word.MatchString(string(e.Outcome)) || e.Message == "" || c.words[string(e.Outcome)] != "" {
		c.add("%s: end %q: want one capitalized word that no stage has, and a message", where, e.Outcome)
	}
	c.text(where, e.Message)
}

// text bounds messages by what a record may hold.
func (c *checker) text(where string, messages ...string) {
	for _, m := range messages {
		if len(m) > MaxText {
			c.add("%s: a message of %d bytes: the most is %d", where, len(m), MaxText)
		}
	}
}
