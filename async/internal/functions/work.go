package functions

import (
	"encoding/json"
	"errors"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/speakers"
)

// work plugs the domain into the pattern: it translates between speakers and
// async.Work, neither of which knows the other.
type work struct {
	committee speakers.Committee
	speed     float64
}

func newWork(s Settings) (async.Work, error) {
	committee, err := speakers.ParsePolicy(s.Review, s.Seed)
	if err != nil {
		return nil, err
	}
	if s.Speed <= 0 {
		return nil, errors.New("the speed must be positive")
	}
	return work{committee, s.Speed}, nil
}

// Accept implements async.Work.
func (work) Accept(body []byte) (json.RawMessage, []api.FieldError) {
	p, problems, err := speakers.Parse(body)
	if err != nil {
		return nil, []api.FieldError{{Pointer: "", Detail: "must be well-formed JSON"}}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	payload, err := p.Canonical()
	if err != nil {
		return nil, []api.FieldError{{Pointer: "", Detail: "cannot be kept as JSON"}}
	}
	return payload, nil
}

// Words implements async.Work.
func (work) Words(e async.Event, last async.State) async.Words {
	p := progress(e, last.CustomStatus)
	return async.Words{CustomStatus: p.Custom, Message: p.Message}
}

func progress(e async.Event, custom string) speakers.Progress {
	switch e {
	case async.Received:
		return speakers.Received()
	case async.Reopened:
		return speakers.Reopened(custom)
	case async.GivenUp:
		return speakers.Cancelled(custom)
	}
	return speakers.Failed(custom)
}

// Remaining implements async.Work.
func (w work) Remaining(customStatus string) time.Duration {
	for _, stage := range speakers.Stages() {
		if speakers.Begun(stage).Custom == customStatus {
			return time.Duration(float64(w.committee.Takes(stage)) / w.speed)
		}
	}
	return 0
}
