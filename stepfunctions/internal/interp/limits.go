package interp

import (
	"encoding/json"
	"slices"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// limits are a task's TimeoutSeconds and HeartbeatSeconds; nil is none.
type limits struct{ timeout, heartbeat *int64 }

func (r *Run) limits(s *scope) (limits, *failure) {
	in, f := r.selected(s)
	if f != nil {
		return limits{}, f
	}
	e := r.evaluate(s, in)
	timeout, f := e.seconds("TimeoutSecondsPath", s.state.TimeoutSeconds, s.state.TimeoutSecondsPath)
	if f != nil {
		return limits{}, f
	}
	heartbeat, f := e.seconds("HeartbeatSecondsPath", s.state.HeartbeatSeconds, s.state.HeartbeatSecondsPath)
	if f != nil {
		return limits{}, f
	}
	if timeout != nil && heartbeat != nil && *heartbeat >= *timeout {
		return limits{}, s.broken("The heartbeat of %d seconds must be smaller than the timeout of %d seconds.", *heartbeat, *timeout)
	}
	return limits{timeout: timeout, heartbeat: heartbeat}, nil
}

// seconds returns a limit as it is written or as its path gives it. What a path
// gives is held to the rules that validation holds literals to.
func (e *evaluation) seconds(field string, literal *int64, p *asl.Path) (*int64, *failure) {
	if p == nil {
		return literal, nil
	}
	n, f := e.integer(field, p, asl.MaxSeconds)
	if f != nil {
		return nil, f
	}
	if n <= 0 {
		return nil, e.scope.broken("The %s field refers to value \"%d\" which is not a positive integer: %s", field, n, p.Text)
	}
	return &n, nil
}

// integer resolves a Path form of a number, which may be as large as the number
// itself may; digits in a string count as one.
func (e *evaluation) integer(field string, p *asl.Path, most int64) (int64, *failure) {
	v, f := e.field(p)
	if f != nil {
		return 0, f
	}
	n, ok := value.Integer(number(v))
	if !ok {
		return 0, e.scope.broken("The %s field refers to value \"%s\" which is not a valid integer: %s", field, plain(v), p.Text)
	}
	if n > most {
		return 0, e.scope.broken("The %s field refers to value \"%d\" which is greater than %d: %s", field, n, most, p.Text)
	}
	return n, nil
}

// watch asks for the timers that a task's limits need.
func (r *Run) watch(s *scope, l limits) {
	if l.timeout != nil {
		s.timeout = r.timer(s, taskTimeout, r.now.Add(seconds(*l.timeout)))
	}
	if l.heartbeat != nil {
		s.heartbeat = r.timer(s, taskHeartbeat, r.now.Add(seconds(*l.heartbeat)))
		r.pending[s.heartbeat].interval = seconds(*l.heartbeat)
	}
}

// restartHeartbeat starts a task's heartbeat interval again.
func (r *Run) restartHeartbeat(s *scope) {
	old, ok := r.pending[s.heartbeat]
	if !ok {
		return
	}
	interval := old.interval
	r.release(&s.heartbeat)
	s.heartbeat = r.timer(s, taskHeartbeat, r.now.Add(interval))
	r.pending[s.heartbeat].interval = interval
}

// number accepts a string of digits for the number it says.
func number(v any) any {
	if s, ok := v.(string); ok {
		return json.Number(s)
	}
	return v
}

// maxEvents is the service's limit of a history's length; the last event is
// the failure that reports it.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const maxEvents = 25_000

// log numbers the events of one history. A distributed Map's child executions
// have logs of their own.
type log struct {
	last int64
	at   time.Time // of the last event
	full bool
	bare bool // causes do not say which state they are about
	// sink gets the events with ids from first to until.
	sink         func(Event) bool
	first, until int64
	// owner is the root of the child execution whose log this is.
	owner *scope
}

// add numbers an event and hands it to the sink, which alone makes its details
// worth building. Once the log is full nothing is added but last words.
func (l *log) add(at time.Time, previous int64, kind string, details func() map[string]any) int64 {
	if l.last >= maxEvents-1 {
		l.full = true
		return l.last
	}
	return l.write(at, previous, kind, details)
}

func (l *log) write(at time.Time, previous int64, kind string, details func() map[string]any) int64 {
	l.last++
	if at.After(l.at) {
		l.at = at // a clock that was set back does not make a history run backwards
	}
	if l.sink != nil && l.last >= l.first && l.last <= l.until {
		e := Event{ID: l.last, Previous: previous, Type: kind, At: l.at}
		if details != nil {
			e.Details = details()
		}
		if !l.sink(e) {
			l.sink = nil
		}
	}
	return l.last
}

// event adds an event to the scope's line of events.
func (r *Run) event(s *scope, kind string, details func() map[string]any) int64 {
	s.prev = s.log.add(r.now, s.prev, kind, details)
	if s.log.full {
		r.overflow(s.log)
	}
	return s.prev
}

// overflow notes that a child execution's history has become too long; the
// run's own is looked at after every input.
func (r *Run) overflow(l *log) {
	if l.owner != nil {
		r.overflowing = append(r.overflowing, l.owner)
	}
}

// Outstanding returns the tasks and timers that the run waits for at present, in
// the order in which they were asked for: what has to be set going again after
// a replay.
func (r *Run) Outstanding() ([]Task, []Timer) {
	refs := make([]uint64, 0, len(r.pending))
	for ref := range r.pending {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	var tasks []Task
	var timers []Timer
	for _, ref := range refs {
		if w := r.pending[ref]; w.task != nil {
			tasks = append(tasks, *w.task)
		} else {
			timers = append(timers, w.timer(ref))
		}
	}
	return tasks, timers
}

// Accepts reports whether the run waits for what the input is about: Apply would
// do nothing about any other. An input that is accepted may change the run
// without an effect or an event of its own history, as the end of one child of
// a distributed Map does.
func (r *Run) Accepts(in Input) bool {
	w, waits := r.pending[in.Ref]
	switch in.Kind {
	case TaskSucceeded, TaskFailed, TaskHeartbeat, TaskSubmitted:
		return waits && w.task != nil
	case TaskStarted:
		return waits && w.task != nil && !w.task.started
	case TimerFired:
		return waits && w.task == nil
	case Started:
		return r.root == nil
	case Redriven:
		return r.redrivable()
	}
	return r.root != nil && r.outcome == nil
}
