package asyncgen_test

import (
	"context"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// order is the input of the jobs below, receipt their result.
type order struct {
	Customer string            `json:"customer" jsonschema:"minLength=1,maxLength=40"`
	Cents    int64             `json:"cents" jsonschema:"minimum=1"`
	Lines    []line            `json:"lines,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Due      *time.Time        `json:"due,omitempty"`
}

type line struct {
	Article string `json:"article"`
}

func (o *order) Validate() []api.FieldError {
	var found async.Problems
	if o.Customer == "" {
		found.Add("/customer", "is required")
	}
	if o.Cents < 1 {
		found.Add("/cents", "must be 1 or more")
	}
	return found
}

type receipt struct {
	Number int `json:"number"`
}

type verdict struct {
	Pass bool `json:"pass"`
}

var (
	errSoldOut = async.Failure{Code: "SoldOut", Message: "The article is sold out."}
	refused    = async.End{Outcome: "Refused", Message: "The order was refused."}
	unanswered = async.End{Outcome: "Unanswered", Message: "No answer came in time."}
)

type (
	orderRun = async.Run[order, receipt]
	do       = func(context.Context, *orderRun) (async.Outcome, error)
)

func pass(context.Context, *orderRun) (async.Outcome, error) { return async.Continue, nil }

func takes(d time.Duration, outcome async.Outcome, err error) do {
	return func(ctx context.Context, _ *orderRun) (async.Outcome, error) {
		if err := async.Sleep(ctx, d); err != nil {
			return async.Continue, err
		}
		return outcome, err
	}
}

// sale has three stages, of which the second may end the submission.
func sale(reserve, pack, ship do) async.Job[order, receipt] {
	return async.Job[order, receipt]{
		Name: "sale",
		Stages: []async.Stage[order, receipt]{
			{Name: "Reservation", Activity: "reserve", Message: "The goods are being reserved.", Expected: 20 * time.Second, Timeout: 40 * time.Second, Do: reserve},
			{Name: "Packing", Activity: "pack", Message: "The goods are being packed.", Expected: 15 * time.Second, Timeout: 40 * time.Second, Do: pack, Ends: []async.End{refused}},
			{Name: "Shipping", Activity: "ship", Message: "The goods are being shipped.", Expected: 10 * time.Second, Timeout: 40 * time.Second, Do: ship},
		},
		Done:     async.End{Outcome: "Shipped", Message: "The goods are on their way."},
		Failures: []async.Failure{errSoldOut},
		Validate: (*order).Validate,
		Examples: []order{{Customer: "Ada", Cents: 1200, Lines: []line{{"wheel"}}}},
	}
}

// approval has a stage that waits for a person, and compensates.
func approval(start func(async.Callback), undone func()) async.Job[order, receipt] {
	j := sale(pass, pass, pass)
	j.Name = "approval"
	j.Stages[1] = async.Stage[order, receipt]{
		Name: "Approval", Message: "A person looks at the order.", Expected: 4 * time.Hour,
		Timeout: 120 * time.Hour, Heartbeat: 36 * time.Hour, Expired: unanswered, Ends: []async.End{refused},
		Wait: async.WaitFor(
			func(_ context.Context, _ *orderRun, back async.Callback) error { start(back); return nil },
			func(_ context.Context, r *orderRun, v verdict) (async.Outcome, error) {
				if !v.Pass {
					return refused.Outcome, nil
				}
				return async.Continue, r.SetResult(receipt{7})
			}),
	}
	j.Compensate = func(context.Context, *orderRun) error { undone(); return nil }
	return j
}

func jobs() []async.Definition {
	one := sale(pass, pass, pass)
	one.Stages = one.Stages[:1]
	one.Stages[0].Attempts = 1
	return []async.Definition{sale(pass, pass, pass), approval(func(async.Callback) {}, func() {}), one}
}
