package speakers

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/async"
)

// Simulated is the committee of the Azure sample: it takes its time and throws a
// die. Its decisions depend on nothing but the submission's id, the stage and
// Seed, so that a stage that runs again decides the same.
type Simulated struct {
	Seed string
	// Speed divides the times of the sample; 1 if 0, no time at all if +Inf.
	Speed float64
}

// odds is how the Azure sample plays a stage: it takes a while, and rejects some
// out of many.
type odds struct {
	takes       time.Duration
	rejects, of uint64
}

func oddsOf(stage string) odds {
	switch stage {
	case Moderation:
		return odds{20 * time.Second, 1, 6}
	case Shortlisting:
		return odds{15 * time.Second, 1, 2}
	default:
		return odds{10 * time.Second, 2, 6}
	}
}

// Takes returns 20, 15 and 10 seconds, divided by Speed.
func (c Simulated) Takes(stage string) time.Duration {
	takes := oddsOf(stage).takes
	if c.Speed == 0 {
		return takes
	}
	return time.Duration(float64(takes) / c.Speed)
}

// Decide rejects 1 in 6 in moderation, 1 in 2 in shortlisting and 2 in 6 in
// selection, as in the Azure sample.
func (c Simulated) Decide(ctx context.Context, stage string, r *Run) (bool, error) {
	if err := c.wait(ctx, stage, r.Began); err != nil {
		return false, err
	}
	o := oddsOf(stage)
	return c.die(r.ID, stage)%o.of >= o.rejects, nil
}

// wait sleeps for what is left of the stage's time, so that a run after a crash
// does not start over. That is never more than all of it: a clock that was set
// back must not hold a stage up.
func (c Simulated) wait(ctx context.Context, stage string, began time.Time) error {
	takes := c.Takes(stage)
	left := min(time.Until(began.Add(takes)), takes)
	if left <= 0 {
		return context.Cause(ctx)
	}
	return async.Sleep(ctx, left)
}

// die returns a number that is as good as random, but the same every time.
func (c Simulated) die(id, stage string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %s", c.Seed, id, strings.ToLower(stage)))
	return binary.BigEndian.Uint64(sum[:])
}

// forced accepts everywhere but at one stage, if any, where it rejects or
// refuses.
type forced struct {
	Simulated // its times alone: Decide is below
	stage     string
	refuses   bool
}

// Decide decides the same for every submission.
func (f forced) Decide(ctx context.Context, stage string, r *Run) (bool, error) {
	if err := f.wait(ctx, stage, r.Began); err != nil {
		return false, err
	}
	if stage == f.stage && f.refuses {
		return false, ErrRefused
	}
	return stage != f.stage, nil
}

// Policies says in one line which policies ParsePolicy knows.
const Policies = "simulate, approve, reject@<stage> or fail@<stage> (moderation, shortlisting, selection)"

// ParsePolicy returns the committee that a policy asks for:
//
//	simulate        Simulated
//	approve         every stage accepts
//	reject@<stage>  that stage rejects, the others accept
//	fail@<stage>    that stage refuses to decide, the others accept
//
// Stages are moderation, shortlisting and selection. All committees take the
// times of simulated.
func ParsePolicy(policy string, simulated Simulated) (Committee, error) {
	switch verb, stage, at := strings.Cut(policy, "@"); {
	case policy == "simulate":
		return simulated, nil
	case policy == "approve":
		return forced{Simulated: simulated}, nil
	case at && (verb == "reject" || verb == "fail"):
		for _, s := range []string{Moderation, Shortlisting, Selection} {
			if strings.ToLower(s) == stage {
				return forced{Simulated: simulated, stage: s, refuses: verb == "fail"}, nil
			}
		}
		return nil, fmt.Errorf("review policy %q: no such stage; want %s", policy, Policies)
	}
	return nil, fmt.Errorf("review policy %q: want %s", policy, Policies)
}

// MinSpeed is the least speed: at half of it a stage would reach its timeout.
const MinSpeed = 0.05

// ParseSpeed returns what the simulated times are divided by: a number from
// MinSpeed, or inf.
func ParseSpeed(text string) (float64, error) {
	speed, err := strconv.ParseFloat(text, 64)
	if err != nil || !(speed >= MinSpeed) {
		return 0, fmt.Errorf("speed %q: want a number from %v, or inf", text, MinSpeed)
	}
	return speed, nil
}

// FromEnv returns the job with the committee that the environment asks for:
// REVIEW is a policy (simulate if unset), SPEED what its times are divided by
// (10), and SEED any text. The error names every variable that is wrong.
func FromEnv() (async.Job[Presentation, async.None], error) {
	speed, speedErr := 10.0, error(nil)
	if text := os.Getenv("SPEED"); text != "" {
		if speed, speedErr = ParseSpeed(text); speedErr != nil {
			speedErr = fmt.Errorf("SPEED: %w", speedErr)
		}
	}
	policy := os.Getenv("REVIEW")
	if policy == "" {
		policy = "simulate"
	}
	committee, err := ParsePolicy(policy, Simulated{Seed: os.Getenv("SEED"), Speed: speed})
	if err != nil {
		err = fmt.Errorf("REVIEW: %w", err)
	}
	if err := errors.Join(err, speedErr); err != nil {
		return async.Job[Presentation, async.None]{}, err
	}
	return Job(committee), nil
}
