package console

import (
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// stateStatus is what has become of a state, as the names of CSS classes.
type stateStatus string

const (
	notReached stateStatus = "not-reached"
	running    stateStatus = "running"
	succeeded  stateStatus = "succeeded"
	caught     stateStatus = "caught"
	failed     stateStatus = "failed"
	aborted    stateStatus = "aborted"
	// elsewhere is the status of states that run in child executions, which have
	// no events in the history of their parent.
	elsewhere stateStatus = "elsewhere"
)

// Text returns the status in words.
func (s stateStatus) Text() string {
	switch s {
	case notReached:
		return "not reached"
	case elsewhere:
		return "in child executions"
	case caught:
		return "failed, and the error was caught"
	}
	return string(s)
}

// Mark returns the status as a character, for those who do not see its colour.
func (s stateStatus) Mark() string {
	return map[stateStatus]string{notReached: "○", running: "▶", succeeded: "✓", caught: "↷", failed: "✗", aborted: "■", elsewhere: "…"}[s]
}

// stateView is a line of the table of states.
type stateView struct {
	Line   int
	State  *asl.State
	Depth  int // how many states it is inside of
	Status stateStatus
	// Visits is how often the state was entered, Retries how often its work
	// was begun again.
	Visits, Retries int
	Entered, Exited time.Time // of the last visit
	Input, Output   excerpt   // of the last visit
	Error, Cause    string    // of the last failure

	outer  *stateView
	inside []*stateView
	open   int  // visits without an end
	bad    bool // the last event was a failure
	caught int
	begun  bool // its work was begun in this visit
}

// progress follows the events of a history.
type progress struct {
	Lines  []*stateView
	byName map[string]*stateView
	// owners has the line of the state that each event belongs to, by event id;
	// -1 for the execution's own.
	owners []int32
	// failing has for each event whether it is a failure, leaving whether it
	// ends the visit of its state.
	failing, leaving []bool
}

// newProgress returns the progress of an execution that nothing has happened to.
func newProgress(m *asl.Machine) *progress {
	p := &progress{byName: map[string]*stateView{}, owners: []int32{-1}, failing: []bool{false}, leaving: []bool{false}}
	eachState(m, func(s *asl.State, around []*asl.State) {
		v := &stateView{Line: len(p.Lines), State: s, Depth: len(around), Status: notReached}
		p.Lines = append(p.Lines, v)
		p.byName[s.Name] = v // names are unique in a definition
		for _, outer := range around {
			v.outer = p.byName[outer.Name]
			v.outer.inside = append(v.outer.inside, v)
		}
	})
	return p
}

func (p *progress) of(s *asl.State) *stateView { return p.byName[s.Name] }

// owner returns the state that an event belongs to; nil for the execution.
func (p *progress) owner(id int64) *stateView {
	if id < 0 || id >= int64(len(p.owners)) || p.owners[id] < 0 {
		return nil
	}
	return p.Lines[p.owners[id]]
}

// add follows one event. Events come in the order of their ids, from 1.
func (p *progress) add(e interp.Event) {
	v := p.about(e)
	entered, exited := strings.HasSuffix(e.Type, "StateEntered"), strings.HasSuffix(e.Type, "StateExited")
	bad := strings.HasSuffix(e.Type, "Failed") || strings.HasSuffix(e.Type, "TimedOut")
	line := int32(-1)
	if v != nil {
		line = int32(v.Line)
		p.follow(v, e, entered, exited, bad)
	}
	if strings.HasSuffix(e.Type, "Failed") {
		p.endedBy(e)
	}
	p.owners, p.failing = append(p.owners, line), append(p.failing, bad)
	p.leaving = append(p.leaving, exited || strings.HasSuffix(e.Type, "StateFailed") || strings.HasSuffix(e.Type, "StateAborted"))
}

// about returns the state that an event is about: the one that it names, or that
// of the event before it. Events of a Map or Parallel state also follow those of
// the states inside of it.
func (p *progress) about(e interp.Event) *stateView {
	if name, ok := e.Details["name"].(string); ok && (strings.Contains(e.Type, "State") || strings.HasPrefix(e.Type, "MapIteration")) {
		return p.byName[name]
	}
	v := p.owner(e.Previous)
	var kind asl.Type
	switch {
	case strings.HasPrefix(e.Type, "MapState"), strings.HasPrefix(e.Type, "MapRun"):
		kind = asl.Map
	case strings.HasPrefix(e.Type, "ParallelState"):
		kind = asl.Parallel
	default:
		return v
	}
	if v != nil && p.leaving[e.Previous] {
		v = v.outer
	}
	for v != nil && v.State.Type != kind {
		v = v.outer
	}
	return v
}

// endedBy notes the state that a failure around it came from: one that was aborted
// by that, or has no event of its own, such as for a path that leads nowhere.
func (p *progress) endedBy(e interp.Event) {
	v := p.owner(e.Previous)
	switch {
	case v == nil:
	case p.failing[e.Previous]:
		v.bad = true
	case v.open > 0:
		v.bad = true
		v.Error, v.Cause = text(e.Details["error"]), text(e.Details["cause"])
	}
}

func (p *progress) follow(v *stateView, e interp.Event, entered, exited, bad bool) {
	whole := v.State.Type == asl.Map || v.State.Type == asl.Parallel
	switch {
	case entered:
		v.Visits++
		v.open++
		v.begun, v.bad = false, v.State.Type == asl.Fail
		v.Entered, v.Exited, v.Input, v.Output = e.At, time.Time{}, excerptOf(e.Details["input"]), excerpt{}
	case exited:
		v.open--
		if p.failing[e.Previous] {
			v.caught++
		}
		v.bad = false
		v.Exited, v.Output = e.At, excerptOf(e.Details["output"])
	case strings.HasSuffix(e.Type, "StateAborted"):
		v.open--
		v.bad = false // it waited for its next attempt, unless endedBy says otherwise
	case strings.HasPrefix(e.Type, "Execution"):
	case bad:
		v.bad = true
		v.Error, v.Cause = text(e.Details["error"]), text(e.Details["cause"])
	case strings.HasSuffix(e.Type, "Scheduled"):
		if v.begun {
			v.Retries++
		}
		v.begun, v.bad, v.open = true, false, max(v.open, 1) // open again after a redrive
	}
	if whole && (exited || strings.HasSuffix(e.Type, "StateFailed")) {
		for _, in := range v.inside {
			in.open = 0
		}
	}
}

// close says what has become of the states, once all events are added.
func (p *progress) close(executionRuns bool) {
	for _, v := range p.Lines {
		open := v.open > 0
		switch {
		case v.outer != nil && (v.outer.Status == elsewhere || v.outer.State.Distributed() && v.outer.Visits > 0):
			v.Status = elsewhere
		case v.Visits == 0:
		case open && executionRuns:
			v.Status = running
		case v.bad:
			v.Status = failed
		case open || v.Exited.IsZero():
			v.Status = aborted
		case v.caught > 0:
			v.Status = caught
		default:
			v.Status = succeeded
		}
	}
}

// Took returns how long the last visit lasted; 0 where it has not ended.
func (v *stateView) Took() time.Duration {
	if v.Exited.IsZero() {
		return 0
	}
	return v.Exited.Sub(v.Entered)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
