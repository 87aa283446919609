package functions

import (
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/activity"
	"example.org/asynchttpapi/speakers"
)

// NewStage makes the activity of a stage of the review, by the activity's name.
func NewStage(activity string) Maker {
	for _, stage := range speakers.Stages() {
		if stage.Activity() == activity {
			return newStage(stage)
		}
	}
	return func(Config) (lambda.Handler, error) {
		return nil, fmt.Errorf("functions: no stage has the activity %q", activity)
	}
}

func newStage(stage speakers.Stage) Maker {
	return func(c Config) (lambda.Handler, error) {
		committee, err := speakers.ParsePolicy(c.Review, c.Seed)
		if err != nil {
			return nil, err
		}
		if c.Store == nil || !(c.Speed > 0) {
			return nil, errors.New("functions: an activity needs a Store, and a speed above 0")
		}
		run := activity.Stage{
			Stage:     stage,
			Store:     c.Store,
			Committee: committee,
			Clock:     c.clock(),
			Speed:     c.Speed,
			Lifetime:  lifetime,
			Report:    c.report(),
		}
		return handlerOf(run.Run, c.Store), nil
	}
}

// NewFail makes the activity that records a failure.
func NewFail(c Config) (lambda.Handler, error) {
	if c.Store == nil {
		return nil, errors.New("functions: an activity needs a Store")
	}
	return handlerOf(activity.Failure{Store: c.Store, Clock: c.clock(), Report: c.report()}.Run, c.Store), nil
}

func (c Config) clock() async.Clock {
	if c.Clock == nil {
		return async.SystemClock{}
	}
	return c.Clock
}
