package activity

import (
	"errors"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/speakers"
)

// state is the domain's progress as the pattern records it.
func state(p speakers.Progress, redrive int) async.State {
	return async.State{
		Status:       p.Status,
		CustomStatus: p.Custom,
		Message:      p.Message,
		Redrive:      redrive,
		Rank:         p.Rank,
	}
}

// same reports whether two states are the same point of the same run, still
// under way.
func same(a, b async.State) bool {
	return a.Redrive == b.Redrive && a.Rank == b.Rank && !a.Status.Terminal()
}

// ended is the moment that a record reached its end.
func ended(r async.Record) async.Moment {
	return async.Moment{What: async.Ended, ID: r.ID, State: r.State, Age: r.Updated.Sub(r.Created)}
}

// storeFault names a Store's error.
func storeFault(err error) error {
	switch {
	case errors.Is(err, async.ErrNotFound):
		return fault(NotFound, "there is no such submission")
	case errors.Is(err, async.ErrStale):
		return fault(Overtaken, "the submission has moved on")
	case errors.Is(err, async.ErrInvalid):
		return fault(Invalid, "the record does not keep within its bounds")
	}
	return fault(Unavailable, "the record is out of reach")
}
