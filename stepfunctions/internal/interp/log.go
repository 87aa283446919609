package interp

import "time"

// maxEvents is the service's limit of a history's length; the last event is
// the failure that reports it.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const maxEvents = 25_000

// log numbers the events of one history. A distributed Map's child executions
// have logs of their own.
type log struct {
	last int64
	full bool
	bare bool // causes do not say which state they are about
	sink func(Event)
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
	if l.sink != nil {
		e := Event{ID: l.last, Previous: previous, Type: kind, At: at}
		if details != nil {
			e.Details = details()
		}
		l.sink(e)
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
