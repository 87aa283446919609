package speakers

import "time"

// Stage is one step of the review. Stages follow one another in the order of
// their numbers; the state machine runs one activity for each.
type Stage int

// The stages, in order.
const (
	Moderation Stage = iota + 1
	Shortlisting
	Selection
)

// Stages are all stages in their order.
func Stages() []Stage { return []Stage{Moderation, Shortlisting, Selection} }

// String is the stage's name in settings and records: one lower-case word.
func (s Stage) String() string {
	switch s {
	case Moderation:
		return "moderation"
	case Shortlisting:
		return "shortlisting"
	case Selection:
		return "selection"
	}
	return "unknown"
}

// Activity is the name of the function that runs the stage: its folder in
// functions/activities, and what stands for its ARN in the state machine.
func (s Stage) Activity() string {
	switch s {
	case Moderation:
		return "moderate"
	case Shortlisting:
		return "shortlist"
	case Selection:
		return "select"
	}
	return "unknown"
}

// Last reports whether acceptance by this stage approves the talk.
func (s Stage) Last() bool { return s == Selection }

// simulation is how the Azure sample plays a stage: it takes a while, and
// rejects some out of many.
type simulation struct {
	takes       time.Duration
	rejects, of uint64
}

func (s Stage) simulation() simulation {
	switch s {
	case Moderation:
		return simulation{takes: 20 * time.Second, rejects: 1, of: 6}
	case Shortlisting:
		return simulation{takes: 15 * time.Second, rejects: 1, of: 2}
	default:
		return simulation{takes: 10 * time.Second, rejects: 2, of: 6}
	}
}
