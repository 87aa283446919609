package speakers

import (
	"context"
	"errors"
	"time"
)

// Committee decides about talks. This is where a real one plugs in: an
// implementation that asks whoever decides, and has the answer before the stage
// times out.
type Committee interface {
	// Takes is how long a stage lasts at least; zero for no time at all.
	Takes(s Stage) time.Duration
	// Decide judges the presentation p of submission id. Asked again about the
	// same submission and stage it should decide the same, because an activity
	// may run again before its decision was recorded. ErrRefused says that
	// there will be no decision; any other error that asking again may help.
	Decide(ctx context.Context, id string, s Stage, p Presentation) (Decision, error)
}

// ErrRefused says that a committee will not decide, however often it is asked.
var ErrRefused = errors.New("the committee refuses to decide")
