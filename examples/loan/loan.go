// Package loan is a job whose middle stage waits for a person, for days.
package loan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Application is for a loan.
type Application struct {
	Applicant   string `json:"applicant" jsonschema:"minLength=1,maxLength=100"`
	AmountCents int64  `json:"amountCents" jsonschema:"minimum=10000,maximum=100000000"`
	TermMonths  int    `json:"termMonths" jsonschema:"minimum=6,maximum=360"`
}

// Validate reports every problem.
func (a *Application) Validate() []api.FieldError {
	var found async.Problems
	if strings.TrimSpace(a.Applicant) == "" {
		found.Add("/applicant", "is required")
	} else if utf8.RuneCountInString(a.Applicant) > 100 {
		found.Add("/applicant", "must be at most 100 characters long")
	}
	if a.AmountCents < 100_00 || a.AmountCents > 1_000_000_00 {
		found.Add("/amountCents", "must be from 10000 to 100000000")
	}
	if a.TermMonths < 6 || a.TermMonths > 360 {
		found.Add("/termMonths", "must be from 6 to 360")
	}
	return found
}

// Offer is what an applicant gets.
type Offer struct {
	RateBasisPoints int       `json:"rateBasisPoints"`
	ValidUntil      time.Time `json:"validUntil"`
}

// Decision is an underwriter's.
type Decision struct {
	Approve         bool `json:"approve"`
	RateBasisPoints int  `json:"rateBasisPoints,omitempty" jsonschema:"minimum=1,maximum=2000"`
}

// Desk is where underwriters get their cases.
type Desk interface {
	// Open puts a case on the desk, once for each number. The decision is posted
	// to answer, by the desk or by a person's browser.
	Open(ctx context.Context, number string, a Application, score int, answer async.Callback) error
}

// Bureau knows how creditworthy an applicant is, from 0 to 1000.
type Bureau interface {
	Score(ctx context.Context, applicant string) (int, error)
}

var (
	score    = async.Value[int]{Name: "score"}
	decision = async.Value[Decision]{Name: "decision"}
	declined = async.End{Outcome: "Declined", Message: "We are sorry: we cannot offer you this loan."}
	lapsed   = async.End{Outcome: "Lapsed", Message: "We are sorry: no decision was made in time. Please apply again."}
)

type run = async.Run[Application, Offer]

// Job handles loan applications.
func Job(bureau Bureau, desk Desk) async.Job[Application, Offer] {
	return async.Job[Application, Offer]{
		Name:     "loan",
		Validate: (*Application).Validate,
		Stages: []async.Stage[Application, Offer]{
			{Name: "CreditCheck", Message: "Your credit rating is being checked.", Expected: 3 * time.Second, Ends: []async.End{declined},
				Do: func(ctx context.Context, r *run) (async.Outcome, error) {
					n, err := bureau.Score(ctx, r.Input.Applicant)
					switch {
					case err != nil:
						return async.Continue, err
					case n < 300:
						return declined.Outcome, nil
					}
					return async.Continue, score.Set(r, n)
				}},
			{Name: "Underwriting", Message: "An underwriter is looking at your application.", Ends: []async.End{declined},
				Expected: 4 * time.Hour, Timeout: 5 * 24 * time.Hour, Expired: lapsed,
				Wait: async.WaitFor(
					func(ctx context.Context, r *run, answer async.Callback) error {
						n, err := score.Get(r)
						if err != nil {
							return err
						}
						return desk.Open(ctx, caseNumber(r.ID), r.Input, n, answer)
					},
					func(_ context.Context, r *run, d Decision) (async.Outcome, error) {
						switch {
						case !d.Approve:
							return declined.Outcome, nil
						case d.RateBasisPoints < 1 || d.RateBasisPoints > 2000:
							return async.Continue, async.Problems{{Pointer: "/rateBasisPoints", Detail: "must be from 1 to 2000"}}
						}
						return async.Continue, decision.Set(r, d)
					},
				)},
			{Name: "Offering", Message: "Your offer is being written.", Expected: time.Second,
				Do: func(_ context.Context, r *run) (async.Outcome, error) {
					d, err := decision.Get(r)
					if err != nil {
						return async.Continue, err
					}
					return async.Continue, r.SetResult(Offer{d.RateBasisPoints, r.Began.Add(30 * 24 * time.Hour)})
				}},
		},
		Done:     async.End{Outcome: "Offered", Message: "We have an offer for you."},
		Examples: []Application{{Applicant: "Ada Lovelace", AmountCents: 500_000, TermMonths: 24}},
	}
}

// caseNumber returns the number of a submission's case. Whoever knows an id can
// read the status and the result, and an underwriter is not meant to.
func caseNumber(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:6])
}
