// Package speakers is a call for speakers: a committee takes a proposed talk
// through three stages, each of which may turn it down. It is a job of package
// async and knows neither HTTP nor AWS.
package speakers

//go:generate go run ../internal/generate

import (
	"context"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// The stages, in order. Their names are what a client sees as customStatus.
const (
	Moderation   = "Moderation"
	Shortlisting = "Shortlisting"
	Selection    = "Selection"
)

// Presentation is a talk that a speaker offers to give.
type Presentation struct {
	Speaker     Speaker `json:"speaker"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Track       string  `json:"track"`
}

// Speaker is the person who would give it.
type Speaker struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	// Bio and Country are optional. Country is an ISO 3166-1 alpha-2 code or an
	// English name, as given.
	Bio     string `json:"bio,omitempty"`
	Country string `json:"country,omitempty"`
}

// Run is one run of a stage.
type Run = async.Run[Presentation, async.None]

// Committee decides about talks. A real one is plugged in here: it has the
// answer before the stage's timeout.
type Committee interface {
	// Takes returns how long a stage usually lasts; 0 if that is unknown.
	Takes(stage string) time.Duration
	// Decide reports whether a stage lets the talk pass. For the same submission
	// and stage it should decide the same again, because a stage may run again
	// before its outcome was recorded. ErrRefused means that there will be no
	// decision; after any other error it is asked again.
	Decide(ctx context.Context, stage string, r *Run) (accepted bool, err error)
}

// ErrRefused is the error of a committee that does not decide, however often it
// is asked.
var ErrRefused = async.Failure{Code: api.CodeProcessFailed, Message: "The committee could not decide."}

var (
	approved = async.End{
		Outcome: "Approved",
		Message: "Congratulations! Your proposal has been selected, and we look forward to your talk.",
	}
	rejected = async.End{
		Outcome: "Rejected",
		Message: "We are sorry: your proposal was not selected this time. We hope to hear from you again.",
	}
)

// minTimeout is a stage's timeout, unless its committee takes longer than half
// of it.
const minTimeout = 40 * time.Second

// Job returns the call for speakers, with the committee that decides.
func Job(c Committee) async.Job[Presentation, async.None] {
	stage := func(name, activity, message string) async.Stage[Presentation, async.None] {
		takes := c.Takes(name)
		return async.Stage[Presentation, async.None]{
			Name: name, Activity: activity, Message: message,
			Expected: takes,
			Timeout:  min(max(minTimeout, (2*takes).Truncate(time.Second)), async.MaxRunTimeout),
			Ends:     []async.End{rejected},
			Do: func(ctx context.Context, r *Run) (async.Outcome, error) {
				accepted, err := c.Decide(ctx, name, r)
				if err != nil || accepted {
					return async.Continue, err
				}
				return rejected.Outcome, nil
			},
		}
	}
	return async.Job[Presentation, async.None]{
		Name: "speakers",
		Stages: []async.Stage[Presentation, async.None]{
			stage(Moderation, "moderate", "Your proposal is being moderated."),
			stage(Shortlisting, "shortlist", "Your proposal has passed moderation and is being considered for the shortlist."),
			stage(Selection, "select", "Your proposal is on the shortlist, and the committee is making its selection."),
		},
		Done:     approved,
		Failures: []async.Failure{ErrRefused},
		Validate: (*Presentation).Validate,
		Examples: examples(),
		Messages: async.Messages{
			Received: "Thank you: your proposal has arrived and is waiting for its moderation.",
			Failed:   "We are sorry: something went wrong on our side, and your proposal could not be processed.",
			TimedOut: "A stage of the review took too long.",
			Canceled: "The review of your proposal was canceled.",
			Reopened: "Your proposal is being reviewed again.",
		},
	}
}

func examples() []Presentation {
	return []Presentation{
		{
			Speaker: Speaker{Name: "Ada Lovelace", Email: "ada@example.org", Bio: "Wrote the first program.", Country: "GB"},
			Title:   "Notes on the Analytical Engine", Description: "What a machine can weave, and what it cannot.", Track: "History",
		},
		{
			Speaker: Speaker{Name: "Grace", Email: "grace@example.org"},
			Title:   "Nanoseconds", Description: "How far light travels in one of them.", Track: "Hardware",
		},
	}
}
