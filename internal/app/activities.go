package app

import (
	"errors"

	"github.com/aws/aws-lambda-go/lambda"

	"asynchttpapi/internal/activity"
	"asynchttpapi/internal/asyncapi"
	"asynchttpapi/internal/speakers"
)

// newStage makes the activity that runs one stage of the review.
func newStage(stage speakers.Stage) func(Config) (lambda.Handler, error) {
	return func(c Config) (lambda.Handler, error) {
		committee, err := speakers.ParsePolicy(c.Review, c.Seed)
		if err != nil {
			return nil, err
		}
		if c.Store == nil || !(c.Speed > 0) {
			return nil, errors.New("app: an activity needs a Store, and a speed above 0")
		}
		run := activity.Stage{
			Stage:     stage,
			Store:     c.Store,
			Committee: committee,
			Clock:     c.clock(),
			Speed:     c.Speed,
			Lifetime:  lifetime,
		}
		return handlerOf(run.Run), nil
	}
}

// newFail makes the activity that records a failure.
func newFail(c Config) (lambda.Handler, error) {
	if c.Store == nil {
		return nil, errors.New("app: an activity needs a Store")
	}
	return handlerOf(activity.Failure{Store: c.Store, Clock: c.clock()}.Run), nil
}

func (c Config) clock() asyncapi.Clock {
	if c.Clock == nil {
		return asyncapi.SystemClock{}
	}
	return c.Clock
}
